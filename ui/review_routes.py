"""How Review gets another run than the one it opened with, and holds two beside each other."""

from fastapi import APIRouter, Depends, Response

from storage.models import Run, Session
from storage.repository import Repository
from ui.context import AppContext
from ui.review_comparison import Side, comparison
from ui.session_names import session_moment, session_name
from ui.shown_runs import ShownRuns
from ui.user import signed_in
from verhm.errors import StorageError


def routes(context: AppContext) -> APIRouter:
    """`/runs/{id}/review` is a run as Review shows it; `…/others` lists what it can be held
    against, and `…/against/{other_id}` does it.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])
    repository, shown = context.repository, ShownRuns(context)

    @router.get("/runs/{run_id}/review")
    def review(run_id: str) -> Response:
        run, session = _finished(repository, run_id)
        value = shown.value(session, run, face=shown.face(session, run))
        return Response(value, media_type="application/json")

    @router.get("/runs/{run_id}/others")
    def others(run_id: str) -> list[dict[str, str]]:
        _, session = _finished(repository, run_id)
        found = [run for run in session.runs if run.model and run.id != run_id]
        listed = [{"run": run.id, "words": f"This session, {_run_words(run)}"} for run in found]
        if session.patient_id is None:
            return listed
        for each in repository.sessions(session.patient_id):
            if each.id != session.id and each.latest_done is not None:
                listed.append({"run": each.latest_done.id, "words": _session_words(each)})
        return listed

    @router.get("/runs/{run_id}/against/{other_id}")
    def against(run_id: str, other_id: str) -> dict[str, str]:
        return {"html": comparison(side(run_id), side(other_id))}

    def side(run_id: str) -> Side:
        run, session = _finished(repository, run_id)
        said = repository.annotations(session.id)
        return Side(session, run, context.reviewed.summary(run_id, said))

    return router


def _finished(repository: Repository, run_id: str) -> tuple[Run, Session]:
    run = repository.run(run_id)
    if run.model is None:
        raise StorageError("E53", "This run has no result.", "Choose another one.")
    return run, repository.session(run.session_id)


def _run_words(run: Run) -> str:
    assert run.model is not None
    return f"run {run.number} · {run.model.name} {run.model.version}"


def _session_words(session: Session) -> str:
    words = (session_name(session), session_moment(session), session.task)
    return " · ".join(word for word in words if word)
