"""How Review asks why a window has its result, and follows the answer."""

import base64
from typing import Any

from fastapi import APIRouter, Depends

from storage.models import Run, Session
from ui.context import AppContext
from ui.made_up import is_made_up
from ui.messages import error_json
from ui.neutral_face import is_of_another
from ui.session_names import recording_words
from ui.user import signed_in
from ui.window_explanations import Explained
from verhm.annotations import excluding
from verhm.errors import StorageError
from verhm.language import _, retold
from verhm.report.description import describe_window
from verhm.report.look import MEANINGS, REASONS
from verhm.types import Analysis, EmotionTimeline, ModelId, WindowStatus


def routes(context: AppContext) -> APIRouter:
    """`/runs/{id}/explanations/{window}` is asked for, and then looked at; `…/cancel` stops it."""
    router = APIRouter(dependencies=[Depends(signed_in)])
    repository, explanations = context.repository, context.jobs.explanations

    @router.post("/runs/{run_id}/explanations/{window}")
    def ask(run_id: str, window: int) -> dict[str, Any]:
        run = repository.run(run_id)
        session = repository.session(run.session_id)
        analysis = context.reviewed.analysis(run_id)
        if not 0 <= window < len(analysis.timeline):
            raise StorageError("E53", "There is no such window.", "Reload the page.")
        shown = excluding(analysis.timeline, repository.annotations(session.id))
        both = zip(shown.status, analysis.timeline.status, strict=True)
        left_out = {index for index, (now, before) in enumerate(both) if now is not before}
        sentences = describe_window(analysis, window, skipped=left_out)
        told = [retold(each) for each in sentences]
        voice = {"voice": told}
        why = why_none(session, run, analysis, shown, window, context.jobs.model)
        if why:
            return {"reason": why, **voice}
        return {"reason": "", **voice, **_as_json(explanations.ask(run, analysis, window))}

    @router.get("/runs/{run_id}/explanations/{window}")
    def look(run_id: str, window: int) -> dict[str, Any]:
        return _as_json(explanations.explained(run_id, window))

    @router.post("/runs/{run_id}/explanations/{window}/cancel")
    def cancel(run_id: str, window: int) -> dict[str, Any]:
        explanations.cancel(run_id, window)
        return _as_json(explanations.explained(run_id, window))

    return router


def why_none(
    session: Session,
    run: Run,
    analysis: Analysis,
    shown: EmotionTimeline,
    window: int,
    loaded: ModelId | None,
) -> str:
    """Why a window cannot be explained, in words for whoever asks; empty where it can.

    Args:
        session: of the run
        run: with a result
        analysis: that result
        shown: its timeline without what the clinician left out
        window: index
        loaded: model that would explain; None while that is not known
    """
    status = shown.status[window]
    if status is not WindowStatus.OK:
        return _("This window has no result: {reason}. {meaning}").format(
            reason=_(REASONS[status]), meaning=_(MEANINGS[status])
        )
    if is_made_up(run.model):
        return _("This result was made up for the demonstration. No model found it.")
    if session.recording_erased_at is not None:
        return _("{gone}, so nothing can listen to it again.").format(gone=recording_words(session))
    if is_of_another(run.model, loaded):
        return _(
            "Another model than the one that analyses now made this result, and only the one that "
            "made it could say why. Analyse the session again, and ask about the new result."
        )
    if analysis.baseline_windows > 0:
        return _(
            "This result was read against how the voice sounds in earlier recordings, which are "
            "not kept with it."
        )
    return ""


def _as_json(explained: Explained) -> dict[str, Any]:
    found, error = explained.found, explained.error
    return {
        "state": explained.state.value,
        "has_ended": explained.state.has_ended,
        "percent": int(100 * explained.share),
        "influence": [retold(each) for each in found.sentences] if found else [],
        "light": _address(found.light) if found else "",
        "dark": _address(found.dark) if found else "",
        "error": error_json(error) if error else None,
    }


def _address(picture: bytes) -> str:
    """A picture as part of the answer: it lies nowhere under an address of its own."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
