"""What a researcher sees of a patient: figures, with nothing that tells whose they are.

The code becomes a pseudonym of the share, all days move by the same number of days and lose their
time, and name, notes, consent and files are left out: voices, faces and what lips do identify. What
is changed here are snapshots that no transaction holds any more; nothing of it goes back into the
database.
"""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.inspection import inspect
from sqlalchemy.orm.attributes import set_committed_value

from storage.access import Access
from storage.account_models import Share
from storage.event_models import PatientEvent
from storage.models import Patient, Run, Session, VideoState


def shown_patient(access: Access, patient: Patient) -> Patient:
    """A patient as the actor may see one."""
    if not access.is_deidentified:
        return patient
    share = access.shares[patient.id]
    _set(patient, code=share.pseudonym, name=None, note="", owner_id=None, consents=[])
    _set(patient, created_at=_moved(patient.created_at, share))
    _set(patient, archived_at=_moved(patient.archived_at, share))
    return patient


def shown_session(access: Access, session: Session) -> Session:
    """A session as the actor may see one, with its runs."""
    if not access.is_deidentified or session.patient is None:
        return session
    share = access.shares[session.patient.id]
    if session.patient.code != share.pseudonym:  # sessions of one patient share the row
        shown_patient(access, session.patient)
    _set(session, note="", owner_id=None, recorded_on=shown_day(share, session.recorded_on))
    _set(session, created_at=_moved(session.created_at, share))
    _set(session, recording_erased_at=_moved(session.recording_erased_at, share))
    _set(session, media=[])
    if "runs" not in inspect(session).unloaded:  # of work that goes on one would see: it is today's
        _set(session, runs=[run for run in session.runs if not run.state.is_unfinished])
        for run in session.runs:
            _show_run(share, run)
    return session


def shown_run(access: Access, run: Run) -> Run:
    """A run as the actor may see one, with its session."""
    if not access.is_deidentified or run.session.patient is None:
        return run
    shown_session(access, run.session)
    if "runs" in inspect(run.session).unloaded or run not in run.session.runs:
        _show_run(access.shares[run.session.patient.id], run)
    return run


def shown_event(access: Access, event: PatientEvent) -> PatientEvent:
    """A patient's event as the actor may see one: what it was, and when, without its words."""
    if not access.is_deidentified:
        return event
    share = access.shares[event.patient_id]
    last_day = shown_day(share, event.last_day) if event.last_day else None
    _set(event, first_day=shown_day(share, event.first_day), last_day=last_day)
    _set(event, text="", written_by=None, written_at=_moved(event.written_at, share))
    return event


def shown_document(access: Access, document: bytes) -> bytes:
    """A run's analysis as the actor may see it: without what finds its recording elsewhere."""
    if not access.is_deidentified:
        return document
    entries = json.loads(document)
    entries.pop("source", None)
    entries["audio"].pop("sha256", None)
    return json.dumps(entries).encode()


def shown_day(share: Share | None, day: date) -> date:
    """A day as it is shown to whom a patient was shared with."""
    return day - timedelta(days=share.days_moved) if share else day


def _show_run(share: Share, run: Run) -> None:
    _set(run, media=[], video_state=VideoState.NONE)
    _set(run, created_at=_moved(run.created_at, share))
    _set(run, finished_at=_moved(run.finished_at, share))


def _moved(moment: datetime | None, share: Share) -> datetime | None:
    """That moment's day, moved: its midnight, since the time would tell which session it is."""
    if moment is None:
        return None
    day = shown_day(share, moment.astimezone().date())
    return datetime.combine(day, time.min).astimezone()


def _set(row: Any, **values: Any) -> None:
    for name, value in values.items():
        set_committed_value(row, name, value)
