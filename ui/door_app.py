"""All that a browser reaches before the records are open: a form, its look, and refusals."""

import secrets
from collections.abc import Callable
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ui import asset_routes
from ui.door_pages import OPEN, choosing_page, opening_page, waiting_page
from ui.headers import with_headers
from ui.opening import Opening
from ui.origin import Refusal, refusal_of_foreign
from ui.plain_pages import address_of, entries
from ui.settings import AppSettings
from ui.speaking import language_of
from ui.tries import Tries
from verhm.errors import RequestError, VerhmError
from verhm.language import speaking

# Pages of the app behind the door, where somebody may come from who had them open.
_PAGES: Final = ("/app", "/app/", "/sign-in", "/first-run", "/account")
_LOCKED: Final = Refusal(
    401, "E68", "VERHM was started anew, and its records are locked.", "Load the page again."
)


def make_door(
    settings: AppSettings,
    opening: Opening,
    leave: Callable[[], None],
    setup_code: str | None = None,
    tries: Tries | None = None,
) -> ASGIApp:
    """The app while it is locked.

    Args:
        settings: where the app serves
        opening: what a passphrase is tried at
        leave: called when it is over and somebody was told so
        setup_code: has to be known to choose the passphrase; None where nobody else reaches the app
        tries: how often one may try
    """
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    inner.include_router(asset_routes.routes())
    code = setup_code if opening.is_new else None
    form = _Form(opening, code, tries or Tries())
    _add_pages(inner, opening, form, leave)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            foreign = refusal_of_foreign(settings, scope["method"], request.headers)
            answer = foreign.answer() if foreign else inner
            with speaking(language_of(request)):
                await answer(scope, receive, with_headers(settings, send))
        else:
            await WebSocketClose()(scope, receive, send)

    return door


class _Form:
    """Takes what was entered, and says what was wrong with it."""

    def __init__(self, opening: Opening, setup_code: str | None, tries: Tries) -> None:
        self._opening = opening
        self._setup_code = setup_code
        self._tries = tries

    def page(self, error: VerhmError | None = None) -> Response:
        """The form itself."""
        if self._opening.is_new:
            return choosing_page(self._opening.is_filled, self._setup_code is not None, error)
        return opening_page(error)

    async def take(self, request: Request) -> None:
        """Try what was entered; raises `VerhmError` when that is not to be tried at all."""
        entered = await entries(request)
        self._refuse_unfit(entered, address_of(request))
        if not (self._opening.is_going_on or self._opening.is_over):
            await self._opening.attempt(entered.get("passphrase", ""))

    def _refuse_unfit(self, entered: dict[str, str], address: str) -> None:
        if not self._opening.is_new:
            self._tries.count(address)
            return
        if self._setup_code is not None:
            self._tries.count(address)
            code = entered.get("code", "").strip().upper()
            if not secrets.compare_digest(code.encode(), self._setup_code.encode()):
                raise RequestError(
                    "E65", "The code is not the one in the terminal.", "Type it as it is there."
                )
        if entered.get("passphrase") != entered.get("again"):
            raise RequestError("E63", "The two passphrases differ.", "Type the same one twice.")


def _add_pages(inner: FastAPI, opening: Opening, form: _Form, leave: Callable[[], None]) -> None:
    @inner.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "locked"}

    @inner.get("/")
    async def show() -> Response:
        if opening.is_going_on:
            return waiting_page(opening.is_filled)
        if opening.is_over:
            answer = waiting_page(is_filled=False)
            answer.background = BackgroundTask(leave)  # once somebody knows that it goes on
            return answer
        return form.page(opening.take_error())

    @inner.post(OPEN)
    async def take(request: Request) -> Response:
        try:
            await form.take(request)
        except VerhmError as error:
            return form.page(error)
        failed = opening.take_error()
        return form.page(failed) if failed else RedirectResponse("/", 303)

    @inner.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def elsewhere(request: Request) -> Response:
        is_page = request.method == "GET" and request.url.path in _PAGES
        return RedirectResponse("/", 303) if is_page else _LOCKED.answer()
