"""The verbs about how long things are kept. A rule lists what is due; it never erases anything."""

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Unit

from storage.access import Access, reach_patient
from storage.admission import refuse_erasing
from storage.audit import Action, now
from storage.models import Media, MediaKind, Patient, Session, VideoState
from storage.retention_models import Hold, RetentionRule
from storage.verbs import Verbs
from verhm.errors import RequestError

_RECORDINGS, _PATIENTS = "recordings", "patients"  # names of the rules
_MOST_MONTHS = 1_200
_WITH_VOICE = (MediaKind.RECORDING, MediaKind.CAMERA, MediaKind.VIDEO, MediaKind.VOICE)


@dataclass(frozen=True)
class Retention:
    """How long things are kept; None where they are kept until somebody erases them.

    Attributes:
        recording_months: after the session, until its recording is due; results stay
        patient_years: after the last session, until the patient is due

    Raises:
        RequestError: E63 when a time is no time
    """

    recording_months: int | None = None
    patient_years: int | None = None

    def __post_init__(self) -> None:
        for months in self.months.values():
            if not 1 <= months <= _MOST_MONTHS:
                raise RequestError(
                    "E63",
                    "Something would be kept for no time, or for more than a hundred years.",
                    "Enter another number, or leave the field empty.",
                )

    @property
    def months(self) -> dict[str, int]:
        """By name of the rule, of those that there are."""
        years = None if self.patient_years is None else 12 * self.patient_years
        rules = {_RECORDINGS: self.recording_months, _PATIENTS: years}
        return {name: months for name, months in rules.items() if months is not None}


@dataclass(frozen=True)
class Due:
    """What is due of one patient.

    Attributes:
        patient: whose
        session_ids: those whose recording is due
        last_day: of the patient's last session, or on which the patient was added
        is_whole: whether the whole patient is due
    """

    patient: Patient
    session_ids: tuple[str, ...]
    last_day: date
    is_whole: bool


class RetentionVerbs(Verbs):
    """Set rules, list what is due, erase recordings, hold somebody back from it."""

    def retention(self) -> Retention:
        """How long things are kept."""
        with self._reading() as (unit, _):
            return _rules(unit)

    def may_administer(self) -> bool:
        """Whether whoever asks is an administrator."""
        with self._reading() as (_, access):
            return access.is_administrator

    def set_retention(self, retention: Retention) -> None:
        """Say how long things are kept; for administrators (E57)."""
        with self._writing() as (unit, access):
            access.refuse_unless_administrator()
            before, after = _rules(unit).months, retention.months
            for name in before.keys() - after.keys():
                unit.delete(unit.get_one(RetentionRule, name))
            for name, months in after.items():
                unit.merge(RetentionRule(name=name, months=months))
            for name in (_RECORDINGS, _PATIENTS):
                if before.get(name) != after.get(name):
                    words = f"{after[name]} months" if name in after else "never"
                    self._done(unit, access, Action.RETENTION, name, words)

    def due(self, today: date | None = None) -> tuple[Due, ...]:
        """What is due of the actor's own patients, by code; of everybody's for the program.

        Demonstrations and patients with a hold are never due.

        Args:
            today: day
        """
        with self._reading() as (unit, access):
            rules = _rules(unit)
            if not rules.months or access.is_deidentified:
                return ()
            return tuple(_due(unit, access, rules, today or date.today()))

    def erase_recordings(self, patient_id: str) -> int:
        """Erase the recordings of a patient that are due, and all else that has the voice in it.

        Results stay, with the moment at which the recording was erased.

        Returns:
            how many recordings are gone

        Raises:
            RequestError: E76 when the patient is held
            StorageError: E50 when a file cannot be erased, E53 no such patient, E57 another's
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            refuse_erasing(unit, patient_id)
            found = _due(unit, access, _rules(unit), date.today())
            due = [each for each in found if each.patient.id == patient_id]
            ids = [session_id for each in due for session_id in each.session_ids]
            files = [file for session_id in ids for file in _forget_voice(unit, session_id)]
            for session_id in ids:
                self._done(unit, access, Action.ERASE, session_id, "recording")
        try:
            for session_id, name in files:
                self.files.remove(session_id, name)
        finally:
            self.database.forget_erased()
        return len(ids)

    def hold_patient(self, patient_id: str, reason: str) -> None:
        """Keep everything of a patient until the hold is lifted, whatever is due.

        Raises:
            RequestError: E63 without a reason
            StorageError: E53 no such patient, E57 another one's
        """
        reason = reason.strip()
        if not 0 < len(reason) <= 200:
            raise RequestError(
                "E63", "The hold has no reason, or a very long one.", "Enter a short reason."
            )
        with self._writing() as (unit, access):
            access.refuse_unless_owner(reach_patient(unit, access, patient_id))
            hold = unit.get(Hold, patient_id) or Hold(patient_id=patient_id)
            hold.reason, hold.placed_by, hold.placed_at = reason, access.account_id, now()
            unit.add(hold)
            self._done(unit, access, Action.RETENTION, patient_id, "hold")

    def lift_hold(self, patient_id: str) -> None:
        """Hold a patient back no longer; nothing happens if nobody did."""
        with self._writing() as (unit, access):
            access.refuse_unless_owner(reach_patient(unit, access, patient_id))
            hold = unit.get(Hold, patient_id)
            if hold is not None:
                unit.delete(hold)
                self._done(unit, access, Action.RETENTION, patient_id, "lifted")

    def holds(self) -> tuple[Hold, ...]:
        """The holds on the actor's own patients, by code."""
        query = select(Hold).join(Patient).order_by(Patient.code)
        with self._reading() as (unit, access):
            return tuple(unit.scalars(query.where(access.own_patients)))


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last of that month where it is shorter."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _rules(unit: Unit) -> Retention:
    months = {rule.name: rule.months for rule in unit.scalars(select(RetentionRule))}
    years = months.get(_PATIENTS)
    return Retention(months.get(_RECORDINGS), None if years is None else years // 12)


def _due(unit: Unit, access: Access, rules: Retention, today: date) -> list[Due]:
    held = select(Hold.patient_id)
    query = (
        select(Patient, func.max(Session.recorded_on))
        .outerjoin(Session, (Session.patient_id == Patient.id) & Session.is_kept)
        .where(access.own_patients, ~Patient.is_demonstration, Patient.id.not_in(held))
        .group_by(Patient.id)
        .order_by(Patient.code)
    )
    recordings = _due_recordings(unit, rules.months.get(_RECORDINGS), today)
    months = rules.months.get(_PATIENTS)
    before = None if months is None else months_before(today, months)
    found = []
    for patient, last in unit.execute(query):
        last_day = last or patient.created_at.date()
        is_whole = before is not None and last_day <= before
        sessions = tuple(recordings.get(patient.id, ()))
        if is_whole or sessions:
            found.append(Due(patient, sessions, last_day, is_whole))
    return found


def _due_recordings(unit: Unit, months: int | None, today: date) -> dict[str, list[str]]:
    """Sessions whose recording is due, by patient."""
    if months is None:
        return {}
    rows = unit.execute(
        select(Session.patient_id, Session.id)
        .join(Media, (Media.session_id == Session.id) & (Media.kind == MediaKind.RECORDING))
        .where(Session.is_kept, Session.recorded_on <= months_before(today, months))
    )
    found: dict[str, list[str]] = defaultdict(list)
    for patient_id, session_id in rows:
        found[patient_id or ""].append(session_id)
    return found


def _forget_voice(unit: Unit, session_id: str) -> list[tuple[str, str]]:
    """Delete the rows of all that has a session's voice in it; returns where the files are."""
    session = unit.get(Session, session_id)
    assert session is not None
    voices = [media for media in session.media if media.kind in _WITH_VOICE]
    for media in voices:
        unit.delete(media)
    for run in session.runs:
        if run.video_state is VideoState.DONE:
            run.video_state = VideoState.NONE
    session.recording_erased_at = datetime.now(UTC)
    return [(session_id, media.file) for media in voices]
