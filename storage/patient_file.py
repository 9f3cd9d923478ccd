"""The document of a patient's file: what of the rows it holds, and rows made of it again."""

import json
import zipfile
from datetime import date, datetime
from typing import Annotated, Any, BinaryIO, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session as Unit

from storage.annotation_models import AnnotationRow
from storage.audit import now
from storage.columns import Frozen
from storage.consents import Scope
from storage.details import LONGEST_NOTE, EventDetails
from storage.event_models import EventKind, PatientEvent
from storage.files import MEDIA_TYPES
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
from verhm.errors import RequestError, StorageError

DOCUMENT: Final = "patient.json"
_LARGEST: Final = 64 << 20  # bytes of the document: two thousand sessions have a few
_LARGEST_VALUE: Final = 16 << 10  # letters of one of an analysis' own: they have a thousand or so
_UUID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SUFFIXES: Final = "|".join(suffix.lstrip(".") for suffix in MEDIA_TYPES)

Id = Annotated[str, Field(pattern=f"^{_UUID}$")]
FileName = Annotated[str, Field(pattern=rf"^{_UUID}\.({_SUFFIXES})$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]
_MOST: Final = Field(max_length=10_000)  # of anything there are several of


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value)) > _LARGEST_VALUE:
        raise ValueError("no analysis has that much to say")
    return value


Value = Annotated[dict[str, Any], AfterValidator(_bounded)]


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
    error_cause: Note | None
    error_remedy: Note | None
    settings: Value
    video_settings: Value | None
    model_name: Annotated[str, Field(max_length=100)] | None
    model_version: Annotated[str, Field(max_length=40)] | None
    model_sha256: Sha256 | None
    summary: Value | None
    quality: Value | None
    seconds: Annotated[dict[str, float], AfterValidator(_bounded)] | None
    media: Annotated[list[MediaEntry], _MOST]


class AnnotationEntry(_Entry):
    """What a clinician said of a stretch; who it was is about people elsewhere, and left out."""

    id: Id
    start_ms: Annotated[int, Field(ge=0)]
    end_ms: Annotated[int, Field(ge=0)]
    label: str
    is_excluded: bool
    text: str
    written_at: datetime

    @model_validator(mode="after")
    def _can_be_said(self) -> "AnnotationEntry":
        try:
            row_of(AnnotationRow, self).annotation  # noqa: B018 (refuses what cannot be)
        except RequestError as error:
            raise ValueError(str(error)) from error
        return self


class SessionEntry(_Entry):
    """One session; `media` are those of no run, its recording among them."""

    id: Id
    number: Annotated[int, Field(ge=1)] | None
    recorded_on: date
    task: Annotated[str, Field(max_length=40)]
    language: Annotated[str, Field(max_length=40)]
    note: Note
    phq9: Annotated[int, Field(ge=0, le=27)] | None
    gad7: Annotated[int, Field(ge=0, le=21)] | None
    duration: float | None
    is_kept: Literal[True]
    is_usual: bool = False
    created_at: datetime
    recording_erased_at: datetime | None = None
    runs: Annotated[list[RunEntry], _MOST]
    media: Annotated[list[MediaEntry], _MOST]
    annotations: Annotated[list[AnnotationEntry], _MOST] = []


class ConsentEntry(_Entry):
    """One entry about consent; who wrote it down is about people elsewhere, and left out."""

    scope: Scope
    given_on: date | None
    expires_on: date | None
    withdrawn_on: date | None
    recorded_at: datetime

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "ConsentEntry":
        if (self.given_on is None) == (self.withdrawn_on is None):
            raise ValueError("an entry gives consent or withdraws it")
        if self.expires_on and not (self.given_on and self.given_on <= self.expires_on):
            raise ValueError("a consent ends after it began")
        return self


class EventEntry(_Entry):
    """A medication or a life event; who wrote it down is about people elsewhere, and left out."""

    id: Id
    kind: EventKind
    first_day: date
    last_day: date | None
    text: str
    written_at: datetime

    @model_validator(mode="after")
    def _can_be_entered(self) -> "EventEntry":
        try:
            EventDetails(self.kind, self.first_day, self.last_day, self.text)
        except RequestError as error:
            raise ValueError(str(error)) from error
        return self


class PatientEntry(_Entry):
    """What was entered about the patient.

    The three days say what holds when the file is written; in a file from before there were
    entries of their own, they are all that is known of consent.
    """

    id: Id
    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(max_length=200)] | None
    age_band: Annotated[str, Field(max_length=20)]
    note: Note
    consent_given_on: date | None
    consent_until: date | None
    consent_withdrawn_on: date | None
    is_demonstration: bool
    last_number: Annotated[int, Field(ge=0)]
    created_at: datetime
    archived_at: datetime | None
    sessions: Annotated[list[SessionEntry], _MOST]
    consents: Annotated[list[ConsentEntry], _MOST] = []
    events: Annotated[list[EventEntry], _MOST] = []

    @property
    def all_consents(self) -> list[ConsentEntry]:
        """The entries, made of the three days where there are none."""
        days = [
            (self.consent_given_on, self.consent_until, None),
            (None, None, self.consent_withdrawn_on),
        ]
        return self.consents or [
            ConsentEntry(
                scope=Scope.ANALYSIS,
                given_on=begins,
                expires_on=ends,
                withdrawn_on=taken_back,
                recorded_at=now(),
            )
            for begins, ends, taken_back in days
            if begins or taken_back
        ]


class PatientFile(_Entry):
    """The whole document."""

    schema_: Annotated[Literal["verhm.patient/1"], Field(alias="schema")] = "verhm.patient/1"
    patient: PatientEntry


def spell_patient(unit: Unit, patient: Patient) -> PatientEntry:
    """A patient with all that is kept and finished, as an entry."""
    sessions = unit.scalars(
        select(Session).where(Session.patient_id == patient.id, Session.is_kept)
    ).all()
    events = unit.scalars(select(PatientEvent).where(PatientEvent.patient_id == patient.id))
    counts = patient.consent(date.today())
    return PatientEntry(
        **_spelled(patient, PatientEntry),
        consent_given_on=counts.given_on if counts else None,
        consent_until=counts.expires_on if counts else None,
        consent_withdrawn_on=counts.withdrawn_on if counts else None,
        sessions=[_spell_session(unit, each) for each in sessions],
        consents=[ConsentEntry(**_spelled(each, ConsentEntry)) for each in patient.consents],
        events=[EventEntry(**_spelled(each, EventEntry)) for each in events],
    )


def _spell_session(unit: Unit, session: Session) -> SessionEntry:
    finished = [run for run in session.runs if not run.state.is_unfinished]
    said = unit.scalars(select(AnnotationRow).where(AnnotationRow.session_id == session.id))
    return SessionEntry(
        **_spelled(session, SessionEntry),
        runs=[_spell_run(run) for run in finished],
        media=[_spell_media(media) for media in session.media if media.run_id is None],
        annotations=[AnnotationEntry(**_spelled(each, AnnotationEntry)) for each in said],
    )


def _spell_run(run: Run) -> RunEntry:
    values = _spelled(run, RunEntry)
    if run.video_state in (VideoState.QUEUED, VideoState.RENDERING):
        # What stands there says how often the program died at drawing it, see `RunVerbs.take_up`.
        nothing = dict.fromkeys(("error_code", "error_cause", "error_remedy"))
        values |= {"video_state": VideoState.NONE, **nothing}
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


def row_of(kind: type[Any], entry: _Entry, **whose: str | None) -> Any:
    """What `_spelled` made an entry of."""
    columns = [each for each in kind.__table__.columns if each.key in type(entry).model_fields]
    values = {column.key: getattr(entry, column.key) for column in columns}
    for column in columns:
        if isinstance(column.type, Frozen):
            values[column.key] = column.type.built(values[column.key])
    return kind(**values, **whose)


def media_of(session: SessionEntry) -> list[MediaEntry]:
    """All files of a session, its runs' too."""
    return [*session.media, *(media for run in session.runs for media in run.media)]


def read_document(archive: zipfile.ZipFile) -> PatientEntry:
    """The patient in a file; raises `StorageError` (E59), or what its readers raise."""
    if archive.getinfo(DOCUMENT).file_size > _LARGEST:
        raise unfit()
    return PatientFile.model_validate_json(archive.read(DOCUMENT)).patient


def refuse_other_files(stream: BinaryIO) -> None:
    """Refuse what cannot be a patient's file, by its last bytes; raises `StorageError` (E59)."""
    if not zipfile.is_zipfile(stream):
        raise unfit()


def unfit() -> StorageError:
    """E59."""
    return StorageError(
        "E59",
        "That file is no patient of VERHM's, or not as it was written.",
        "Have it written again; nothing was changed.",
    )
