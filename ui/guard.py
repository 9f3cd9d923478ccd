"""What every request and every answer must satisfy, whichever part of the app it concerns."""

import contextlib
import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from storage.account_models import Role
from storage.accounts import Accounts
from storage.audit import Action, AuditLog
from storage.belongings import Belongings
from storage.signins import SignedIn
from ui.allowed import Rule, rule_of
from ui.asking import asked_by
from ui.cookie import cookie_of
from ui.headers import with_headers
from ui.origin import Refusal, refusal_of_foreign
from ui.page_owner import PageOwner, Replayed
from ui.settings import AppSettings
from ui.speaking import language_of
from ui.user import FOUND
from verhm.errors import VerhmError
from verhm.language import ENGLISH, language, speaking

CHECKED = 5.0  # s after which a stream that is still open looks who is signed in
_SIGN_IN = Refusal(401, "E68", "Nobody is signed in here, or not any more.", "Sign in again.")
_LOCKED = Refusal(423, "E68", "The app is locked.", "Enter your passphrase.")
_CHOOSE = Refusal(
    403, "E68", "Somebody else chose your passphrase.", "Choose one under your account."
)
_NOT_THERE = Refusal(404, "E53", "There is no such page.", "Start from the first page.")
_NOT_YOURS = Refusal(
    403, "E57", "Your account may not do this.", "Ask an administrator of this app."
)


class Guard:
    """Denies everything that no rule allows, and gives every answer its security headers.

    Args:
        app: that answers what is let through
        settings: where it serves
        accounts: who may sign in
        belongings: whose the browsers' pages are
        audit: where refusals and exports are noted
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: AppSettings,
        accounts: Accounts,
        belongings: Belongings,
        audit: AuditLog,
    ) -> None:
        self._app = app
        self._settings = settings
        self._accounts = accounts
        self._owner = PageOwner(belongings)
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            answering = with_headers(self._settings, send)
            try:
                with speaking(language_of(Request(scope))):
                    await self._answer(scope, receive, answering)
            except VerhmError as error:  # the guard's own: what it asks is in the database too
                refusal = Refusal(503, error.code, *error.kept)
                await refusal.answer()(scope, receive, answering)
        else:  # nothing of the app opens a websocket, which browsers let any site do
            await WebSocketClose()(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        scope.pop(FOUND, None)
        foreign = refusal_of_foreign(self._settings, scope["method"], request.headers)
        if foreign:
            await self._refuse(foreign, None, scope, receive, send)
            return
        rule = rule_of(scope["method"], scope["path"])
        if rule is not None and rule.is_public:
            await self._app(scope, receive, send)
            return
        token = cookie_of(request, self._settings)
        is_use = rule is not None and rule.is_use
        found = await run_in_threadpool(self._accounts.sign_ins.find, token, is_use)
        refusal = _refusal(rule, found)
        if refusal is not None or rule is None or found is None:
            where = await self._page_for(refusal) if rule is not None and rule.is_page else None
            if where is not None:
                await RedirectResponse(where, 303)(scope, receive, send)
            else:
                await self._refuse(refusal or _NOT_THERE, found, scope, receive, send)
            return
        scope[FOUND] = found
        await self._let_through(rule, found, token or "", scope, receive, send)

    async def _page_for(self, refusal: Refusal | None) -> str:
        """Where a person goes who may not see a page yet."""
        if refusal is _CHOOSE:
            return "/account"
        is_new = await run_in_threadpool(lambda: self._accounts.are_none)
        return "/first-run" if is_new else "/sign-in"

    async def _let_through(
        self, rule: Rule, found: SignedIn, token: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if rule.is_gradio:
            body = await Replayed.read(receive) if scope["method"] == "POST" else None
            if not await self._owner.allows(rule, found, scope, body):
                await self._refuse(_NOT_THERE, found, scope, receive, send)
                return
            ending = self._while_signed_in(token, send)
            # Gradio's tasks outlive the request and serve others: nobody's name goes with them.
            await self._app(scope, body or receive, ending)
            return
        if rule.exports:
            send = self._noting_export(rule, found, scope["path"], send)
        spoken = ENGLISH if rule.exports else language()  # a file is the same for whoever reads it
        with (
            speaking(spoken),
            contextlib.nullcontext() if _is_gradios(scope) else asked_by(found.account_id),
        ):
            await self._app(scope, receive, send)

    async def _refuse(
        self,
        refusal: Refusal,
        found: SignedIn | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        account_id = found.account_id if found else None
        await run_in_threadpool(self._audit.note, account_id, Action.REFUSAL, "", refusal.code)
        await refusal.answer()(scope, receive, send)

    def _while_signed_in(self, token: str, send: Send) -> Send:
        """End a stream soon after whoever opened it was signed out."""
        checked, has_ended = time.monotonic(), False

        async def send_while(message: Message) -> None:
            nonlocal checked, has_ended
            if has_ended:
                return
            is_part = message["type"] == "http.response.body" and message.get("more_body")
            if is_part and time.monotonic() - checked > CHECKED:
                checked = time.monotonic()
                find = self._accounts.sign_ins.find
                if await run_in_threadpool(find, token, False) is None:
                    has_ended = True
                    message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        return send_while

    def _noting_export(self, rule: Rule, found: SignedIn, path: str, send: Send) -> Send:
        """Note what is taken out before its first byte leaves."""
        subject = rule.path.fullmatch(path)
        is_written = path.startswith(("/runs/", "/patients/"))
        kind = path.rpartition("/")[2] if is_written else path.split("/")[1]

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                what = subject["id"] if subject else ""
                note = self._audit.record
                await run_in_threadpool(note, found.account_id, Action.EXPORT, what, kind)
            await send(message)

        return send_noted


def _refusal(rule: Rule | None, found: SignedIn | None) -> Refusal | None:
    """Why somebody's request is refused; strangers do not learn what there is."""
    if found is None:
        return _SIGN_IN
    if found.is_locked and not (rule is not None and rule.while_locked):
        return _LOCKED
    if rule is None:
        return _NOT_THERE
    if found.must_change and not rule.while_changing:
        return _CHOOSE
    if found.role is Role.RESEARCHER and not rule.for_researchers:
        return _NOT_YOURS
    return None


def _is_gradios(scope: Scope) -> bool:
    return scope["path"].startswith("/app")
