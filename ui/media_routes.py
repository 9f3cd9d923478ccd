"""Where players and pictures get their bytes: by id, never by path."""

from fastapi import APIRouter, Depends, Request, Response

from ui.context import AppContext
from ui.kept_response import answer_content
from ui.user import signed_in


def routes(context: AppContext) -> APIRouter:
    """`/media/{id}`: a file of a session; Range requests are answered with 206."""
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.get("/media/{media_id}")
    def media(media_id: str, request: Request) -> Response:
        return answer_content(context.repository.content(media_id), request)

    return router
