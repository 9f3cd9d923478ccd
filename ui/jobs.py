"""Analyses that wait, run and have ended, whether or not a page is open.

A job belongs to a session whose recording is already kept. It analyses the recording, saves the
result (so that the probabilities can be read), draws the face, and saves the video. Threads that
analyse are not those that draw, so that nobody's probabilities wait for another one's video.
Whatever ends a job early leaves the session with its recording, and a run that says why. What the
end of the app leaves open, the next start goes on with: the runs that are kept are the list of
jobs.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from storage.models import Run, RunState, VideoState
from storage.repository import Repository
from ui.engine import Engine
from ui.export_films import Films
from ui.job_endings import closing, failure, told
from ui.job_steps import JobSteps
from ui.made_up import marked
from ui.progress import JobState, JobView, Pace, Wait, share_done
from ui.window_explanations import WindowExplanations
from verhm.errors import Cancelled, RequestError, VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage
from verhm.types import ModelId

KEPT = 32  # ended jobs that can still be asked about
STOP_TIME = 5.0  # s; work that was told to stop has mostly ended by then

log = logging.getLogger(__name__)


class Jobs:
    """Works in the background, on one drawing at a time and on as many analyses as the engine can.

    Args:
        repository: where sessions, runs and media are kept
        engine: what analyses and draws
        workspace: folder for videos that are being written
        longest: how many jobs may wait or run at once
        avatar: tells whose face is drawn from now on

    Attributes:
        films: videos made for export, which wait in the same lines
        explanations: of windows, which wait in the line of the analyses
    """

    def __init__(
        self,
        repository: Repository,
        engine: Engine,
        workspace: Path,
        longest: int = 16,
        avatar: Callable[[], str] = lambda: VideoSettings.avatar,
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._steps = JobSteps(repository, engine, workspace)
        self._longest = longest
        self._avatar = avatar
        self._is_closing = False
        self._is_warm = False
        self._is_loading = False
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._views: dict[str, JobView] = {}
        self._futures: dict[str, Future[None]] = {}  # of the open jobs: the step each is at
        self._stopped: set[str] = set()
        self._analyses = ThreadPoolExecutor(engine.at_once, thread_name_prefix="analysis")
        self._drawings = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
        self.films = Films(repository, engine, workspace, self._analyses, self._drawings)
        self.explanations = WindowExplanations(repository, engine, workspace, self._analyses)

    @property
    def model(self) -> ModelId | None:
        """Which model analyses from now on; None where that is not known."""
        return self._engine.model

    def submit(
        self,
        session_id: str,
        settings: AnalysisSettings | None = None,
        video: VideoSettings | None = None,
    ) -> JobView:
        """Analyse the recording of a session, as a new run.

        Raises:
            RequestError: E61 when too many jobs wait, when this session is being analysed, or when
                the app is being closed
            StorageError: E53 when there is no such session
        """
        settings = settings or AnalysisSettings()
        video = replace(video or VideoSettings(), avatar=self._avatar())
        self.warm_up()
        with self._lock:
            self._refuse_when_busy(session_id)
            run = self._repository.begin_run(session_id, settings, video)
            job, step = self._add(run)
        self._follow(run, job, step)
        return job

    def submit_again(self, session_id: str) -> JobView:
        """Analyse a session once more, as last time but with the face that is chosen now."""
        last = self._repository.latest_run(session_id)
        if last is None:
            return self.submit(session_id)
        return self.submit(session_id, last.settings, last.video_settings)

    def draw(self, run_id: str) -> JobView:
        """Draw the face of a run whose video is missing, with its own settings.

        Raises:
            RequestError: E61 when too many jobs wait, when this session is being analysed, when
                the face is drawn already, or when the app is being closed
            StorageError: E53 when there is no such run
        """
        with self._lock:  # another window may ask for the same
            run = self._repository.run(run_id)
            self._refuse_when_busy(run.session_id)
            if run.state is not RunState.DONE:
                raise ValueError("only a finished run can be drawn")
            if run.video_state is VideoState.DONE:
                raise RequestError("E61", "The face is drawn already.", "Reload the page.")
            run = self._repository.set_video_state(run_id, VideoState.QUEUED)
            job, step = self._add(run)
        self._follow(run, job, step)
        return job

    def resume(self) -> None:
        """Put back into the lines what the last use of the app left open; only for the start."""
        for run in self._repository.take_up():
            if run.state is not RunState.DONE:
                self.warm_up()
            with self._lock:
                job, step = self._add(run)
            self._follow(run, job, step)

    def cancel(self, job_id: str) -> None:
        """Stop a job: at once while it waits, soon while it runs; one that has ended stays so."""
        with self._lock:
            future = self._futures.get(job_id)
            if future is not None:
                self._stopped.add(job_id)
        # Not under the lock: what waits is closed within this call.
        if future is not None:
            future.cancel()

    def stop(self, session_ids: Collection[str]) -> None:
        """Cancel what is open of some sessions, erase their films, and wait a while for the end.

        What has not ended by then finds its session erased when it wants to save something.
        """
        with self._lock:
            stopped = {job.id for job in self._open() if job.session_id in session_ids}
        for job_id in stopped:
            self.cancel(job_id)
        with self._lock:
            self._ended.wait_for(
                lambda: stopped.isdisjoint(job.id for job in self._open()), STOP_TIME
            )
        self.films.forget(session_ids)
        self.explanations.forget(session_ids)

    def view(self, job_id: str) -> JobView | None:
        """A job as it stands, or None where there is none of that id, or it ended long ago."""
        with self._lock:
            return self._views.get(job_id)

    def of_session(self, session_id: str) -> JobView | None:
        """The latest job of a session, unless it ended long ago."""
        return next((job for job in reversed(self.all()) if job.session_id == session_id), None)

    def all(self) -> list[JobView]:
        """The open jobs and the last that ended, oldest first."""
        with self._lock:
            return list(self._views.values())

    def warm_up(self) -> None:
        """Begin to load the model, in a thread of the analyses, once; they wait for it."""
        with self._lock:
            if self._is_warm or self._is_closing:
                return
            self._is_warm = self._is_loading = True
            loading = self._analyses.submit(self._engine.load)
        loading.add_done_callback(self._end_loading)

    def expect_closing(self) -> None:
        """Take on nothing more, and blame nobody for what stops from now on.

        Takes no lock, since it is called from the handler of a signal.
        """
        self._is_closing = True

    def shutdown(self) -> None:
        """Stop every job and wait; the next start goes on with them."""
        with self._lock:  # whoever puts a job into a lane has done so, or will see this
            self.expect_closing()
        for job in self.all():
            self.cancel(job.id)
        self.films.close()
        self.explanations.close()
        self._engine.close()
        self._analyses.shutdown(wait=True)
        self._drawings.shutdown(wait=True)

    def _open(self) -> list[JobView]:
        """The jobs that have not ended; under the lock."""
        return [job for job in self._views.values() if not job.state.has_ended]

    def _refuse_when_busy(self, session_id: str) -> None:
        open_jobs = self._open()
        if self._is_closing:
            raise closing()
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

    def _add(self, run: Run) -> tuple[JobView, "Future[None]"]:
        """Put a run into the line of what it needs; under the lock."""
        wait = Wait.MODEL if self._is_loading else Wait.ANALYSIS
        job = JobView(uuid.uuid4().hex, run.session_id, run.id, wait=wait)
        self._views[job.id] = job
        if run.state is RunState.DONE:
            return job, self._line_up(job, self._video(run))
        step = self._futures[job.id] = self._analyses.submit(self._analyse, job, run.settings)
        return job, step

    def _follow(self, run: Run, job: JobView, step: "Future[None]") -> None:
        """Go on when a job's first step ends; not under the lock, since that may be now."""
        if run.state is RunState.DONE:
            step.add_done_callback(partial(self._close, job))
        else:
            step.add_done_callback(partial(self._end_analysis, job, self._video(run)))

    def _video(self, run: Run) -> VideoSettings:
        return marked(run.video_settings or VideoSettings(avatar=self._avatar()), run.model)

    def _end_loading(self, done: "Future[None]") -> None:
        error = done.exception()
        if error and not self._is_closing:  # the first analysis tries again, and says why it cannot
            log.warning("Preparing the model failed: %s", error)
        with self._lock:
            self._is_loading = False
            for job in [job for job in self._views.values() if job.wait is Wait.MODEL]:
                self._put(job.id, wait=Wait.ANALYSIS)

    def _analyse(self, job: JobView, settings: AnalysisSettings) -> None:
        """Take a job up to its saved result; runs in the analyses' thread."""
        self._steps.analyse(job, settings, self._progress(job.id, JobState.ANALYSING))

    def _end_analysis(self, job: JobView, video: VideoSettings, done: "Future[None]") -> None:
        if failure(done) is None:
            self._queue_drawing(job, video)
        else:
            self._close(job, done)

    def _queue_drawing(self, job: JobView, video: VideoSettings) -> None:
        """Let a job whose result is saved wait for its drawing, unless the app is being closed."""
        with self._lock:
            future = None if self._is_closing else self._line_up(job, video)
            is_stopped = job.id in self._stopped
        if future is None:
            self._forget(job.id, state=JobState.FAILED, error=closing())
            return
        future.add_done_callback(partial(self._close, job))
        if is_stopped:
            future.cancel()

    def _line_up(self, job: JobView, video: VideoSettings) -> "Future[None]":
        """Put a job among the drawings that wait; under the lock."""
        self._put(job.id, state=JobState.RENDERING, wait=Wait.DRAWING, seconds_left=None)
        self._put(job.id, stage=Stage.RENDER, share=0.0)
        future = self._futures[job.id] = self._drawings.submit(self._draw, job, video)
        return future

    def _draw(self, job: JobView, video: VideoSettings) -> None:
        """Draw and save a video; runs in the drawings' thread."""
        self._steps.draw(job, video, self._progress(job.id, JobState.RENDERING))

    def _progress(self, job_id: str, state: JobState) -> Progress:
        """How a step that is worked on tells so; says there when the job was stopped."""
        pace = Pace()

        def report(stage: Stage, share: float) -> None:
            left = pace.seconds_left(share_done(stage, share), time.monotonic())
            with self._lock:
                if job_id in self._stopped:
                    raise Cancelled
                # Nobody knows how long an analysis will wait for the drawings before its own.
                is_known = state is JobState.RENDERING or not self._is_drawing()
                self._put(job_id, state=state, wait=None, stage=stage, share=share)
                self._put(job_id, seconds_left=left if is_known else None)

        return report

    def _is_drawing(self) -> bool:
        return self.films.is_busy() or JobState.RENDERING in {j.state for j in self._views.values()}

    def _put(self, job_id: str, **changes: Any) -> None:
        """Change what pages see of a job; under the lock."""
        self._views[job_id] = replace(self._views[job_id], **changes)

    def _close(self, job: JobView, done: "Future[None]") -> None:
        """Record how a job ended, in the database and for the pages."""
        error = failure(done)
        if error is None:
            self._forget(job.id, state=JobState.DONE, share=1.0)
            return
        if not isinstance(error, VerhmError):
            log.error("An analysis ended in an unforeseen way", exc_info=error)
        state = JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED
        shown = told(error)
        try:
            if self._is_closing:  # whatever stopped it: the next start goes on with it
                self._repository.requeue(job.run_id)
            else:
                self._steps.end(job.run_id, state, shown)
        except VerhmError as problem:  # the session was erased meanwhile, or the disk is full
            log.warning("The end of an analysis was not recorded: %s", problem)
        finally:
            self._forget(job.id, state=state, error=shown)

    def _forget(self, job_id: str, **ending: Any) -> None:
        """Keep only how a job ended, and of jobs that ended long ago nothing."""
        with self._lock:
            self._put(job_id, wait=None, seconds_left=None, **ending)
            self._futures.pop(job_id, None)
            self._stopped.discard(job_id)
            self._ended.notify_all()
            ended = [job.id for job in self._views.values() if job.state.has_ended]
            for old in ended[:-KEPT]:
                del self._views[old]
