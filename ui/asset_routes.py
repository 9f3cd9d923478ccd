"""Style, scripts, icon and manifest of the pages: the same for all who read one language, and
nothing a patient's.
"""

from typing import Any, Final

from fastapi import APIRouter, Response

from ui.scripts import page_script, script_version
from ui.theme import asset, stylesheet
from verhm.language import ENGLISH, LANGUAGES

LASTING: Final = {"Cache-Control": "public, max-age=86400"}
SERVED_SCRIPTS: Final = ("recorder-worklet",)  # a worklet can only be loaded from an address
_ICON: Final = {"src": "/assets/icon.svg", "sizes": "any", "type": "image/svg+xml"}


def routes() -> APIRouter:
    """`/assets/…`, the icon and the manifest."""
    router = APIRouter()

    @router.get("/assets/page.css")
    def page_css() -> Response:
        return Response(stylesheet(), media_type="text/css", headers=LASTING)

    @router.get("/assets/page.js")
    def page_js(language: str = ENGLISH, v: str = "") -> Response:
        code = language if language in LANGUAGES else ENGLISH
        headers = LASTING if v == script_version(code) else None
        return Response(page_script(code), media_type="text/javascript", headers=headers)

    @router.get("/assets/{name}.js")
    def script(name: str) -> Response:
        if name not in SERVED_SCRIPTS:
            return Response(status_code=404)
        return Response(asset(f"{name}.js"), media_type="text/javascript")

    @router.get("/assets/icon.svg")
    @router.get("/favicon.ico")
    def icon() -> Response:
        return Response(asset("icon.svg"), media_type="image/svg+xml", headers=LASTING)

    @router.get("/manifest.json")
    def manifest() -> dict[str, Any]:
        return {"name": "VERHM", "start_url": "/", "display": "browser", "icons": [_ICON]}

    return router
