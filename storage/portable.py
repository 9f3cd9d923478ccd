"""A whole patient as one file, to be handed over, kept, or taken in elsewhere.

A zip with `patient.json` (`verhm.patient/1`, whose JSON schema is that of `PatientFile`) and the
media it names under `media/`. What is taken in equals what was taken out, ids included, but for
whose it is: accounts and shares stay where they are. The file is not encrypted.
"""

import contextlib
import shutil
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Unit

from storage.access import reach_patient
from storage.audit import Action
from storage.columns import Frozen
from storage.failures import coded_os_errors
from storage.files import MEDIA_TYPES, MediaFiles, create_privately, flush
from storage.keys import new_key
from storage.models import (
    Base,
    Media,
    MediaKind,
    Patient,
    Run,
    RunState,
    Session,
    VideoState,
)
from storage.patients import refusing_taken_code
from storage.verbs import Verbs
from verhm.errors import RequestError, StorageError

DOCUMENT: Final = "patient.json"
_LARGEST: Final = 64 << 20  # bytes of the document: two thousand sessions have a few
_UUID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SUFFIXES: Final = "|".join(suffix.lstrip(".") for suffix in MEDIA_TYPES)
# What the libraries raise where somebody changed the file.
_MALFORMED: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(ValueError, LookupError, TypeError),
)

Id = Annotated[str, Field(pattern=f"^{_UUID}$")]
FileName = Annotated[str, Field(pattern=rf"^{_UUID}\.({_SUFFIXES})$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    """Columns of one row, under their names; nothing else is taken in."""

    model_config = ConfigDict(extra="forbid")


class MediaEntry(_Entry):
    """One file, which lies under `media/` and its session's id."""

    id: Id
    kind: MediaKind
    file: FileName
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]
    media_type: Annotated[str, Field(max_length=40)]
    created_at: datetime


class RunEntry(_Entry):
    """One finished analysis."""

    id: Id
    number: Annotated[int, Field(ge=1)]
    created_at: datetime
    finished_at: datetime | None
    state: RunState
    video_state: VideoState
    error_code: Annotated[str, Field(max_length=3)] | None
    error_cause: str | None
    error_remedy: str | None
    settings: dict[str, Any]
    video_settings: dict[str, Any] | None
    model_name: Annotated[str, Field(max_length=100)] | None
    model_version: Annotated[str, Field(max_length=40)] | None
    model_sha256: Sha256 | None
    summary: dict[str, Any] | None
    quality: dict[str, Any] | None
    seconds: dict[str, float] | None
    media: list[MediaEntry]


class SessionEntry(_Entry):
    """One session; `media` are those of no run, its recording among them."""

    id: Id
    number: Annotated[int, Field(ge=1)] | None
    recorded_on: date
    task: Annotated[str, Field(max_length=40)]
    language: Annotated[str, Field(max_length=40)]
    note: str
    phq9: Annotated[int, Field(ge=0, le=27)] | None
    gad7: Annotated[int, Field(ge=0, le=21)] | None
    duration: float | None
    is_kept: Literal[True]
    created_at: datetime
    runs: list[RunEntry]
    media: list[MediaEntry]


class PatientEntry(_Entry):
    """What was entered about the patient."""

    id: Id
    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(max_length=200)] | None
    age_band: Annotated[str, Field(max_length=20)]
    note: str
    consent_given_on: date | None
    consent_until: date | None
    consent_withdrawn_on: date | None
    is_demonstration: bool
    last_number: Annotated[int, Field(ge=0)]
    created_at: datetime
    archived_at: datetime | None
    sessions: list[SessionEntry]


class PatientFile(_Entry):
    """The whole document."""

    schema_: Annotated[Literal["verhm.patient/1"], Field(alias="schema")] = "verhm.patient/1"
    patient: PatientEntry


class PortableVerbs(Verbs):
    """Take a patient out as a file, and in again."""

    def export_patient(self, patient_id: str, target: Path) -> None:
        """Write a patient with all sessions, results and files; what is still analysed is left out.

        Args:
            patient_id: whom
            target: file to make

        Raises:
            RequestError: E72 when there is such a file already
            StorageError: E50 not writable, E51 disk full, E53 no such patient or a file of theirs
                is gone, E57 somebody else's
            VaultError: E83 when a file is not what it was
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            document = PatientFile(patient=_spell_patient(unit, patient))
            self._done(unit, access, Action.EXPORT, patient_id, "patient")
        if target.exists():
            raise RequestError("E72", "There is such a file already.", "Choose another name.")
        with contextlib.ExitStack() as undo, coded_os_errors():
            undo.callback(target.unlink, missing_ok=True)
            with create_privately(target) as file:
                self._write_zip(file, document)
                flush(file)
            undo.pop_all()

    def may_export(self, patient_id: str) -> bool:
        """Whether whoever asks may take this patient out: only the owner may."""
        with self._reading() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
        return access.is_program or patient.owner_id == access.account_id

    def import_patient(self, source: Path) -> Patient:
        """Take a patient in from a file that `export_patient` wrote; wholly or not at all.

        Raises:
            RequestError: E70 when there is no such file
            StorageError: E50 not writable, E51 disk full, E55 the patient is here already or
                another one has the code, E57 when the actor may only look, E59 when the file is
                none of VERHM's, or not as it was written
        """
        with self._reading() as (_, access):
            access.refuse_change()
        try:
            with zipfile.ZipFile(source) as archive, contextlib.ExitStack() as undo:
                entry = _read_document(archive)
                self._refuse_known(entry)
                undo.callback(self.files.remove_sessions, [each.id for each in entry.sessions])
                key = None if self.keys is None else new_key()
                self._take_in_media(archive, entry, self.files.sealed_with(key))
                patient = self._take_in_rows(entry, key)
                undo.pop_all()
        except FileNotFoundError as error:
            raise RequestError("E70", "There is no such file.", "Check its name.") from error
        except _MALFORMED as error:
            raise _unfit() from error
        return patient

    def _write_zip(self, file: BinaryIO, document: PatientFile) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(DOCUMENT, document.model_dump_json(by_alias=True, indent=1))
            for session in document.patient.sessions:
                files = self._files_of(session.id)
                for media in _media_of(session):
                    name = f"media/{session.id}/{media.file}"
                    with (
                        files.open(session.id, media.file) as content,
                        archive.open(name, "w", force_zip64=True) as kept,
                    ):
                        shutil.copyfileobj(content, kept, 1 << 20)

    def _refuse_known(self, entry: PatientEntry) -> None:
        ids = [session.id for session in entry.sessions]
        with self.database.reading() as unit:
            is_known = unit.get(Patient, entry.id) is not None
            has_sessions = unit.scalars(select(Session.id).where(Session.id.in_(ids))).first()
        if is_known or has_sessions:
            raise StorageError(
                "E55",
                "This patient is here already.",
                "Erase the one that is here first, if the file holds the better one.",
            )

    def _take_in_media(
        self, archive: zipfile.ZipFile, entry: PatientEntry, files: MediaFiles
    ) -> None:
        for session in entry.sessions:
            for media in _media_of(session):
                name = f"media/{session.id}/{media.file}"
                if archive.getinfo(name).file_size != media.bytes:
                    raise _unfit()
                with archive.open(name) as content:
                    stored = files.put(session.id, media.file, cast(BinaryIO, content))
                if stored.sha256 != media.sha256:
                    raise _unfit()

    def _take_in_rows(self, entry: PatientEntry, key: bytes | None) -> Patient:
        with refusing_taken_code(), self._writing() as (unit, access):
            patient = _row(Patient, entry, owner_id=access.account_id)
            unit.add(patient)
            unit.flush()
            if self.keys is not None and key is not None:
                self.keys.add(unit, key, patient.id, None)
            for session in entry.sessions:
                unit.add(_row(Session, session, patient_id=patient.id, owner_id=access.account_id))
                unit.flush()
                unit.add_all(_row(Media, media, session_id=session.id) for media in session.media)
                for run in session.runs:
                    unit.add(_row(Run, run, session_id=session.id))
                    unit.flush()
                    unit.add_all(
                        _row(Media, media, session_id=session.id, run_id=run.id)
                        for media in run.media
                    )
            self._done(unit, access, Action.CREATE, patient.id, "import")
        return patient


def _spell_patient(unit: Unit, patient: Patient) -> PatientEntry:
    sessions = unit.scalars(
        select(Session).where(Session.patient_id == patient.id, Session.is_kept)
    ).all()
    return PatientEntry(
        **_spelled(patient, PatientEntry), sessions=[_spell_session(each) for each in sessions]
    )


def _spell_session(session: Session) -> SessionEntry:
    finished = [run for run in session.runs if not run.state.is_unfinished]
    return SessionEntry(
        **_spelled(session, SessionEntry),
        runs=[_spell_run(run) for run in finished],
        media=[_spell_media(media) for media in session.media if media.run_id is None],
    )


def _spell_run(run: Run) -> RunEntry:
    values = _spelled(run, RunEntry)
    if run.video_state in (VideoState.QUEUED, VideoState.RENDERING):
        values["video_state"] = VideoState.NONE
    return RunEntry(**values, media=[_spell_media(media) for media in run.media])


def _spell_media(media: Media) -> MediaEntry:
    return MediaEntry(**_spelled(media, MediaEntry))


def _spelled(row: Base, kind: type[_Entry]) -> dict[str, Any]:
    """The columns of a row that an entry names, with the analysis' own values as JSON."""
    columns = [each for each in row.__table__.columns if each.key in kind.model_fields]
    values = {column.key: getattr(row, column.key) for column in columns}
    for column in columns:
        if isinstance(column.type, Frozen):
            values[column.key] = column.type.spelled(values[column.key])
    return values


def _row(kind: type[Any], entry: _Entry, **whose: str | None) -> Any:
    """What `_spelled` made an entry of."""
    columns = [each for each in kind.__table__.columns if each.key in type(entry).model_fields]
    values = {column.key: getattr(entry, column.key) for column in columns}
    for column in columns:
        if isinstance(column.type, Frozen):
            values[column.key] = column.type.built(values[column.key])
    return kind(**values, **whose)


def _media_of(session: SessionEntry) -> list[MediaEntry]:
    return [*session.media, *(media for run in session.runs for media in run.media)]


def _read_document(archive: zipfile.ZipFile) -> PatientEntry:
    if archive.getinfo(DOCUMENT).file_size > _LARGEST:
        raise _unfit()
    return PatientFile.model_validate_json(archive.read(DOCUMENT)).patient


def _unfit() -> StorageError:
    return StorageError(
        "E59",
        "That file is no patient of VERHM's, or not as it was written.",
        "Have it written again; nothing was changed.",
    )
