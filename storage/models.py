"""What is kept: patients, their sessions, the runs of the analysis over them, and files."""

import enum
import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Enum,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    orm,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import (
    Frozen,
    UtcDateTime,
    read_analysis_settings,
    read_quality,
    read_summary,
    read_video_settings,
)
from storage.consents import Scope, counting, holds
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import ModelId, Quality, Summary


class RunState(enum.StrEnum):
    """How far an analysis has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_unfinished(self) -> bool:
        """Whether somebody is still expected to work on it."""
        return self in (RunState.QUEUED, RunState.RUNNING)


class VideoState(enum.StrEnum):
    """How far a run's video has come; it is drawn after the result is saved."""

    NONE = "none"
    QUEUED = "queued"
    RENDERING = "rendering"
    DONE = "done"
    FAILED = "failed"


class MediaKind(enum.StrEnum):
    """What a file holds; the first two are a session's, the others a run's."""

    RECORDING = "recording"
    CAMERA = "camera"
    ANALYSIS = "analysis"
    MORPHS = "morphs"
    VOICE = "voice"
    VIDEO = "video"


def words(kind: type[enum.StrEnum]) -> Enum:
    """Keep the enum's words, so that the database can be read without this program."""
    return Enum(kind, native_enum=False, length=16, values_callable=lambda kind: list(kind))


def new_id() -> str:
    """Invent an id."""
    return str(uuid.uuid4())


def _now() -> datetime:
    return datetime.now(UTC)


class Base(orm.DeclarativeBase):
    """Foundation of the tables."""

    type_annotation_map = {  # noqa: RUF012 (declared so by SQLAlchemy)
        datetime: UtcDateTime,
        RunState: words(RunState),
        VideoState: words(VideoState),
        MediaKind: words(MediaKind),
        Scope: words(Scope),
        AnalysisSettings: Frozen(read_analysis_settings),
        VideoSettings: Frozen(read_video_settings),
        Summary: Frozen(read_summary),
        Quality: Frozen(read_quality),
        dict[str, float]: JSON(none_as_null=True),
    }


class Patient(Base):
    """A person, known by a code; the name is optional."""

    __tablename__ = "patients"

    # Two clinicians may use one code, and neither learns of the other's.
    __table_args__ = (
        Index("ix_patients_code", text("coalesce(owner_id, '')"), "code", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(200))
    age_band: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(default="")
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    last_number: Mapped[int] = mapped_column(default=0)  # highest a session ever had
    created_at: Mapped[datetime] = mapped_column(default=_now)
    archived_at: Mapped[datetime | None]

    consents: Mapped[list["Consent"]] = relationship(
        lazy="selectin", order_by="Consent.number", passive_deletes="all"
    )

    def consent(self, on: date, scope: Scope = Scope.ANALYSIS) -> "Consent | None":
        """The entry that counts on that day, whether it gives consent or withdraws it."""
        return counting(self.consents, scope, on)

    def has_consent(self, on: date, scope: Scope = Scope.ANALYSIS) -> bool:
        """Whether consent holds on that day; a demonstration needs nobody's."""
        return self.is_demonstration or holds(self.consent(on, scope), on)


class Consent(Base):
    """One entry about what a patient agreed to or took back; triggers refuse to change it."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("(given_on IS NULL) <> (withdrawn_on IS NULL)", "given_or_withdrawn"),
        CheckConstraint("expires_on IS NULL OR expires_on >= given_on", "ends_after_it_began"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)  # in the order they were written down
    patient_id: Mapped[str] = mapped_column(
        ForeignKey("patients.id", ondelete="CASCADE"), index=True
    )
    scope: Mapped[Scope]
    given_on: Mapped[date | None]
    expires_on: Mapped[date | None]  # last day; none: without end
    withdrawn_on: Mapped[date | None]
    recorded_by: Mapped[str | None] = mapped_column(String(36))  # account; none: from elsewhere
    recorded_at: Mapped[datetime]

    @property
    def first_day(self) -> date:
        """From which on it counts."""
        day = self.given_on or self.withdrawn_on
        assert day is not None
        return day


class Session(Base):
    """One recording of one patient.

    Its number is never given to another session of the patient, even when it is erased. A session
    that is not kept ("try without saving") has none, may lack a patient, and is erased when another
    one is opened or the program stops.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("patient_id IS NOT NULL OR NOT is_kept", "kept_needs_patient"),
        CheckConstraint("phq9 BETWEEN 0 AND 27", "phq9_range"),
        CheckConstraint("gad7 BETWEEN 0 AND 21", "gad7_range"),
        Index("ix_sessions_number", "patient_id", "number", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    patient_id: Mapped[str | None] = mapped_column(
        ForeignKey("patients.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int | None]  # 1, 2, … among the patient's, as they were added
    recorded_on: Mapped[date]
    task: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(default="")
    phq9: Mapped[int | None]
    gad7: Mapped[int | None]
    duration: Mapped[float | None] = mapped_column(Float)  # s, known once analysed
    is_kept: Mapped[bool] = mapped_column(default=True)
    is_usual: Mapped[bool] = mapped_column(default=False)  # others are compared with it
    owner_id: Mapped[str | None] = mapped_column(String(36), index=True)  # who added it
    created_at: Mapped[datetime] = mapped_column(default=_now)
    recording_erased_at: Mapped[datetime | None]  # results stay

    patient: Mapped[Patient | None] = relationship(lazy="joined")
    runs: Mapped[list["Run"]] = relationship(
        back_populates="session",
        lazy="selectin",
        order_by="Run.number.desc()",
        passive_deletes="all",
    )
    media: Mapped[list["Media"]] = relationship(lazy="selectin", passive_deletes="all")

    @property
    def latest_done(self) -> "Run | None":
        """The newest run with a result."""
        return next((run for run in self.runs if run.state is RunState.DONE), None)


class Run(Base):
    """One pass of the analysis over a session's recording; its result never changes."""

    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("session_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1, 2, … within the session
    created_at: Mapped[datetime] = mapped_column(default=_now)
    finished_at: Mapped[datetime | None]
    state: Mapped[RunState] = mapped_column(default=RunState.QUEUED)
    video_state: Mapped[VideoState] = mapped_column(default=VideoState.NONE)
    error_code: Mapped[str | None] = mapped_column(String(3))
    error_cause: Mapped[str | None]
    error_remedy: Mapped[str | None]
    settings: Mapped[AnalysisSettings]
    video_settings: Mapped[VideoSettings | None]  # none: no video is wanted
    model_name: Mapped[str | None] = mapped_column(String(100))
    model_version: Mapped[str | None] = mapped_column(String(40))
    model_sha256: Mapped[str | None] = mapped_column(String(64))
    summary: Mapped[Summary | None]
    quality: Mapped[Quality | None]  # of the whole recording
    seconds: Mapped[dict[str, float] | None]  # spent per stage

    session: Mapped[Session] = relationship(back_populates="runs", lazy="joined")
    media: Mapped[list["Media"]] = relationship(lazy="selectin", passive_deletes="all")

    @property
    def model(self) -> ModelId | None:
        """Which model made the result; none before there is one."""
        if self.model_name is None or self.model_version is None or self.model_sha256 is None:
            return None
        return ModelId(self.model_name, self.model_version, self.model_sha256)


class Media(Base):
    """One file under the data folder."""

    __tablename__ = "media"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    run_id: Mapped[str | None] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[MediaKind]
    file: Mapped[str] = mapped_column(String(60))  # name within the session's folder
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=_now)


class DataKey(Base):
    """What the files of a patient are sealed with, wrapped in the master key.

    It goes with the patient, and with it whatever was ever sealed with it, backups apart. A session
    without a patient has a key of its own.
    """

    __tablename__ = "data_keys"
    __table_args__ = (CheckConstraint("(patient_id IS NULL) <> (session_id IS NULL)", "one_owner"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    patient_id: Mapped[str | None] = mapped_column(
        ForeignKey("patients.id", ondelete="CASCADE"), unique=True
    )
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), unique=True
    )
    wrapped: Mapped[bytes]


# After a run has a result, only the fate of its video, which is drawn later, is still open.
_FATE = ("video_state", "video_settings", "media")
_OPEN_AFTER_RESULT = {*_FATE, "error_code", "error_cause", "error_remedy"}


@event.listens_for(Run, "before_update")
def _refuse_to_change_a_result(mapper: Any, connection: Connection, run: Run) -> None:
    state = inspect(run).attrs
    before = state.state.history.deleted or [run.state]
    if before[0] is not RunState.DONE:
        return
    changed = {attribute.key for attribute in state if attribute.history.has_changes()}
    if changed - _OPEN_AFTER_RESULT:
        raise ValueError(f"the result of a finished run never changes: {sorted(changed)}")
