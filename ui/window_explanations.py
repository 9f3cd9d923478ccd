"""Windows explained on request: what in them moves their result.

An explanation listens to the recording again, in the line of the analyses and where they run. It is
kept in memory alone, for a while: it holds a picture of the voice. What the page shows of it is in
`ui.explanation_routes`; the texts of `ui.explanations` have nothing to do with it.
"""

import logging
import threading
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from storage.models import Run
from storage.repository import Repository
from ui.engine import Engine
from ui.job_endings import closing, failure, told
from ui.progress import JobState
from verhm.errors import Cancelled, RequestError, StorageError, VerhmError
from verhm.influence import Influence
from verhm.stages import Progress, Stage
from verhm.types import Analysis, MorphSequence

KEPT: Final = 16  # explanations; their pictures take a tenth of a MiB each
LONGEST: Final = 4  # that may wait or be worked on at once
STOP_TIME: Final = 5.0  # s; one that was told to stop has mostly ended by then
_DECODING: Final = 0.1  # share of the work; less of short recordings, more of very long ones

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Explained:
    """The explanation of a window as it stands.

    Attributes:
        session_id: whose recording is listened to
        run_id: whose result is explained
        window: index
        state: where it is in its life
        share: of the work that is done, in [0, 1]
        found: once it is done
        error: what ended it early
    """

    session_id: str
    run_id: str
    window: int
    state: JobState = JobState.WAITING
    share: float = 0.0
    found: Influence | None = None
    error: VerhmError | None = None


_Key = tuple[str, int]  # run and window
_GOOD: Final = (JobState.WAITING, JobState.ANALYSING, JobState.DONE)


class WindowExplanations:
    """Explains windows, one after the other.

    Args:
        repository: where recordings are kept
        engine: what explains
        workspace: folder for recordings while they are listened to
        analyses: line of what needs the model
    """

    def __init__(
        self,
        repository: Repository,
        engine: Engine,
        workspace: Path,
        analyses: ThreadPoolExecutor,
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._scratch = repository.scratch(workspace)
        self._analyses = analyses
        self._lock = threading.Lock()
        self._is_closing = False
        self._all: dict[_Key, Explained] = {}
        self._steps: dict[_Key, Future[Influence]] = {}  # of the open ones
        self._stopped: set[_Key] = set()

    def ask(self, run: Run, analysis: Analysis, window: int) -> Explained:
        """Have a window explained, unless it is or was already.

        Args:
            run: of the window
            analysis: its result
            window: index of a window with a result

        Raises:
            RequestError: E61 when too many wait, or the app is being closed
        """
        key = (run.id, window)
        with self._lock:
            known = self._all.get(key)
            if known and known.state in _GOOD:
                self._stopped.discard(key)  # who looked away and looks again may be in time
                return known
            self._refuse_when_busy(key)
            asked = self._all[key] = Explained(run.session_id, run.id, window)
            step = self._analyses.submit(self._find, asked, _without_motion(analysis))
            self._steps[key] = step
        step.add_done_callback(partial(self._end, key))
        return asked

    def explained(self, run_id: str, window: int) -> Explained:
        """An explanation as it stands; raises `StorageError` (E53) when there is none."""
        with self._lock:
            found = self._all.get((run_id, window))
        if found is None:
            raise StorageError("E53", "There is no such explanation any more.", "Ask for it again.")
        return found

    def cancel(self, run_id: str, window: int) -> None:
        """Stop one at once while it waits, soon while it is worked on; others stay as they are."""
        key = (run_id, window)
        with self._lock:
            step = self._steps.get(key)
            if step is not None:
                self._stopped.add(key)
        # Not under the lock: what waits ends within this call.
        if step is not None:
            step.cancel()

    @property
    def sessions(self) -> set[str]:
        """Ids of the sessions that have explanations."""
        with self._lock:
            return {each.session_id for each in self._all.values()}

    def forget(self, session_ids: Collection[str]) -> None:
        """Stop and forget all of some sessions, and wait a while for the end."""
        with self._lock:
            gone = [key for key, each in self._all.items() if each.session_id in session_ids]
            steps = [self._steps[key] for key in gone if key in self._steps]
        for key in gone:
            self.cancel(*key)
        wait(steps, timeout=STOP_TIME)  # until then the recording is lent to it
        with self._lock:
            for key in gone:
                self._all.pop(key, None)

    def close(self) -> None:
        """Stop everything, and take on nothing more."""
        with self._lock:
            self._is_closing = True
            self._stopped.update(self._steps)

    def _refuse_when_busy(self, key: _Key) -> None:
        if self._is_closing:
            raise closing()
        if key in self._steps:
            raise RequestError(
                "E61", "The last explanation is just being stopped.", "Ask again in a moment."
            )
        if len(self._steps) >= LONGEST:
            raise RequestError(
                "E61", f"{len(self._steps)} explanations wait already.", "Wait for one of them."
            )

    def _find(self, asked: Explained, analysis: Analysis) -> Influence:
        """Listen to the recording again; runs in a thread of the analyses."""
        report = self._progress((asked.run_id, asked.window))
        recording = self._repository.recording_content(asked.session_id)
        report(Stage.DECODE, 0.0)
        with recording.lent(self._scratch) as path:
            return self._engine.explain(path, analysis, asked.window, report)

    def _progress(self, key: _Key) -> Progress:
        def report(stage: Stage, share: float) -> None:
            is_read = stage is not Stage.DECODE
            done = _DECODING + (1 - _DECODING) * share if is_read else _DECODING * share
            with self._lock:
                if key in self._stopped:
                    raise Cancelled
                self._put(key, state=JobState.ANALYSING, share=done)

        return report

    def _put(self, key: _Key, **changes: Any) -> None:
        """Change what pages see; under the lock."""
        if key in self._all:
            self._all[key] = replace(self._all[key], **changes)

    def _end(self, key: _Key, done: "Future[Influence]") -> None:
        """Note how one ended, and forget the oldest of many."""
        error = failure(done)
        if error is not None and not isinstance(error, VerhmError):
            log.error("An explanation ended in an unforeseen way", exc_info=error)
        with self._lock:
            self._steps.pop(key, None)
            self._stopped.discard(key)
            if error is None:
                self._put(key, state=JobState.DONE, share=1.0, found=done.result())
            elif isinstance(error, Cancelled):
                self._put(key, state=JobState.CANCELLED)
            else:
                self._put(key, state=JobState.FAILED, error=told(error))
            if key in self._all:
                self._all[key] = self._all.pop(key)  # now the newest that has ended
            ended = [each for each in self._all if each not in self._steps]
            for old in ended[:-KEPT]:
                del self._all[old]


def _without_motion(analysis: Analysis) -> Analysis:
    """What an explanation needs, which has to go to another process: morphs alone are megabytes."""
    motion = analysis.morphs
    still = MorphSequence(np.zeros((0, len(motion.names)), np.float32), motion.frame_rate)
    return replace(analysis, morphs=still, window_quality=(), voice=None, neutral=None)
