"""What the app prints of an unforeseen error: where it happened, without its words.

The log is read by others. What the app foresees is told to the person, and not printed.
"""

import logging
import sys
from types import SimpleNamespace

from gradio import queueing

from ui.wordless import wordless

log = logging.getLogger(__name__)


def leave_out_words() -> None:
    """Have all tracebacks printed without the errors' words from now on."""
    logging.getLogger("uvicorn.error").addFilter(_without_words)
    if logging.lastResort is not None:  # which prints for the app's own parts, and asyncio's
        logging.lastResort.addFilter(_without_words)
    # Gradio prints by itself, the words alone where it checks an entry; it offers no other way.
    queueing.traceback = SimpleNamespace(print_exc=_print)  # type: ignore[assignment]
    queueing.print = _print  # type: ignore[attr-defined]


def _without_words(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = wordless(record.exc_info[1]), None
    return True


def _print(*_: object) -> None:
    error = sys.exc_info()[1]
    assert error is not None  # it prints nothing else
    log.error("An event of the page ended in an unforeseen way\n%s", wordless(error))
