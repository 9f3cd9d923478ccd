"""A patient's sessions as lines of one table, as whoever asks may see them."""

from storage.models import Session
from ui.context import AppContext
from ui.reviewed import LeftOut, ReviewedRuns
from verhm.errors import StorageError
from verhm.report.overview import SessionLine


def session_lines(context: AppContext, patient_id: str) -> list[SessionLine]:
    """A line per session with a result, the oldest first: its latest, without what was left out.

    Raises:
        StorageError: E53 when there is no such patient, or no result yet
    """
    code = context.repository.patient(patient_id).code
    left_out = context.repository.exclusions(patient_id)
    sessions = reversed(context.repository.sessions(patient_id))
    lines = [
        line for session in sessions if (line := _line(code, session, context.reviewed, left_out))
    ]
    if not lines:
        raise StorageError(
            "E53", "No session of this patient has a result yet.", "Analyse a recording first."
        )
    return lines


def _line(
    code: str, session: Session, reviewed: ReviewedRuns, left_out: LeftOut
) -> SessionLine | None:
    """A session's line; None without a result."""
    run = session.latest_done
    if run is None or run.summary is None or run.quality is None or run.model is None:
        return None
    return SessionLine(
        patient=code,
        session=session.number,
        recorded_on=session.recorded_on,
        task=session.task,
        language=session.language,
        run=run.number,
        duration=session.duration or 0.0,
        summary=reviewed.listed(session.id, run.id, run.summary, left_out),
        quality=run.quality,
        model=run.model,
        channel=run.settings.channel,
    )
