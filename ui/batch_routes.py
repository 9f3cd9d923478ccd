"""How a browser makes sessions of many recordings, one after the other."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from storage.models import Run, RunState
from ui.context import AppContext
from ui.job_routes import as_json
from ui.marks import emotion_name, minutes_of
from ui.session_form import Entries
from ui.taking_in import take_in
from ui.user import signed_in
from verhm.errors import RequestError
from verhm.types import Summary

_STOPPED = {
    RunState.CANCELLED: ("cancelled", "Cancelled; the recording is kept"),
    RunState.INTERRUPTED: ("failed", "Interrupted; the recording is kept"),
}


class _Received(BaseModel):
    """A recording that has arrived, and what holds for it."""

    recording: str
    entries: Entries


def routes(context: AppContext) -> APIRouter:
    """`/patients/{id}/sessions` makes one of a received recording and begins its analysis.

    `/sessions/{id}/outcome` says what became of it, in a few words.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.post("/patients/{patient_id}/sessions")
    def make(patient_id: str, given: _Received) -> dict[str, Any]:
        entries = replace(given.entries, is_trial=False)
        session = take_in(context, patient_id, given.recording, entries).session
        made: dict[str, Any] = {"session": session.id, "job": None, "problem": None}
        try:
            job = context.jobs.submit(session.id, entries.settings(), entries.video())
        except RequestError as error:  # the session is kept, and can be analysed later
            words = {"text": str(error), "cause": error.cause, "remedy": error.remedy}
            return made | {"problem": {"code": error.code, **words}}
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
        return "failed", "Kept, not analysed: see Review", ""
    if run.state is RunState.DONE and run.summary is not None:
        return "done", *_result(run.summary)
    if run.state in _STOPPED:
        return *_STOPPED[run.state], ""
    if run.state is RunState.FAILED:
        return "failed", f"{run.error_code} {run.error_cause} {run.error_remedy}", ""
    return "open", "", ""


def _result(summary: Summary) -> tuple[str, str]:
    length = " ".join(minutes_of(summary.speech))
    if summary.withheld:
        return f"{length} of speech, no summary: {summary.withheld}", ""
    most = max(summary.shares, key=lambda share: share.share)
    words = f"{length} of speech, {100 * most.share:.0f} % of the time most likely "
    return words, emotion_name(most.label)
