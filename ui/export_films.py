"""Videos made to be taken along: the face with whatever was chosen to be seen beside it.

They lie in the work folder until the app stops, their session is erased, or KEPT newer ones were
made; nothing of them is kept with the session. They wait in the same lines as the jobs: what needs
the model in the analyses' line, the drawing in the drawings' line.
"""

import contextlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from storage.content import Content
from storage.failures import damaged_result
from storage.models import RunState
from storage.repository import Repository
from ui.engine import Engine, room_for_video
from ui.film import Film, FilmChoices
from ui.film_shelf import FilmShelf
from ui.job_endings import failure
from ui.made_up import marked
from ui.neutral_face import why_no_neutral
from ui.pictures import camera_picture
from ui.progress import JobState, Pace
from verhm.errors import Cancelled, RequestError, StorageError, VerhmError
from verhm.face.panels import Beside, refuse_unfit
from verhm.stages import Progress, Stage
from verhm.types import EmotionTimeline, ModelId, MorphSequence

KEPT: Final = 8  # films, so that the disk does not fill while the app runs for weeks
LONGEST: Final = 4  # films that may wait or be made at once
STOP_TIME: Final = 5.0  # s; a drawing that was told to stop has mostly ended by then
_NEUTRAL: Final = 0.05  # share of the work that finding the neutral face takes

log = logging.getLogger(__name__)


class Films:
    """Makes films, one after the other.

    Args:
        repository: where recordings and results are kept
        engine: what analyses and draws
        workspace: folder for the films
        analyses: line of what needs the model
        drawings: line of what draws
    """

    def __init__(
        self,
        repository: Repository,
        engine: Engine,
        workspace: Path,
        analyses: ThreadPoolExecutor,
        drawings: ThreadPoolExecutor,
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._scratch = repository.scratch(workspace)
        self._shelf = FilmShelf(workspace, self._scratch, repository.vault is not None)
        self._analyses = analyses
        self._drawings = drawings
        self._lock = threading.Lock()
        self._is_closing = False
        self._films: dict[str, Film] = {}
        self._steps: dict[str, Future[Any]] = {}  # of the open films: what each waits for or does
        self._ends: dict[str, Future[None]] = {}  # of the open films
        self._stopped: set[str] = set()

    def order(self, run_id: str, choices: FilmChoices) -> Film:
        """Make a film of a run.

        Raises:
            AudioError: E10–E19 when the recording's picture is wanted and there is none
            RequestError: E61 when too many films wait or the app is being closed, E71 when the
                size is unfit, or another model made the run than would find its neutral face
            StorageError: E53 when there is no such run, or it has no result
        """
        run = self._repository.run(run_id)
        if run.state is not RunState.DONE:
            raise StorageError("E53", "This run has no result.", "Analyse the session again.")
        if choices.neutral:
            _refuse_without_neutral(run.model, self._engine.model)
        seen = self._repository.recording_content(run.session_id)
        with contextlib.ExitStack() as stack:
            if choices.picture:
                seen = camera_picture(self._repository, run.session_id) or seen
            shown = stack.enter_context(seen.lent(self._scratch)) if choices.picture else None
            refuse_unfit(choices.video, shown, choices.timeline)
        film = Film(uuid.uuid4().hex, run.session_id, run_id, choices)
        with self._lock:
            self._refuse_when_busy()
            self._films[film.id] = film
            self._ends[film.id] = Future()
        if choices.neutral:
            self._step(film, self._analyses.submit(self._find_neutral, film), self._go_on)
        else:
            self._step(film, self._drawings.submit(self._draw, film, None), self._end)
        return film

    def of_run(self, run_id: str) -> list[Film]:
        """The films of a run, the newest first."""
        with self._lock:
            return [film for film in reversed(self._films.values()) if film.run_id == run_id]

    @property
    def sessions(self) -> set[str]:
        """Ids of the sessions that have films."""
        with self._lock:
            return {film.session_id for film in self._films.values()}

    def is_busy(self) -> bool:
        """Whether some film waits or is made, so that other drawings may have to wait for it."""
        return bool(self._ends)

    def film(self, film_id: str) -> Film:
        """A film as it stands; raises `StorageError` (E53) when there is none."""
        with self._lock:
            film = self._films.get(film_id)
        if film is None:
            raise StorageError("E53", "There is no such video any more.", "Make it again.")
        return film

    def path(self, film_id: str) -> Path:
        """Where a finished film lies; raises as `content`, which opens it."""
        return self.content(film_id).path

    def content(self, film_id: str) -> Content:
        """What a finished film holds; raises `StorageError` (E53) when there is none."""
        film = self.film(film_id)
        if film.state is not JobState.DONE:
            raise StorageError("E53", "This video is not there.", "Wait for it, or make it again.")
        return self._shelf.content(film_id)

    def cancel(self, film_id: str) -> None:
        """Stop a film at once while it waits, soon while it is made; others stay as they are."""
        with self._lock:
            step = self._steps.get(film_id)
            if step is not None:
                self._stopped.add(film_id)
        # Not under the lock: what waits ends within this call.
        if step is not None:
            step.cancel()

    def forget(self, session_ids: Collection[str]) -> None:
        """Stop and erase all films of some sessions; waits a while for what is being made."""
        with self._lock:
            gone = [film for film in self._films.values() if film.session_id in session_ids]
            ends = [self._ends[film.id] for film in gone if film.id in self._ends]
        for film in gone:
            self.cancel(film.id)
        wait(ends, timeout=STOP_TIME)
        with self._lock:
            for film in gone:
                self._erase(film.id)

    def close(self) -> None:
        """Stop everything; the app empties the work folder."""
        with self._lock:
            self._is_closing = True
            self._stopped.update(self._ends)

    def _refuse_when_busy(self) -> None:
        if self._is_closing:
            raise RequestError("E61", "VERHM is being closed.", "Start it again.")
        if len(self._ends) >= LONGEST:
            raise RequestError(
                "E61", f"{len(self._ends)} videos are being made already.", "Wait for one of them."
            )

    def _step(
        self, film: Film, step: "Future[Any]", then: Callable[[Film, "Future[Any]"], None]
    ) -> None:
        with self._lock:
            self._steps[film.id] = step
            is_stopped = film.id in self._stopped
        step.add_done_callback(lambda done: then(film, done))
        if is_stopped:
            step.cancel()

    def _go_on(self, film: Film, found: "Future[Any]") -> None:
        """Let a film whose neutral face is found wait for its drawing."""
        with self._lock:
            goes_on = failure(found) is None and not self._is_closing
            drawn = self._drawings.submit(self._draw, film, found.result()) if goes_on else found
        self._step(film, drawn, self._end)

    def _find_neutral(self, film: Film) -> MorphSequence:
        """The same words said neutrally; that is not kept with a result."""
        run = self._repository.run(film.run_id)
        report = self._progress(film.id, JobState.ANALYSING, 0.0, _NEUTRAL)
        with self._repository.recording_content(film.session_id).lent(self._scratch) as recording:
            analysis = self._engine.analyze(recording, report, run.settings)
        _refuse_without_neutral(run.model, analysis.model)
        assert analysis.neutral is not None  # without it there is no checkpoint
        return analysis.neutral

    def _draw(self, film: Film, neutral: MorphSequence | None) -> None:
        """Draw a film; runs in the drawings' thread."""
        choices, repository = film.choices, self._repository
        video = marked(choices.video, repository.run(film.run_id).model)
        report = self._progress(film.id, JobState.RENDERING, _NEUTRAL if neutral else 0.0, 1.0)
        morphs = repository.morphs(film.run_id)
        timeline = _timeline(repository, film.run_id, morphs) if choices.timeline else None
        with contextlib.ExitStack() as stack:
            content = repository.recording_content(film.session_id)
            recording = stack.enter_context(content.lent(self._scratch))
            camera = camera_picture(repository, film.session_id) if choices.picture else None
            seen = stack.enter_context(camera.lent(self._scratch)) if camera else recording
            beside = Beside(timeline, neutral, seen if choices.picture else None)
            output = self._shelf.begin(film.id, room_for_video(morphs)) / choices.file_name
            self._engine.render(morphs, recording, output, video, report, beside)
        self._shelf.finish(film.id, output)

    def _progress(self, film_id: str, state: JobState, start: float, end: float) -> Progress:
        pace, stages = Pace(), list(Stage)

        def report(stage: Stage, share: float) -> None:
            # Of an analysis, its stages count alike: they are seconds beside the drawing's minutes.
            within = share
            if state is JobState.ANALYSING:
                within = (stages.index(stage) + share) / stages.index(Stage.RENDER)
            done = start + (end - start) * min(within, 1.0)
            left = pace.seconds_left(done, time.monotonic())
            with self._lock:
                if film_id in self._stopped:
                    raise Cancelled
                self._put(film_id, state=state, share=done, seconds_left=left)

        report(Stage.DECODE if state is JobState.ANALYSING else Stage.RENDER, 0.0)
        return report

    def _put(self, film_id: str, **changes: Any) -> None:
        self._films[film_id] = replace(self._films[film_id], **changes)

    def _end(self, film: Film, done: "Future[Any]") -> None:
        """Note how a film ended, and erase the oldest of very many."""
        error = failure(done)
        if error is not None and not isinstance(error, VerhmError):
            log.error("A video ended in an unforeseen way", exc_info=error)
        with self._lock:
            if error is None and (film.id in self._stopped or self._is_closing):
                error = Cancelled()  # asked for while the last frame was written
            self._put(film.id, state=_ending(error), seconds_left=None)
            if error is None:
                self._put(film.id, share=1.0)
            else:
                self._put(film.id, error=_told(error))
                self._shelf.remove(film.id)
            self._stopped.discard(film.id)
            self._steps.pop(film.id)
            self._ends.pop(film.id).set_result(None)
            self._films[film.id] = self._films.pop(film.id)  # now the newest that has ended
            for state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
                ended = [each.id for each in self._films.values() if each.state is state]
                for old in ended[:-KEPT]:
                    self._erase(old)

    def _erase(self, film_id: str) -> None:
        """Forget a film that has ended, with its file; under the lock."""
        if film_id not in self._ends:
            self._films.pop(film_id, None)
        self._shelf.remove(film_id)


def _refuse_without_neutral(made_by: ModelId | None, loaded: ModelId | None) -> None:
    problem = why_no_neutral(made_by, loaded)
    if problem is not None:
        raise problem


def _ending(error: BaseException | None) -> JobState:
    if error is None:
        return JobState.DONE
    return JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED


def _told(error: BaseException) -> VerhmError:
    """What a person is told; never the error itself, which would keep the work's memory."""
    if isinstance(error, VerhmError):
        return VerhmError(error.code, *error.kept)
    return RequestError(
        "E64",
        "The video stopped for a reason that was not foreseen.",
        "Make it again. The terminal shows the details.",
    )


def _timeline(repository: Repository, run_id: str, morphs: MorphSequence) -> EmotionTimeline:
    from verhm.report.document import from_document

    try:
        return from_document(json.loads(repository.document(run_id)), morphs).timeline
    except (ValueError, KeyError, TypeError) as error:
        raise damaged_result() from error
