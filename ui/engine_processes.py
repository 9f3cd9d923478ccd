"""The real engine in processes of its own, so that the page never waits for it.

In the app's process an analysis would hold the interpreter again and again, for tenths of a second
each time; its memory would stay with the app; what crashes in a driver would end it; and the app
could not stop while the model's libraries are imported.
"""

import contextlib
import logging
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, Final

from ui.engine import shipped_model
from ui.job_endings import closing, told
from verhm.errors import Cancelled
from verhm.face.panels import ALONE, Beside
from verhm.influence import Influence
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, no_progress
from verhm.types import Analysis, ModelId, MorphSequence

log = logging.getLogger(__name__)

_PATIENCE: Final = 2.0  # s, for what is being done when the app is asked to stop
_ROOT: Final = Path(__file__).parents[1]


class EngineProcesses:
    """An `Engine` that keeps one process for analyses and one for drawings.

    Args:
        module: what the processes run
    """

    def __init__(self, module: str = "ui.engine_worker") -> None:
        self._analyses, self._drawings = _Worker(module), _Worker(module)

    @property
    def model(self) -> ModelId | None:
        """Which model analyses, also before it is loaded; None where it is missing or damaged."""
        return shipped_model()

    @property
    def at_once(self) -> int:
        """One: it takes all of this computer that is left."""
        return 1

    def load(self) -> None:
        """Import and load everything that analyses.

        Raises:
            ModelError: E30 or E31 when the shipped model is missing or damaged
        """
        self._analyses.do("load")

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """Analyse a recording; see `Analyzer.analyze`."""
        return self._analyses.do("analyze", progress, path=path, settings=settings)

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        """What in a window its result rests on; see `Analyzer.explain`."""
        what = {"path": path, "analysis": analysis, "window": window}
        return self._analyses.do("explain", progress, **what)

    def document(self, analysis: Analysis) -> bytes:
        """The analysis as JSON."""
        return self._analyses.do("document", analysis=analysis)

    def render(
        self,
        morphs: MorphSequence,
        audio: Path,
        output: Path,
        settings: VideoSettings,
        progress: Progress,
        beside: Beside = ALONE,
    ) -> None:
        """Write the face video; see `render_video`."""
        what = {"morphs": morphs, "audio": audio, "output": output}
        self._drawings.do("render", progress, **what, settings=settings, beside=beside)

    def close(self) -> None:
        """End what is being done, soon in the midst of it, and take on nothing more."""
        workers = self._analyses, self._drawings
        for worker in workers:
            worker.refuse()
        for worker in workers:
            worker.close()


class _Worker:
    """A process that does one thing at a time; started for the first, and again where it died."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._turn, self._state = threading.Lock(), threading.Lock()
        self._process: subprocess.Popen | None = None
        self._is_closed = False

    def do(self, name: str, progress: Progress = no_progress, **arguments: Any) -> Any:
        """Have an engine's method called; returns what it returns, or raises what it raises."""
        with self._turn:
            call = _Call(self._started())
            try:
                return call.make(name, progress, arguments)
            except (EOFError, OSError, pickle.UnpicklingError) as error:
                if self._is_closed:
                    raise closing() from error
                log.error("A process ended in the midst of its work: %s", name)
                raise told(error) from error
            finally:
                if not call.is_over:
                    call.break_off()

    def refuse(self) -> None:
        """Take on nothing more."""
        self._is_closed = True

    def close(self) -> None:
        """End it; whoever still waits for it is told that the app is being closed."""
        # What was cancelled ends at its next report, and takes its own files and programs away.
        if self._turn.acquire(timeout=_PATIENCE):
            self._turn.release()
        with self._state:
            if self._process:
                self._process.kill()
                self._process.wait()

    def _started(self) -> subprocess.Popen:
        with self._state:
            if self._is_closed:
                raise closing()
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                    [sys.executable, "-m", self._module],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    cwd=_ROOT,
                )
            return self._process


class _Call:
    """One thing that a process is asked for.

    Attributes:
        is_over: whether the process has said how it ended, and can be asked for the next
    """

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self._calls: IO[bytes] = process.stdin  # type: ignore[assignment]
        self._answers: IO[bytes] = process.stdout  # type: ignore[assignment]
        self.is_over = False

    def make(self, name: str, progress: Progress, arguments: dict[str, Any]) -> Any:
        """Ask, report until it is over, and return or raise what comes back."""
        self._send((name, arguments))
        while True:
            kind, *answer = pickle.load(self._answers)  # noqa: S301 - from our own process
            self.is_over = kind != "report"
            if kind == "done":
                return answer[0]
            if kind == "failed":
                raise answer[0]
            self._send(_goes_on(progress, *answer))

    def break_off(self) -> None:
        """End the process, which may be anywhere within the call."""
        self._process.kill()
        with contextlib.suppress(OSError), self._process:  # what it did not take, it never will
            pass

    def _send(self, what: Any) -> None:
        pickle.dump(what, self._calls)
        self._calls.flush()


def _goes_on(progress: Progress, *reported: Any) -> bool:
    try:
        progress(*reported)
    except Cancelled:  # the process raises it in its turn
        return False
    return True
