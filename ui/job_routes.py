"""How a browser follows the analyses, begins one with other settings, and stops one."""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from storage.failures import missing
from ui.context import AppContext
from ui.made_up import is_made_up
from ui.messages import error_json
from ui.progress import JobView
from ui.session_form import Choices
from ui.user import signed_in
from verhm.errors import RequestError, StorageError
from verhm.language import _
from verhm.settings import AnalysisSettings
from verhm.stages import Stage


class _Choices(BaseModel):
    """The fields as they were filled in; None where one is empty or no number."""

    window: float | None = None
    hop: float | None = None
    size: float | None = None
    strength: float | None = None
    seed: float | None = None
    channel: str = AnalysisSettings.channel


def routes(context: AppContext) -> APIRouter:
    """`/jobs` lists them, `/jobs/{id}` is one, `/jobs/{id}/cancel` stops it.

    `/sessions/{id}/runs` begins one, with settings of its own.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.get("/jobs")
    def jobs() -> dict[str, list[dict[str, Any]]]:
        return {"jobs": [as_json(job) for job in context.jobs.all()]}

    @router.get("/jobs/{job_id}")
    def job(job_id: str) -> dict[str, Any]:
        return as_json(_job(context, job_id))

    @router.post("/jobs/{job_id}/cancel")
    def cancel(job_id: str) -> dict[str, Any]:
        context.jobs.cancel(_job(context, job_id).id)
        return as_json(_job(context, job_id))

    @router.post("/sessions/{session_id}/runs")
    def analyse_otherwise(session_id: str, entered: _Choices) -> dict[str, Any]:
        chosen = Choices(**entered.model_dump())
        settings, video = chosen.settings(), chosen.video()
        context.repository.refuse_to_analyse(session_id)
        session = context.repository.session(session_id)
        if session.recording_erased_at is not None:
            raise missing("recording")
        if session.latest_done is not None and is_made_up(session.latest_done.model):
            raise RequestError(
                "E71", "This result was made up for the demonstration.", "Analyse a voice of yours."
            )
        return as_json(context.jobs.submit(session_id, settings, video))

    return router


def as_json(job: JobView) -> dict[str, Any]:
    """A job as the page's scripts read it."""
    return {
        "id": job.id,
        "session_id": job.session_id,
        "run_id": job.run_id,
        "state": job.state.value,
        "has_ended": job.state.has_ended,
        "stage": job.stage.value,
        "stage_label": _(job.stage.value.capitalize()),
        "stage_number": list(Stage).index(job.stage),
        "percent": int(100 * job.share),  # rounded once, so that all who show it say the same
        "seconds_left": job.seconds_left,
        "waits_for": _(job.wait.value) if job.wait else None,
        "error": error_json(job.error) if job.error else None,
    }


def _job(context: AppContext, job_id: str) -> JobView:
    job = context.jobs.view(job_id)
    if job is None:
        raise StorageError("E53", "There is no such analysis.", "Reload the page.")
    return job
