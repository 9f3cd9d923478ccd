"""The app's side of the queue: an engine whose analyses are done elsewhere."""

import contextlib
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from celery.exceptions import BackendError, CeleryError
from kombu.exceptions import KombuError
from redis import RedisError

from ui.engine import Engine
from ui.job_endings import closing, told
from ui.workers.calls import ANALYZE, EXPLAIN, AnalysisCall, ExplanationCall, Report
from ui.workers.failures import lost_worker, no_worker, queue_unreachable
from ui.workers.queue import Queue
from ui.workers.recordings import SentRecording
from verhm.errors import Cancelled
from verhm.face.panels import ALONE, Beside
from verhm.influence import Influence
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis, ModelId, MorphSequence

_POLL: Final = 0.25  # s between two looks at what a worker tells
_PULSE: Final = 10.0  # s without news after which workers are asked whether they are at it
_ANSWER: Final = 2.0  # s they have to say so
_UNREACHABLE: Final = (BackendError, CeleryError, KombuError, RedisError)
_SILENCES: Final = 3  # times in a row that nobody knows of a call: then nobody is at it


class QueuedEngine:
    """An `Engine` that hands recordings to workers, and leaves the rest to another engine.

    Args:
        queue: where the workers are
        local: draws, and writes documents
        at_once: how many recordings may be with the workers
    """

    def __init__(self, queue: Queue, local: Engine, at_once: int) -> None:
        self._queue, self._local, self._at_once = queue, local, at_once
        self._closing = threading.Event()

    @property
    def model(self) -> ModelId | None:
        """The model of this computer; workers that have another one refuse."""
        return self._local.model

    @property
    def at_once(self) -> int:
        """As many as there are said to be workers."""
        return self._at_once

    def load(self) -> None:
        """See whether a worker is there.

        Raises:
            RequestError: E78 none is, or the queue cannot be reached
        """
        self._queue.reach()
        try:
            is_there = self._queue.is_answered(_ANSWER)
        except _UNREACHABLE as error:
            raise queue_unreachable() from error
        if not is_there:
            raise no_worker()

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """Have a recording analysed; see `Analyzer.analyze`.

        Raises:
            RequestError: E61 the app is being closed, E64 stopped in an unforeseen way, E78 there
                is no worker, or no way to one
            VerhmError: whatever the analysis raises
        """
        call = uuid.uuid4().hex
        return self._found(ANALYZE, AnalysisCall(call, settings, self.model), path, progress)

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        """Have a window explained; see `Analyzer.explain`, and raises as `analyze`."""
        call = ExplanationCall(uuid.uuid4().hex, analysis, window, self.model)
        return self._found(EXPLAIN, call, path, progress)

    def document(self, analysis: Analysis) -> bytes:
        """The analysis as JSON."""
        return self._local.document(analysis)

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
        self._local.render(morphs, audio, output, settings, progress, beside)

    def close(self) -> None:
        """Take back what workers were asked for, and take on nothing more."""
        self._closing.set()
        self._local.close()

    def _found(
        self, task: str, asked: AnalysisCall | ExplanationCall, path: Path, progress: Progress
    ) -> Any:
        """Hand a recording to a worker, and return or raise what comes back."""
        call = asked.id
        recording = self._queue.recording(call)
        try:
            recording.send(path, lambda: self._go_on(progress, Stage.DECODE, 0.0))
            self._queue.celery.send_task(task, [asked], task_id=call, argsrepr="", kwargsrepr="")
            return self._await(call, recording, progress)
        except _UNREACHABLE as error:
            raise queue_unreachable() from error
        finally:
            with contextlib.suppress(*_UNREACHABLE):  # it goes by itself, soon
                recording.withdraw()
                self._queue.celery.backend.forget(call)

    def _await(
        self, call: str, recording: SentRecording, progress: Progress
    ) -> Analysis | Influence:
        latest = Report(Stage.DECODE, 0.0, "")
        pulse = _Pulse(partial(self._queue.is_known, call))
        while True:
            found = self._queue.answer(call)
            if isinstance(found, Analysis | Influence):
                return found
            if isinstance(found, Cancelled):  # not by the person, of whom this would know
                raise queue_unreachable()
            if isinstance(found, BaseException):
                raise told(found)
            if isinstance(found, Report) and found != latest:
                latest = found
                pulse.news()
            self._go_on(progress, latest.stage, latest.share)
            if not recording.renewed():
                raise queue_unreachable()
            if not pulse.goes_on(latest.worker or None):
                raise lost_worker() if latest.worker else no_worker()
            self._closing.wait(_POLL)

    def _go_on(self, progress: Progress, stage: Stage, share: float) -> None:
        """Report, which is how this hears that the person stopped it; raises E61 at the end."""
        if self._closing.is_set():
            raise closing()
        progress(stage, share)


class _Pulse:
    """Whether somebody still is at a call, although nothing was told for a while.

    Args:
        is_known: whether a worker, or any, knows of the call and says so in so many seconds
    """

    def __init__(self, is_known: Callable[[str | None, float], bool]) -> None:
        self._is_known = is_known
        self._since, self._silences = time.monotonic(), 0

    def news(self) -> None:
        """Something was heard."""
        self._since, self._silences = time.monotonic(), 0

    def goes_on(self, worker: str | None) -> bool:
        """False once nobody knew of it several times in a row."""
        if time.monotonic() - self._since < _PULSE:
            return True
        silences = 0 if self._asks(worker) else self._silences + 1
        self._since, self._silences = time.monotonic(), silences
        return silences < _SILENCES

    def _asks(self, worker: str | None) -> bool:
        try:
            return self._is_known(worker, _ANSWER)
        except _UNREACHABLE:  # a connection from before Redis was started anew
            return False
