"""How Review gets another run than the one it opened with, and holds two beside each other."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from storage.models import Run, Session
from storage.repository import Repository
from ui.context import AppContext
from ui.review_cards import told_apart
from ui.review_comparison import Side, cautions, comparison, in_order
from ui.session_names import session_words
from ui.shown_runs import ShownRuns
from ui.user import signed_in
from verhm.errors import StorageError
from verhm.language import _


def routes(context: AppContext) -> APIRouter:
    """`/runs/{id}/review` is a run as Review shows it; `…/others` lists what it can be held
    against, and `…/against/{other_id}` does it.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])
    repository, shown = context.repository, ShownRuns(context)

    @router.get("/runs/{run_id}/review")
    def review(run_id: str) -> Response:
        run, session = _finished(repository, run_id)
        face = shown.face(session, run)
        latest = session.latest_done
        face["can_render"] &= latest is not None and latest.id == run_id  # which is what is drawn
        value = shown.value(session, run, face=face)
        return Response(value, media_type="application/json")

    @router.get("/runs/{run_id}/others")
    def others(run_id: str) -> list[dict[str, str]]:
        return _others(repository, *_finished(repository, run_id))

    @router.get("/runs/{run_id}/against/{other_id}")
    def against(run_id: str, other_id: str) -> dict[str, Any]:
        sides = in_order(side(run_id), side(other_id))
        if not _are_of_one(*(each.session for each in sides)):
            raise StorageError("E53", "There is no such run.", "Choose one of this patient's.")
        return {
            "runs": [each.run.id for each in sides],
            "cautions": cautions(*sides),
            "figures": comparison(*sides),
        }

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


def _others(repository: Repository, shown: Run, session: Session) -> list[dict[str, str]]:
    """What a run can be held against: others of its session, and the patient's other sessions."""
    listed = [
        {"run": run.id, "words": f"{_('This session')} · {told_apart(run)}"}
        for run in session.runs
        if run.model and run.id != shown.id
    ]
    if session.patient_id is None:
        return listed
    for each in repository.sessions(session.patient_id):
        if each.id != session.id and each.latest_done is not None:
            listed.append({"run": each.latest_done.id, "words": session_words(each)})
    return listed


def _are_of_one(one: Session, other: Session) -> bool:
    is_one_patient = one.patient_id is not None and one.patient_id == other.patient_id
    return is_one_patient or one.id == other.id
