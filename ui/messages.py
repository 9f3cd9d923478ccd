"""How failures reach the person at the screen: as a coded sentence, never as a trace."""

import functools
import re
from collections.abc import Callable
from typing import Any, Final

import gradio as gr

from storage.models import Run
from ui.marks import escaped
from verhm.errors import RequestError, VerhmError
from verhm.language import retold

_CODED: Final = re.compile(r"(E\d\d) (.+)", re.DOTALL)


def code_last(sentence: str) -> str:
    """A coded sentence as HTML, with its code last and small: a clinician reads the cause first."""
    coded = _CODED.fullmatch(sentence)
    if coded is None:
        return escaped(sentence)
    code, words = coded.groups()
    return f"{escaped(words)} <small class='code'>{code}</small>"


def shows_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an expected failure inside an event handler into a message; the page stays as it is."""

    @functools.wraps(handler)
    def wrapped(*arguments: Any) -> Any:
        try:
            return handler(*arguments)
        except VerhmError as error:
            raise gr.Error(escaped(error.told), print_exception=False, title=error.code) from error

    return wrapped


def refuse_closed(asked: str) -> None:
    """Refuse to save a form that was closed because another patient was opened.

    Args:
        asked: id of whom or what the form is about; empty when it is closed

    Raises:
        RequestError: E63
    """
    if not asked:
        raise RequestError(
            "E63",
            "Another patient was opened meanwhile, so nothing was saved.",
            "Open the first one again, and enter it there.",
        )


def error_box(error: VerhmError) -> str:
    """The failure as a block of HTML: code, cause, remedy."""
    return (
        f'<div class="problem" role="alert"><b class="code">{escaped(error.code)}</b>'
        f"<p>{escaped(error.cause)}</p><p class='muted'>{escaped(error.remedy)}</p></div>"
    )


def error_json(error: VerhmError) -> dict[str, str]:
    """The failure as the page's scripts read it."""
    words = {"text": error.told, "cause": error.cause, "remedy": error.remedy}
    return {"code": error.code, **words}


def kept_error(run: Run) -> str:
    """Why a run failed, in the language of whoever asks; empty where it did not."""
    words = (run.error_code, retold(run.error_cause or ""), retold(run.error_remedy or ""))
    return " ".join(word for word in words if word)
