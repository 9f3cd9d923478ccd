"""Where players and pictures get their bytes: by id, never by path."""

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from ui.context import AppContext
from ui.user import signed_in


def routes(context: AppContext) -> APIRouter:
    """`/media/{id}`: a file of a session; Range requests are answered with 206."""
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.get("/media/{media_id}")
    def media(media_id: str) -> FileResponse:
        path, media_type = context.repository.media(media_id)
        return FileResponse(path, media_type=media_type, content_disposition_type="inline")

    return router
