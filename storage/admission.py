"""What may still be made of a patient, or erased.

Nothing is added without consent or in the archive, nothing is erased under a hold. It is decided
where sessions and analyses become rows, so that no verb can go past it, and within their
transaction, so that nothing is saved after a withdrawal. Looking at what is kept and taking it out
go on; what comes from elsewhere, already analysed, may be taken in.
"""

from datetime import date
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Session as Unit
from sqlalchemy.orm import object_session

from storage.access import Access, reach_session
from storage.models import Patient, Run, RunState, Session, VideoState
from storage.retention_models import Hold
from verhm.errors import RequestError, StorageError

_DRAWN = (VideoState.QUEUED, VideoState.RENDERING, VideoState.DONE)


def refuse_archived(patient: Patient) -> None:
    """Refuse to change a patient in the archive; raises `RequestError` (E75)."""
    if patient.archived_at is not None:
        raise RequestError(
            "E75",
            "This patient is in the archive, where nothing is added or changed.",
            "Bring the patient back first, under Patients with “Show archived”.",
        )


def reach_to_change(unit: Unit, access: Access, session_id: str) -> Session:
    """Load a session whose words are to be changed.

    Raises:
        RequestError: E75 when the patient is archived
        Refused: E53 when the actor reaches no such session
    """
    session = reach_session(unit, access, session_id)
    if session.patient is not None:
        refuse_archived(session.patient)
    return session


def refuse_addition(patient: Patient) -> None:
    """Refuse to keep or analyse a voice; raises `RequestError` (E62 no consent, E75 archived)."""
    refuse_archived(patient)
    if not patient.has_consent(date.today()):
        raise RequestError(
            "E62",
            "No consent to recording and analysis holds today.",
            "Record the patient's consent under Patients; what is kept stays as it is.",
        )


def refuse_erasing(unit: Unit, patient_id: str | None) -> None:
    """Refuse to erase anything of a patient who is held; raises `RequestError` (E76)."""
    if patient_id is not None and unit.get(Hold, patient_id) is not None:
        raise RequestError(
            "E76",
            "A hold keeps everything of this patient from being erased.",
            "Lift the hold first, under Patients in the list of what is due.",
        )


@event.listens_for(Run, "before_insert")
def _refuse_to_begin(mapper: Any, connection: Connection, run: Run) -> None:
    # A run that begins has no state before its default is filled in; one taken in has ended.
    if run.state is None or run.state.is_unfinished:
        _refuse_addition_to(run)


@event.listens_for(Run, "before_update")
def _refuse_to_keep(mapper: Any, connection: Connection, run: Run) -> None:
    changes = inspect(run).attrs
    saves = changes.state.history.has_changes() and run.state is RunState.DONE
    draws = changes.video_state.history.has_changes() and run.video_state in _DRAWN
    if saves or draws:
        _refuse_addition_to(run)


def _refuse_addition_to(run: Run) -> None:
    unit = object_session(run)
    session = unit.get(Session, run.session_id) if unit is not None else None
    if session is not None and session.recording_erased_at is not None:
        raise StorageError(
            "E53",
            "The recording of this session was erased.",
            "Its results stay as they are; record the voice anew for another session.",
        )
    if session is not None and session.is_kept and session.patient is not None:
        refuse_addition(session.patient)
