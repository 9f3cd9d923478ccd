"""What a session's report says beside the analysis, gathered from the records."""

from typing import Final

from storage.models import Patient, Run, Session
from ui.change import compare_with_usual, usual_band
from ui.context import AppContext
from ui.made_up import NOTE, is_made_up
from ui.session_names import session_moment, session_name
from ui.trends_data import reviewed_history
from ui.trends_events import event_words
from verhm.dates import long_moment
from verhm.report.record import Record

_OLDER: Final = "a later run of this session stands in its place"


def report_record(context: AppContext, run: Run, session: Session, is_named: bool) -> Record:
    """Gather what a report says of a run's session.

    Args:
        context: the parts behind the page
        run: that is reported
        session: of the run
        is_named: whether what tells who it is stands in it: the patient's name, the session's note
            and the words of events
    """
    patient, latest = session.patient, session.latest_done
    points, figures = (
        reviewed_history(context.repository, context.reviewed, patient.id) if patient else ((), ())
    )
    is_latest = latest is not None and latest.id == run.id
    found = compare_with_usual(figures, session.id) if is_latest else _OLDER
    name = f"{session_name(session)}, run {run.number}"
    return Record(
        title=f"{patient.code} · {name}" if patient else name,
        code=patient.code if patient else "",
        patient_id=patient.id if patient else "",
        session_id=session.id,
        run_id=run.id,
        day=session.recorded_on,
        phq9=session.phq9,
        gad7=session.gad7,
        facts=_facts(patient, session, run, is_named),
        note=session.note if is_named else "",
        notice=NOTE if is_made_up(run.model) else "",
        annotations=context.repository.annotations(session.id),
        comparison=found,
        band=usual_band(figures, session.id, found),
        sessions=points,
        is_listed=is_latest,
        events=_events(context, patient, is_named),
    )


def _events(context: AppContext, patient: Patient | None, is_named: bool) -> list[tuple[str, str]]:
    events = context.repository.events(patient.id) if patient else ()
    return [(event_words(each), each.text if is_named else "") for each in events]


def _facts(
    patient: Patient | None, session: Session, run: Run, is_named: bool
) -> list[tuple[str, str]]:
    entered = {
        "Name": patient.name if patient and is_named else None,
        "Age": patient.age_band if patient else None,
        "Recorded": session_moment(session),
        "Analysed": long_moment(run.created_at.astimezone()),
        "Task": session.task,
        "Language": session.language,
        "PHQ-9": session.phq9,
        "GAD-7": session.gad7,
    }
    return [(name, str(words)) for name, words in entered.items() if words not in (None, "")]
