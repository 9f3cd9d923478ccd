"""What is printed of an unforeseen error: where it happened, without its words.

The words of a library's error quote what it could not use, which may be what a person entered; the
log is read by others. What the app foresees is told to the person, and not printed.
"""

import logging
import sys
import traceback
from types import SimpleNamespace

from gradio import queueing

log = logging.getLogger(__name__)


def leave_out_words() -> None:
    """Have all tracebacks printed without the errors' words from now on."""
    logging.getLogger("uvicorn.error").addFilter(_without_words)
    if logging.lastResort is not None:  # which prints for the app's own parts, and asyncio's
        logging.lastResort.addFilter(_without_words)
    # Gradio prints by itself, the words alone where it checks an entry; it offers no other way.
    queueing.traceback = SimpleNamespace(print_exc=_print)  # type: ignore[assignment]
    queueing.print = _print  # type: ignore[attr-defined]


def wordless(error: BaseException) -> str:
    """A traceback that ends with the kind of the error, and those of the errors behind it."""
    kinds, behind = [type(error).__name__], error
    while (deeper := behind.__cause__ or behind.__context__) is not None:
        kinds.append(type(deeper).__name__)
        behind = deeper
    place = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{place}{', after '.join(kinds)}"


def _without_words(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = wordless(record.exc_info[1]), None
    return True


def _print(*_: object) -> None:
    error = sys.exc_info()[1]
    assert error is not None  # it prints nothing else
    log.error("An event of the page ended in an unforeseen way\n%s", wordless(error))
