"""What can be taken out of the app, as downloads: codes and dates; a name only where asked for."""

import contextlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from storage.content import Content
from storage.failures import coded_os_errors
from storage.models import MediaKind, Run, Session
from storage.scratch import shred
from ui.context import AppContext
from ui.export_film_routes import film_routes
from ui.export_names import download_name, safe_name
from ui.kept_response import answer_content
from ui.report_record import report_record
from ui.session_lines import session_lines
from ui.user import signed_in
from verhm.errors import StorageError
from verhm.report.record import Record
from verhm.types import Analysis

# What is written anew for each download, by the name at the end of its address.
WRITTEN = (
    "windows.csv",
    "annotations.csv",
    "analysis.json",
    "morphs.csv",
    "emotions.html",
    "emotions.png",
    "emotions.eaf",
    "emotions.TextGrid",
    "report.pdf",
    "fhir.json",
    "everything.zip",
)

_Write = Callable[[Analysis, Path], object]

_ROOM = 2**27  # bytes for what is written besides media, generously


def routes(context: AppContext) -> APIRouter:
    """Results by run, a session's recording, a patient's sessions in a table, and everything.

    `/runs/{id}/{file}`, `/sessions/{id}/recording`, `/patients/{id}/recordings.csv` and
    `/patients/{id}/patient.zip`.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])
    router.include_router(film_routes(context))  # before what takes any name after a run's id
    export = _Export(context)
    _add_run_routes(router, context, export)
    _add_session_routes(router, context)
    _add_patient_routes(router, context, export)
    return router


def _add_run_routes(router: APIRouter, context: AppContext, export: "_Export") -> None:
    @router.get("/runs/{run_id}/face.mp4")
    def video(run_id: str, request: Request) -> Response:
        media = context.repository.media_of(run_id, MediaKind.VIDEO)
        if media is None:
            raise StorageError("E53", "This run has no video.", "Analyse the session again.")
        content = context.repository.content(media.id)
        run, session = export.owners(run_id)
        return answer_content(content, request, download_name(session, run, "face.mp4"))

    @router.get("/runs/{run_id}/{name}")
    def written(run_id: str, name: str, named: bool = False) -> FileResponse:
        if name not in WRITTEN:
            raise StorageError("E53", "There is no such file.", "Choose one from the list.")
        run, session = export.owners(run_id)
        with _workspace(context, export.room(session, name)) as folder:
            path = export.write(run, session, name, folder, named)
        shown = "report-named.pdf" if named and name == "report.pdf" else name
        return _Passing(path, filename=download_name(session, run, shown))


def _add_session_routes(router: APIRouter, context: AppContext) -> None:
    @router.get("/sessions/{session_id}/recording")
    def recording(session_id: str, request: Request) -> Response:
        session = context.repository.session(session_id)
        content = context.repository.recording_content(session_id)
        name = download_name(session, None, f"recording{content.suffix}")
        return answer_content(content, request, name)


def _add_patient_routes(router: APIRouter, context: AppContext, export: "_Export") -> None:
    @router.get("/patients/{patient_id}/recordings.csv")
    def sessions(patient_id: str) -> FileResponse:
        from verhm.report.overview import write_sessions_csv

        lines = session_lines(context, patient_id)
        code = context.repository.patient(patient_id).code
        with _workspace(context, _ROOM) as folder:
            path = folder / "recordings.csv"
            write_sessions_csv(lines, path)
        return _Passing(path, filename=safe_name(code, "recordings.csv"))

    @router.get("/patients/{patient_id}/patient.zip")
    def patient(patient_id: str) -> FileResponse:
        code = context.repository.patient(patient_id).code
        with _workspace(context, export.room_for(patient_id)) as folder:
            path = folder / "patient.zip"
            context.repository.export_patient(patient_id, path)
        return _Passing(path, filename=safe_name(code, "patient.zip"))


@contextlib.contextmanager
def _workspace(context: AppContext, room: int) -> Iterator[Path]:
    """A folder to write what is taken out into; nothing stays of it where that fails."""
    with coded_os_errors():
        folder = context.workspace(room)
        with contextlib.ExitStack() as undo:
            undo.callback(shred, folder)
            yield folder
            undo.pop_all()


class _Passing(FileResponse):
    """A file whose folder goes as soon as it was sent, refused or broken off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            shred(Path(self.path).parent)


class _Export:
    """Writes a run's files."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._repository = context.repository

    def owners(self, run_id: str) -> tuple[Run, Session]:
        """A run with its session."""
        run = self._repository.run(run_id)
        return run, self._repository.session(run.session_id)

    def room(self, session: Session, name: str) -> int:
        """Bytes that writing a file takes, generously."""
        media = sum(each.bytes for each in session.media) if name == "everything.zip" else 0
        return media + _ROOM

    def room_for(self, patient_id: str) -> int:
        """Bytes that writing a whole patient takes."""
        sessions = self._repository.sessions(patient_id)
        return sum(media.bytes for session in sessions for media in session.media) + _ROOM

    def write(
        self, run: Run, session: Session, name: str, folder: Path, is_named: bool = False
    ) -> Path:
        """Write one of the files of `WRITTEN` into a folder.

        Args:
            run, session, name: which
            folder: to write into
            is_named: whether the report has the patient's name and the session's note
        """
        path = folder / name
        if name == "everything.zip":
            self._write_all(run, session, path)
        else:
            self._writers(run, session, is_named)[name](self.analysis(run.id), path)
        return path

    def analysis(self, run_id: str) -> Analysis:
        """A run's whole result, as far as whoever asks may see it."""
        return self._context.reviewed.analysis(run_id)

    def _recording(self, session: Session) -> str | None:
        """What the recording is called where it is taken along; None where it is gone."""
        found = [media for media in session.media if media.kind is MediaKind.RECORDING]
        names = (f"recording{Path(media.file).suffix}" for media in found)
        return next((download_name(session, None, name) for name in names), None)

    def _write_all(self, run: Run, session: Session, path: Path) -> None:
        analysis = self.analysis(run.id)
        writers, recording = self._writers(run, session), self._recording(session)
        parts = path.parent / "parts"
        parts.mkdir()
        # Sound and video do not get smaller by packing.
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name in WRITTEN[:-1]:
                file = parts / name
                writers[name](analysis, file)
                archive.write(file, download_name(session, run, name), zipfile.ZIP_DEFLATED)
            if recording is not None:
                _add(archive, recording, self._repository.recording_content(session.id))
            for camera in (each for each in session.media if each.kind is MediaKind.CAMERA):
                name = download_name(session, None, f"camera{Path(camera.file).suffix}")
                _add(archive, name, self._repository.content(camera.id))
            video = self._repository.media_of(run.id, MediaKind.VIDEO)
            if video is not None:
                name = download_name(session, run, "face.mp4")
                _add(archive, name, self._repository.content(video.id))
        shred(parts)

    def _writers(self, run: Run, session: Session, is_named: bool = False) -> dict[str, _Write]:
        """What writes each of the files, by name."""
        from verhm.report.fhir import write_fhir
        from verhm.report.tables import (
            write_annotations_csv,
            write_json,
            write_morphs_csv,
            write_windows_csv,
        )
        from verhm.report.tiers import write_eaf, write_textgrid

        said, recording = self._repository.annotations(session.id), self._recording(session)
        record = partial(report_record, self._context, run, session)
        return {
            "windows.csv": partial(write_windows_csv, annotations=said),
            "annotations.csv": lambda _, path: write_annotations_csv(said, path),
            "analysis.json": write_json,
            "morphs.csv": lambda analysis, path: write_morphs_csv(analysis.morphs, path),
            "emotions.html": _write_html,
            "emotions.png": _write_png,
            "emotions.eaf": partial(write_eaf, annotations=said, recording=recording),
            "emotions.TextGrid": partial(write_textgrid, annotations=said),
            "report.pdf": lambda result, path: _write_report(result, path, record(is_named)),
            "fhir.json": lambda result, path: write_fhir(result, path, record(False)),
        }


# The drawing libraries take seconds to import while everybody waits: each when it is needed.


def _write_html(analysis: Analysis, path: Path) -> None:
    from verhm.report.plots import write_emotions_html

    write_emotions_html(analysis, path)


def _write_png(analysis: Analysis, path: Path) -> None:
    from verhm.report.still import write_emotions_png

    write_emotions_png(analysis, path)


def _write_report(analysis: Analysis, path: Path, record: Record) -> None:
    from verhm.report.paper.report import write_report

    write_report(analysis, path, record)


def _add(archive: zipfile.ZipFile, name: str, content: Content) -> None:
    with content.open() as source, archive.open(name, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 20)
