"""The verbs about runs: one pass of the analysis over a session's recording."""

import contextlib
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from sqlalchemy import func, select

from storage.access import reach_run, refuse_unreached
from storage.audit import Action
from storage.deidentified import shown_document, shown_run
from storage.details import RunResult
from storage.failures import damaged_result, missing
from storage.files import StoredFile
from storage.models import MediaKind, Run, RunState, Session, VideoState
from storage.scratch import overwrite
from storage.sessions import media_row
from storage.verbs import Verbs, once
from verhm.errors import RenderError, RequestError, VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import MorphSequence, Voice

_UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


class RunVerbs(Verbs):
    """Begin and end runs, keep their results, read them back."""

    def begin_run(
        self, session_id: str, settings: AnalysisSettings, video: VideoSettings | None = None
    ) -> Run:
        """Queue another analysis of a session.

        Args:
            session_id: of which session
            settings: of the analysis
            video: of the face, or none for no video

        Raises:
            StorageError: E53 when there is no such session
        """
        with self._writing() as (unit, access):
            refuse_unreached(unit, access, session_id)
            last = unit.scalar(select(func.max(Run.number)).where(Run.session_id == session_id))
            run = Run(
                session_id=session_id,
                number=(last or 0) + 1,
                settings=settings,
                video_settings=video,
                video_state=VideoState.QUEUED if video else VideoState.NONE,
            )
            unit.add(run)
            unit.flush()
            self._done(unit, access, Action.CREATE, run.id, "run")
            return reach_run(unit, access, run.id)

    def run(self, run_id: str) -> Run:
        """Look a run up.

        Raises:
            StorageError: E53 when there is no such run
        """
        with self._reading() as (unit, access):
            run = reach_run(unit, access, run_id)
        return shown_run(access, run)

    @once
    def latest_run(self, session_id: str) -> Run | None:
        """Find the newest run of a session, whatever became of it."""
        query = select(Run).where(Run.session_id == session_id).order_by(Run.number.desc())
        with self._reading() as (unit, access):
            reached = Run.session_id.in_(select(Session.id).where(access.sessions))
            if access.is_deidentified:
                query = query.where(Run.state.not_in(_UNFINISHED))
            run = unit.scalars(query.where(reached).limit(1)).first()
        return shown_run(access, run) if run else None

    def mark_running(self, run_id: str) -> Run:
        """Say that somebody works on a run now."""
        with self._unfinished(run_id) as run:
            run.state = RunState.RUNNING
        return run

    def finish_run(self, run_id: str, result: RunResult) -> Run:
        """Keep a run's result; it never changes afterwards.

        Raises:
            StorageError: E50 not writable, E51 disk full, E53 no such run (it may be erased)
            ValueError: when the run has ended already
        """
        session_id = self._session_of_unfinished(run_id)
        sources: dict[MediaKind, tuple[str, BinaryIO]] = {
            MediaKind.ANALYSIS: (".json", io.BytesIO(result.document)),
            MediaKind.MORPHS: (".npz", _packed(result.morphs)),
        }
        if result.voice is not None:
            sources[MediaKind.VOICE] = (".npz", _packed_voice(result.voice))
        stored: dict[MediaKind, StoredFile] = {}
        files = self._files_of(session_id)
        with contextlib.ExitStack() as undo:
            for kind, (suffix, source) in sources.items():
                stored[kind] = files.store(session_id, suffix, source)
                undo.callback(self.files.remove, session_id, stored[kind].name)
            with self._unfinished(run_id) as run:
                _fill(run, result)
                for kind, file in stored.items():
                    run.media.append(media_row(session_id, run_id, kind, file))
            undo.pop_all()
        return self.run(run_id)

    def attach_video(self, run_id: str, video: Path, drawn: VideoSettings | None = None) -> Run:
        """Move a finished video to its run.

        Args:
            run_id: whose it is
            video: the file
            drawn: how it was drawn; kept where no video was wanted when the run began

        Raises:
            StorageError: E50 not writable, E51 disk full, E53 no such run
            ValueError: when the run has a video already
        """
        session_id = self.run(run_id).session_id
        with video.open("rb") as source:
            stored = self._files_of(session_id).store(session_id, video.suffix, source)
        with contextlib.ExitStack() as undo:
            undo.callback(self.files.remove, session_id, stored.name)
            with self._writing() as (unit, access):
                run = reach_run(unit, access, run_id)
                if run.video_state is VideoState.DONE:
                    raise ValueError("the run has a video already")
                run.video_state = VideoState.DONE
                run.video_settings = run.video_settings or drawn
                _blame(run, None)
                run.media.append(media_row(session_id, run_id, MediaKind.VIDEO, stored))
            undo.pop_all()
        if self.vault is not None:
            overwrite(video)
        video.unlink()
        return self.run(run_id)

    def set_video_state(
        self, run_id: str, state: VideoState, error: VerhmError | None = None
    ) -> Run:
        """Say how far a run's video is, and why it failed."""
        with self._writing() as (unit, access):
            run = reach_run(unit, access, run_id)
            if run.video_state is VideoState.DONE:
                raise ValueError("the run has a video already")
            run.video_state = state
            if state is not VideoState.RENDERING:  # keeps that the program died of it: `take_up`
                _blame(run, error)
        return run

    def fail_run(self, run_id: str, error: VerhmError) -> Run:
        """Say why a run has no result."""
        with self._unfinished(run_id) as run:
            _end(run, RunState.FAILED, error)
        return run

    def cancel_run(self, run_id: str) -> Run:
        """Say that the person stopped a run."""
        with self._unfinished(run_id) as run:
            _end(run, RunState.CANCELLED)
        return run

    def requeue(self, run_id: str) -> None:
        """Say that nobody works on a run, or draws it, any more; the next start goes on with it."""
        with self._writing() as (unit, access):
            _put_back(reach_run(unit, access, run_id))

    def take_up(self) -> tuple[Run, ...]:
        """Queue again what the last use of the program left open; only for the start.

        What was being worked on when the program died may be what it died of. So that is tried once
        more, and closed when the program dies of it again.

        Returns:
            the runs to go on with, in the order in which they were begun
        """
        drawing = (VideoState.QUEUED, VideoState.RENDERING)
        query = select(Run).where(Run.state.in_(_UNFINISHED) | Run.video_state.in_(drawing))
        with self._writing() as (unit, access):
            access.refuse_unless_program()
            found = unit.scalars(query.order_by(Run.created_at)).all()
            return tuple(run for run in found if _goes_on(run))

    def document(self, run_id: str) -> bytes:
        """Read a run's whole analysis as JSON.

        Raises:
            StorageError: E52 when the file is damaged, E53 when the run has none
        """
        content = self._content(run_id, MediaKind.ANALYSIS)
        with self._reading() as (_, access):
            return shown_document(access, content)

    def morphs(self, run_id: str) -> MorphSequence:
        """Read a run's morphs.

        Raises:
            StorageError: E52 damaged, E53 none, E57 for researchers, as lips tell what was said
        """
        self._refuse_identifying(run_id)
        content = io.BytesIO(self._content(run_id, MediaKind.MORPHS))
        with np.load(content, allow_pickle=False) as kept:
            head = {"head": kept["head"]} if "head" in kept else {}  # older ones keep still
            return MorphSequence(
                kept["weights"], float(kept["frame_rate"]), tuple(kept["names"].tolist()), **head
            )

    def voice(self, run_id: str) -> Voice:
        """Read how the voice in a run's recording sounds on average.

        Raises:
            StorageError: E52 when the file is damaged, E53 when there is none, E57 for researchers
        """
        self._refuse_identifying(run_id)
        content = io.BytesIO(self._content(run_id, MediaKind.VOICE))
        with np.load(content, allow_pickle=False) as kept:
            return Voice(str(kept["model"]), float(kept["windows"]), kept["mean"])

    def note_look(self, run_id: str, kind: MediaKind) -> None:
        """Note that somebody looks at a run's file that was read before and is in memory.

        Raises:
            StorageError: E57 for researchers, who are given no file
        """
        self._refuse_identifying(run_id)
        self._note_seen(run_id, kind)

    def _content(self, run_id: str, kind: MediaKind) -> bytes:
        """Read a file of a run, if it is still what was stored."""
        with self._reading() as (unit, access):
            files = reach_run(unit, access, run_id).media
        media = next((media for media in files if media.kind is kind), None)
        if media is None:
            raise missing("result")
        self._note_seen(run_id, kind)
        with self._files_of(media.session_id).open(media.session_id, media.file) as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != media.sha256:
            raise damaged_result()
        return content

    def _refuse_identifying(self, run_id: str) -> None:
        with self._reading() as (_, access):
            access.refuse_identifying(run_id)

    def _session_of_unfinished(self, run_id: str) -> str:
        with self._unfinished(run_id) as run:
            return run.session_id

    @contextlib.contextmanager
    def _unfinished(self, run_id: str) -> Iterator[Run]:
        """Change a run that is still open."""
        with self._writing() as (unit, access):
            run = reach_run(unit, access, run_id)
            if not run.state.is_unfinished:
                raise ValueError(f"the run is {run.state} already")
            yield run


def _packed(morphs: MorphSequence) -> BinaryIO:
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        weights=morphs.weights.astype(np.float32),
        frame_rate=np.float64(morphs.frame_rate),
        names=np.array(morphs.names),
        head=morphs.head.astype(np.float32),
    )
    packed.seek(0)
    return packed


def _packed_voice(voice: Voice) -> BinaryIO:
    packed = io.BytesIO()
    np.savez(packed, model=voice.model, windows=voice.windows, mean=voice.mean.astype(np.float32))
    packed.seek(0)
    return packed


def _fill(run: Run, result: RunResult) -> None:
    run.summary, run.quality = result.summary, result.quality
    run.model_name = result.model.name
    run.model_version = result.model.version
    run.model_sha256 = result.model.sha256
    run.seconds = {str(stage): seconds for stage, seconds in result.seconds.items()}
    run.state, run.finished_at = RunState.DONE, datetime.now(UTC)
    _blame(run, None)
    run.session.duration = result.duration


def _end(run: Run, state: RunState, error: VerhmError | None = None) -> None:
    run.state, run.finished_at = state, datetime.now(UTC)
    # A run without a result has nothing to draw.
    run.video_state = VideoState.NONE
    _blame(run, error)


def _put_back(run: Run) -> None:
    if run.state is RunState.RUNNING:
        run.state = RunState.QUEUED
    elif run.video_state is VideoState.RENDERING:
        run.video_state = VideoState.QUEUED


def _goes_on(run: Run) -> bool:
    """Put a run back, or close what the program died of twice; whether it is to be gone on with.

    That it died once stands where a run says why it ended.
    """
    if run.state is not RunState.RUNNING and run.video_state is not VideoState.RENDERING:
        return True  # it only waited
    if run.error_code is None:
        _blame(run, _died_at(run, "once"))
        _put_back(run)
        return True
    died = _died_at(run, "twice")
    if run.state is RunState.RUNNING:
        _end(run, RunState.INTERRUPTED, died)
    else:
        run.video_state = VideoState.FAILED
        _blame(run, died)
    return False


def _died_at(run: Run, how_often: str) -> VerhmError:
    if run.state is RunState.RUNNING:
        return RequestError(
            "E64",
            f"The program ended {how_often} while it analysed this recording.",
            "Analyse it again, or keep the recording as it is.",
        )
    return RenderError(
        "E41",
        f"The program ended {how_often} while it drew the face; the probabilities are saved.",
        "Render the face again on the Review screen.",
    )


def _blame(run: Run, error: VerhmError | None) -> None:
    run.error_code = error.code if error else None
    run.error_cause, run.error_remedy = error.kept if error else (None, None)
