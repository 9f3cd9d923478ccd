"""How Review says something about a stretch of a recording, while the voice plays on."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from storage.models import Run
from ui.context import AppContext
from ui.user import signed_in
from verhm.annotations import Annotation


class _Stretch(BaseModel):
    """A part of the recording; s."""

    start: float
    end: float


class _Said(_Stretch):
    """What is to be said of it; None leaves what was said as it is."""

    label: str | None = None
    is_excluded: bool | None = None
    text: str | None = None


def routes(context: AppContext) -> APIRouter:
    """`/runs/{id}/annotations` says something, `…/remove` takes it back.

    They are kept with the recording; the run is the one whose figures are on the screen. Both
    answer with all annotations and the figures as they are then.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])
    repository = context.repository

    @router.post("/runs/{run_id}/annotations")
    def annotate(run_id: str, said: _Said) -> dict[str, Any]:
        run = repository.run(run_id)
        repository.annotate(run.session_id, **said.model_dump())
        return state(run)

    @router.post("/runs/{run_id}/annotations/remove")
    def remove(run_id: str, stretch: _Stretch) -> dict[str, Any]:
        run = repository.run(run_id)
        repository.remove_annotation(run.session_id, stretch.start, stretch.end)
        return state(run)

    def state(run: Run) -> dict[str, Any]:
        said = repository.annotations(run.session_id)
        return {
            "annotations": annotations_as_json(said),
            "cards": context.reviewed.cards(run.id, said),
        }

    return router


def annotations_as_json(annotations: Iterable[Annotation]) -> list[dict[str, Any]]:
    """Annotations as the page's scripts read them."""
    return [
        {
            "start": each.start,
            "end": each.end,
            "label": each.label,
            "is_excluded": each.is_excluded,
            "text": each.text,
        }
        for each in annotations
    ]
