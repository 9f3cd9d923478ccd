"""How a browser makes sessions of many recordings, one after the other."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from storage.models import Run, RunState
from ui.context import AppContext
from ui.job_routes import as_json
from ui.marks import emotion_name, minutes_of
from ui.messages import error_json, kept_error
from ui.session_form import Entries
from ui.taking_in import take_in
from ui.user import signed_in
from verhm.errors import RequestError
from verhm.language import N_, _, retold
from verhm.types import Summary

_STOPPED = {
    RunState.CANCELLED: ("cancelled", N_("Cancelled; the recording is kept")),
    RunState.INTERRUPTED: ("failed", N_("Interrupted; the recording is kept")),
}


class _Received(BaseModel):
    """A recording that has arrived, and what holds for it."""

    recording: str
    entries: Entries


def routes(context: AppContext) -> APIRouter:
    """`/patients/{id}/sessions` makes one of a received recording and begins its analysis.

    The answer says why it is not analysed yet (`problem`), and what could not be kept (`lost`).
    `/sessions/{id}/outcome` says what became of it, in a few words.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.post("/patients/{patient_id}/sessions")
    def make(patient_id: str, given: _Received) -> dict[str, Any]:
        entries = replace(given.entries, is_trial=False)
        taken = take_in(context, patient_id, given.recording, entries)
        lost = error_json(taken.problem) if taken.problem else None
        made = {"session": taken.session.id, "job": None, "problem": None, "lost": lost}
        try:
            job = context.jobs.submit(taken.session.id, entries.settings(), entries.video())
        except RequestError as error:  # the session is kept, and can be analysed later
            return made | {"problem": error_json(error)}
        return made | {"job": as_json(job)}

    @router.get("/sessions/{session_id}/outcome")
    def outcome(session_id: str) -> dict[str, str]:
        runs = context.repository.session(session_id).runs
        state, words, emotion = _outcome(runs[0] if runs else None)
        return {"state": state, "words": words, "emotion": emotion}

    return router


def _outcome(run: Run | None) -> tuple[str, str, str]:
    """State, words, and HTML of the emotion that was the likeliest most of the time."""
    if run is None:
        return "failed", _("Kept, not analysed: see Review"), ""
    if run.state is RunState.DONE and run.summary is not None:
        return "done", *_result(run.summary)
    if run.state in _STOPPED:
        state, words = _STOPPED[run.state]
        return state, _(words), ""
    if run.state is RunState.FAILED:
        return "failed", kept_error(run), ""
    return "open", "", ""


def _result(summary: Summary) -> tuple[str, str]:
    length = " ".join(minutes_of(summary.speech))
    if summary.withheld:
        return _("{length} of speech, no summary: {withheld}").format(
            length=length, withheld=retold(summary.withheld)
        ), ""
    most = max(summary.shares, key=lambda share: share.share)
    words = _("{length} of speech, {share:.0f} % of the time most likely ").format(
        length=length, share=100 * most.share
    )
    return words, emotion_name(most.label)
