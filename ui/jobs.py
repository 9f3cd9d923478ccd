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
from typing import Protocol

from storage.repository import Repository
from ui.progress import JobState, JobView, seconds_left, share_done
from verhm.errors import Cancelled, RequestError, VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Analysis, MorphSequence, Progress, Stage

log = logging.getLogger(__name__)


class Engine(Protocol):
    """What a job does its work with."""

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """Analyse a recording; see `verhm.analysis.Analyzer.analyze`."""

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
        longest: how many jobs may wait or run at once
    """

    def __init__(self, repository: Repository, engine: Engine, longest: int = 16) -> None:
        self._repository = repository
        self._engine = engine
        self._longest = longest
        self._lock = threading.Lock()
        self._views: dict[str, JobView] = {}
        self._stopped: set[str] = set()
        self._started: dict[str, float] = {}
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
            run_id = self._repository.begin_run(session_id, settings)
            view = JobView(uuid.uuid4().hex, session_id, run_id)
            self._views[view.id] = view
        future = self._pool.submit(self._work, view, settings, video)
        future.add_done_callback(lambda done: self._close(view.id, done))
        return view

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
        with self._lock:
            views = [view for view in self._views.values() if view.session_id == session_id]
        return views[-1] if views else None

    def all(self) -> list[JobView]:
        """Every job since the app started, oldest first."""
        with self._lock:
            return list(self._views.values())

    def warm_up(self, load: "Callable[[], None]") -> None:
        """Do something slow in the jobs' own thread, before the first of them."""
        self._pool.submit(load)

    def shutdown(self) -> None:
        """Cancel everything and wait until it has stopped."""
        for view in self.all():
            self.cancel(view.id)
        self._pool.shutdown(wait=True, cancel_futures=False)
