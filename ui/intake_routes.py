"""How a browser hands over a recording: a file at once, or a take in pieces of some seconds."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from storage.files import MEDIA_TYPES
from ui.context import AppContext
from ui.user import signed_in


def routes(context: AppContext) -> APIRouter:
    """`/recordings` takes files, `/takes` what the microphone hears."""
    router = APIRouter(dependencies=[Depends(signed_in)])
    intake = context.intake

    @router.post("/recordings")
    async def upload(request: Request, name: str = "") -> dict[str, Any]:
        return {"id": await intake.receive(name, request.stream())}

    @router.get("/recordings/{recording_id}")
    def play(recording_id: str) -> FileResponse:
        path = intake.path(recording_id)
        return FileResponse(path, media_type=MEDIA_TYPES.get(path.suffix))

    @router.delete("/recordings/{recording_id}")
    def discard(recording_id: str) -> Response:
        intake.remove(recording_id)
        return Response(status_code=204)

    @router.get("/takes")
    def unfinished() -> dict[str, Any]:
        takes = intake.unfinished_takes()
        return {"takes": [{"id": take.id, "seconds": take.seconds} for take in takes]}

    @router.post("/takes")
    def begin(sample_rate: int) -> dict[str, Any]:
        return {"id": intake.begin_take(sample_rate)}

    @router.post("/takes/{take_id}/pieces")
    async def add_piece(take_id: str, offset: int, request: Request) -> dict[str, Any]:
        return {"safe": intake.add_piece(take_id, offset, await request.body())}

    @router.post("/takes/{take_id}/finish")
    def finish(take_id: str) -> dict[str, Any]:
        return {"id": take_id, "seconds": intake.finish_take(take_id)}

    return router
