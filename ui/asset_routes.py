"""Style, scripts and icon of the pages: the same for everybody, and nothing of a patient's."""

from typing import Final

from fastapi import APIRouter, Response

from ui.theme import asset, stylesheet

LASTING: Final = {"Cache-Control": "public, max-age=86400"}
SERVED_SCRIPTS: Final = ("recorder-worklet",)  # a worklet can only be loaded from an address


def routes() -> APIRouter:
    """`/assets/…` and the icon."""
    router = APIRouter()

    @router.get("/assets/page.css")
    def page_css() -> Response:
        return Response(stylesheet(), media_type="text/css", headers=LASTING)

    @router.get("/assets/{name}.js")
    def script(name: str) -> Response:
        if name not in SERVED_SCRIPTS:
            return Response(status_code=404)
        return Response(asset(f"{name}.js"), media_type="text/javascript")

    @router.get("/assets/icon.svg")
    @router.get("/favicon.ico")
    def icon() -> Response:
        return Response(asset("icon.svg"), media_type="image/svg+xml", headers=LASTING)

    return router
