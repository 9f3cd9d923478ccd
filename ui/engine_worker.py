"""Analyses and draws in a process of its own: calls in, reports and results out.

`python -m ui.engine_worker` reads pickled calls, each the name of an `Engine`'s method and what it
is given, from standard input, and does one after the other until the input ends. A report is
answered with whether to go on. What is pickled comes from and goes to `ui.engine_processes` alone.
"""

import os
import pickle
import queue
import signal
import sys
import threading
from types import TracebackType
from typing import Any, BinaryIO, Final

from ui.engine import VoiceEngine
from ui.standing_back import stand_back
from ui.wordless import wordless
from verhm.errors import Cancelled, VerhmError
from verhm.stages import Stage

# Signals that reach a whole group: the app hears them too, and ends this process when it is time.
_LEFT_TO_THE_APP: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

_REPORTING: Final = ("analyze", "explain", "render")


def serve(calls: BinaryIO, answers: BinaryIO, engine: VoiceEngine) -> None:
    """Do what is asked for, one after the other."""
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(calls, asked), daemon=True).start()

    def answer(*parts: Any) -> None:
        pickle.dump(parts, answers)
        answers.flush()

    def report(stage: Stage, share: float) -> None:
        answer("report", stage, share)
        if not asked.get():
            raise Cancelled

    while True:
        name, arguments = asked.get()
        reports = {"progress": report} if name in _REPORTING else {}
        try:
            answer("done", getattr(engine, name)(**arguments, **reports))
        except VerhmError as error:
            answer("failed", error)


def _read(calls: BinaryIO, asked: "queue.SimpleQueue[Any]") -> None:
    """Take in what is asked; end the process at once when nobody is there any more."""
    try:
        while True:
            asked.put(pickle.load(calls))  # noqa: S301 - from the app itself
    except (EOFError, OSError, pickle.UnpicklingError):  # it may have been killed while it wrote
        os._exit(0)  # in the midst of whatever is done: nobody would take the result


def _end(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """Say where something unforeseen happened, for whoever looks after this computer."""
    print(wordless(error) if error else kind.__name__, file=sys.stderr, flush=True)
    os._exit(1)  # without waiting for the thread that reads


def main() -> None:
    """Serve on the standard streams."""
    sys.excepthook = _end
    threading.excepthook = lambda thread: _end(*thread[:3])
    for name in _LEFT_TO_THE_APP:
        if hasattr(signal, name):  # not every system has all
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    # Whatever a library prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    stand_back()
    serve(sys.stdin.buffer, answers, VoiceEngine())


if __name__ == "__main__":
    main()
