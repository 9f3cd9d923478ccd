"""What a session's report says beside the analysis, gathered from the records."""

from storage.event_models import PatientEvent
from storage.models import Patient, Run, Session
from ui.change import compare_with_usual
from ui.context import AppContext
from ui.made_up import NOTE, is_made_up
from ui.session_names import session_moment, session_name
from ui.trends_data import reviewed_history
from ui.trends_events import event_words
from verhm.report.record import Record


def report_record(context: AppContext, run: Run, session: Session, is_named: bool) -> Record:
    """Gather what a report says of a run's session.

    Args:
        context: the parts behind the page
        run: that is reported
        session: of the run
        is_named: whether the patient's name and the session's note stand in it
    """
    patient, latest = session.patient, session.latest_done
    points, figures = (
        reviewed_history(context.repository, context.reviewed, patient.id) if patient else ((), ())
    )
    is_latest = latest is not None and latest.id == run.id
    return Record(
        title=f"{patient.code} · {session_name(session)}" if patient else session_name(session),
        code=patient.code if patient else "",
        day=session.recorded_on,
        facts=_facts(patient, session, is_named),
        notice=NOTE if is_made_up(run.model) else "",
        annotations=context.repository.annotations(session.id),
        comparison=compare_with_usual(figures, session.id) if is_latest else _OLDER,
        sessions=points,
        session_id=session.id,
        events=[(event_words(each), each.text) for each in _events(context, patient)],
    )


_OLDER = "A later run of this session stands in its place"


def _events(context: AppContext, patient: Patient | None) -> tuple[PatientEvent, ...]:
    return context.repository.events(patient.id) if patient else ()


def _facts(
    patient: Patient | None, session: Session, is_named: bool
) -> tuple[tuple[str, str], ...]:
    named = {
        "Name": patient.name if patient and is_named else None,
        "Age": patient.age_band if patient else None,
        "Recorded": session_moment(session),
        "Task": session.task,
        "Language": session.language,
        "PHQ-9": session.phq9,
        "GAD-7": session.gad7,
        "Note": session.note if is_named else None,
    }
    return tuple((name, str(words)) for name, words in named.items() if words not in (None, ""))
