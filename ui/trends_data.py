"""What the trends are drawn from: a patient's sessions, read off the records."""

from collections.abc import Callable, Sequence

from storage.details import SessionFigures
from storage.models import Run, Session
from storage.repository import Repository
from ui.reviewed import ReviewedRuns
from ui.session_names import session_moment
from verhm.language import _
from verhm.report.quality import grade, quality_words
from verhm.report.trends import Interval, TrendPoint
from verhm.settings import CHANNEL_WORDS, AnalysisSettings
from verhm.types import ModelId, Summary


def found_summary(run: Run) -> Summary | None:
    """What the model found in a run."""
    return run.summary


def trend_points(
    newest_first: Sequence[Session], summary_of: Callable[[Run], Summary | None] = found_summary
) -> tuple[TrendPoint, ...]:
    """One point per session, the oldest first.

    Args:
        newest_first: sessions
        summary_of: a run's summary, by default the model's own
    """
    return tuple(_point(session, summary_of) for session in reversed(newest_first))


def _point(session: Session, summary_of: Callable[[Run], Summary | None]) -> TrendPoint:
    run = session.latest_done
    known = {
        "session_id": session.id,
        "number": session.number,
        "day": session.recorded_on,
        "moment": session_moment(session),
        "task": session.task,
        "phq9": session.phq9,
        "gad7": session.gad7,
        "is_usual": session.is_usual,
    }
    summary = None if run is None else summary_of(run)
    if run is None or summary is None or run.quality is None or run.model is None:
        return TrendPoint(**known, reason=_("no result"))  # type: ignore[arg-type]
    figures: dict[str, Interval] = {}
    if not summary.withheld:
        for share in summary.shares:
            figures[share.label] = (100 * share.share, 100 * share.low, 100 * share.high)
        figures |= {"valence": summary.valence, "arousal": summary.arousal}
    return TrendPoint(
        **known,  # type: ignore[arg-type]
        grade=grade(run.quality, summary),
        quality=quality_words(run.quality, summary),
        speech=summary.speech,
        model=", ".join(_made_by(run.model, run.settings)),
        model_key=run.model.sha256,
        figures=figures,
        reason=summary.withheld,
    )


def _made_by(model: ModelId, settings: AnalysisSettings) -> list[str]:
    channel = CHANNEL_WORDS.get(settings.channel)
    return [f"{model.name} {model.version}", *([_(channel)] if channel else [])]


def reviewed_history(
    repository: Repository, reviewed: ReviewedRuns, patient_id: str
) -> tuple[tuple[TrendPoint, ...], tuple[SessionFigures, ...]]:
    """A patient's sessions, the oldest first, as points and as figures; without what was left out.

    Figures are those of sessions with a result.
    """
    left_out = repository.exclusions(patient_id)

    def summary_of(run: Run) -> Summary | None:
        return run.summary and reviewed.listed(run.session_id, run.id, run.summary, left_out)

    points = trend_points(repository.sessions(patient_id), summary_of)
    return points, reviewed.without_left_out(repository.figures(patient_id), left_out)
