"""Analyses that wait, run and have ended: one at a time, whether or not a page is open.

A job belongs to a session whose recording is already kept. It analyses the recording, saves the
result (so that the probabilities can be read), draws the face, and saves the video. Whatever ends
it early leaves the session with its recording, and a run that says why.
"""

import logging
import tempfile
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from storage.details import RunResult
from storage.models import RunState, VideoState
from storage.repository import Repository
from ui.progress import JobState, JobView, seconds_left, share_done
from verhm.errors import Cancelled, RequestError, VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Analysis, MorphSequence, Progress, Stage

log = logging.getLogger(__name__)


class Engine(Protocol):
    """What a job does its work with."""

    def load(self) -> None:
        """Get ready, so that the first job does not have to; does nothing the second time."""

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """Analyse a recording; see `verhm.analysis.Analyzer.analyze`."""

    def document(self, analysis: Analysis) -> bytes:
        """The analysis as the JSON that is kept; see `verhm.report.document`."""

    def render(
        self,
        morphs: MorphSequence,
        audio: Path,
        output: Path,
        settings: VideoSettings,
        progress: Progress,
    ) -> None:
        """Write the face video; see `verhm.face.video.render_video`."""


class Jobs:
    """Runs analyses in the background, one after the other.

    Args:
        repository: where sessions, runs and media are kept
        engine: what analyses and draws
        workspace: folder for videos that are being written
        longest: how many jobs may wait or run at once
    """

    def __init__(
        self, repository: Repository, engine: Engine, workspace: Path, longest: int = 16
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._workspace = workspace
        self._longest = longest
        self._is_closing = False
        self._is_warm = False
        self._lock = threading.Lock()
        self._views: dict[str, JobView] = {}
        self._stopped: set[str] = set()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="analysis")

    def submit(
        self,
        session_id: str,
        settings: AnalysisSettings | None = None,
        video: VideoSettings | None = None,
    ) -> JobView:
        """Analyse the recording of a session, as a new run.

        Raises:
            RequestError: E61 when too many jobs wait, or when this session is being analysed
            StorageError: E53 when there is no such session
        """
        settings, video = settings or AnalysisSettings(), video or VideoSettings()
        with self._lock:
            self._refuse_when_busy(session_id)
            run = self._repository.begin_run(session_id, settings, video)
            job = JobView(uuid.uuid4().hex, session_id, run.id)
            self._views[job.id] = job
            future = self._pool.submit(self._work, job, settings, video)
        future.add_done_callback(lambda done: self._close(job, done))
        return job

    def draw(self, run_id: str) -> JobView:
        """Draw the face of a run whose video is missing, with its own settings.

        Raises:
            RequestError: E61 when too many jobs wait, or when this session is being analysed
            StorageError: E53 when there is no such run
        """
        run = self._repository.run(run_id)
        if run.state is not RunState.DONE or run.video_state is VideoState.DONE:
            raise ValueError("only a finished run without a video can be drawn")
        with self._lock:
            self._refuse_when_busy(run.session_id)
            job = JobView(uuid.uuid4().hex, run.session_id, run_id, stage=Stage.RENDER)
            self._views[job.id] = job
            video = run.video_settings or VideoSettings()
            future = self._pool.submit(self._draw_again, job, video)
        future.add_done_callback(lambda done: self._close(job, done))
        return job

    def cancel(self, job_id: str) -> None:
        """Stop a job soon; one that has ended stays as it is."""
        with self._lock:
            self._stopped.add(job_id)

    def view(self, job_id: str) -> JobView | None:
        """A job as it stands, or None where there is none of that id."""
        with self._lock:
            return self._views.get(job_id)

    def of_session(self, session_id: str) -> JobView | None:
        """The latest job of a session since the app started."""
        return next((job for job in reversed(self.all()) if job.session_id == session_id), None)

    def all(self) -> list[JobView]:
        """Every job since the app started, oldest first."""
        with self._lock:
            return list(self._views.values())

    def warm_up(self) -> None:
        """Get the engine ready in the jobs' own thread, before the first job needs it."""
        with self._lock:
            if self._is_warm:
                return
            self._is_warm = True
        self._pool.submit(self._engine.load).add_done_callback(_log_failure)

    def shutdown(self) -> None:
        """Stop every job and wait; the next start finds their runs interrupted."""
        self._is_closing = True
        for job in self.all():
            self.cancel(job.id)
        self._pool.shutdown(wait=True)

    def _refuse_when_busy(self, session_id: str) -> None:
        open_jobs = [job for job in self._views.values() if not job.state.has_ended]
        if any(job.session_id == session_id for job in open_jobs):
            raise RequestError(
                "E61", "This session is being analysed already.", "Wait for it, or cancel it."
            )
        if len(open_jobs) >= self._longest:
            raise RequestError(
                "E61",
                f"{len(open_jobs)} analyses wait already.",
                "Nothing is lost: the recording is kept; analyse it when they are done.",
            )

    def _work(self, job: JobView, settings: AnalysisSettings, video: VideoSettings) -> None:
        """Take one job through its stages; runs in the jobs' own thread."""
        progress = self._progress(job.id)
        recording = self._repository.recording(job.session_id)
        self._repository.mark_running(job.run_id)
        self._change(job.id, state=JobState.ANALYSING)
        analysis = self._engine.analyze(recording, progress, settings)
        self._repository.finish_run(job.run_id, self._result(analysis))
        self._draw(job, analysis.morphs, video, progress)

    def _draw_again(self, job: JobView, video: VideoSettings) -> None:
        progress = self._progress(job.id, Stage.RENDER)
        self._draw(job, self._repository.morphs(job.run_id), video, progress)

    def _draw(
        self, job: JobView, morphs: MorphSequence, video: VideoSettings, progress: Progress
    ) -> None:
        recording = self._repository.recording(job.session_id)
        self._repository.set_video_state(job.run_id, VideoState.RENDERING)
        self._change(job.id, state=JobState.RENDERING)
        self._workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._workspace) as folder:
            output = Path(folder) / "face.mp4"
            self._engine.render(morphs, recording, output, video, progress)
            progress(Stage.SAVE, 0.0)
            self._repository.attach_video(job.run_id, output)

    def _result(self, analysis: Analysis) -> RunResult:
        return RunResult(
            document=self._engine.document(analysis),
            morphs=analysis.morphs,
            summary=analysis.summary,
            quality=analysis.quality,
            model=analysis.model,
            duration=analysis.duration,
            seconds={str(stage): seconds for stage, seconds in analysis.seconds.items()},
        )

    def _progress(self, job_id: str, first: Stage = Stage.DECODE) -> Progress:
        start, before = time.monotonic(), share_done(first, 0.0)

        def report(stage: Stage, share: float) -> None:
            with self._lock:
                is_stopped = job_id in self._stopped
            if is_stopped:
                raise Cancelled
            done = (share_done(stage, share) - before) / (1.0 - before)
            left = seconds_left(done, time.monotonic() - start)
            self._change(job_id, stage=stage, share=share, seconds_left=left)

        # A job that was cancelled while it waited never starts.
        report(first, 0.0)
        return report

    def _change(self, job_id: str, **changes: Any) -> None:
        with self._lock:
            self._views[job_id] = replace(self._views[job_id], **changes)

    def _close(self, job: JobView, done: "Future[None]") -> None:
        """Record how a job ended, in the database and for the pages."""
        error = done.exception()
        if error is None:
            self._change(job.id, state=JobState.DONE, share=1.0, seconds_left=None)
            return
        known = error if isinstance(error, VerhmError) else _unforeseen()
        if known is not error:
            log.error("An analysis ended in an unforeseen way", exc_info=error)
        state = JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED
        try:
            self._record(job.run_id, known)
        except VerhmError as problem:  # the session was erased meanwhile, or the disk is full
            log.warning("The end of an analysis was not recorded: %s", problem)
        finally:
            self._change(job.id, state=state, error=known, seconds_left=None)

    def _record(self, run_id: str, error: VerhmError) -> None:
        if self._repository.run(run_id).state is RunState.DONE:
            self._repository.set_video_state(run_id, VideoState.FAILED, error)
        elif not isinstance(error, Cancelled):
            self._repository.fail_run(run_id, error)
        elif not self._is_closing:
            self._repository.cancel_run(run_id)


def _unforeseen() -> VerhmError:
    return RequestError(
        "E64",
        "The analysis stopped for a reason that was not foreseen.",
        "The recording is kept; analyse it again. The terminal shows the details.",
    )


def _log_failure(done: "Future[None]") -> None:
    error = done.exception()
    if error is not None:
        log.warning("Preparing the model failed: %s", error)
