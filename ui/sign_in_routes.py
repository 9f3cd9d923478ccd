"""Signing in and out, the lock, and the first account."""

import secrets
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from storage.accounts import Accounts
from storage.passphrases import SHORTEST
from ui.cookie import clear_cookie, cookie_of, set_cookie
from ui.door_pages import CODE_HINT
from ui.plain_pages import address_of, entries, form, page, passphrase_field, text_field
from ui.settings import AppSettings
from verhm.errors import RequestError, VerhmError
from verhm.language import _

PAGE: Final = "/app/"


def routes(accounts: Accounts, settings: AppSettings, setup_code: str | None) -> APIRouter:
    """`/sign-in`, `/first-run`, `/sign-out`, `/lock` and `/unlock`.

    Args:
        accounts: who may sign in
        settings: where the app serves
        setup_code: has to be known for the first account; None where nobody else reaches the app
    """
    router = APIRouter()
    _add_sign_in(router, accounts, settings)
    _add_first_run(router, accounts, settings, setup_code)
    _add_lock(router, accounts, settings)
    return router


def passphrase_hint() -> str:
    """What a passphrase of one's own has to be like."""
    return _(
        "At least {n} characters: four or five words that do not belong together are easy to keep "
        "in mind. Spaces count; it may be pasted from a password manager."
    ).format(n=SHORTEST)


def new_setup_code() -> str:
    """A code that stands in the terminal only."""
    code = secrets.token_hex(6).upper()
    return "-".join((code[:4], code[4:8], code[8:]))


def _add_sign_in(router: APIRouter, accounts: Accounts, settings: AppSettings) -> None:
    @router.get("/sign-in")
    def show() -> Response:
        return RedirectResponse("/first-run", 303) if accounts.are_none else _sign_in_page()

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        entered = await entries(request)
        name, passphrase = entered.get("name", ""), entered.get("passphrase", "")
        before, address = cookie_of(request, settings), address_of(request)
        try:
            token = await run_in_threadpool(
                accounts.sign_ins.sign_in, name, passphrase, address, before
            )
        except VerhmError as error:
            return _sign_in_page(name, error)
        return _signed_in(settings, token)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        accounts.sign_ins.sign_out(cookie_of(request, settings) or "")
        answer = RedirectResponse("/sign-in", 303)
        clear_cookie(answer, settings)
        return answer


def _add_first_run(
    router: APIRouter, accounts: Accounts, settings: AppSettings, setup_code: str | None
) -> None:
    @router.get("/first-run")
    def show() -> Response:
        if not accounts.are_none:
            return RedirectResponse("/sign-in", 303)
        return _first_run_page(settings, setup_code is not None)

    @router.post("/first-run")
    async def create(request: Request) -> Response:
        entered = await entries(request)
        name, passphrase = entered.get("name", ""), entered.get("passphrase", "")
        code = entered.get("code", "").strip().upper()
        try:
            if setup_code is not None and not secrets.compare_digest(
                code.encode(), setup_code.encode()
            ):
                raise RequestError(
                    "E65", "The code is not the one in the terminal.", "Type it as it is there."
                )
            _refuse_mistyped(entered)
            await run_in_threadpool(accounts.create_first, name, passphrase)
            token = await run_in_threadpool(
                accounts.sign_ins.sign_in, name, passphrase, address_of(request)
            )
        except VerhmError as error:
            return _first_run_page(settings, setup_code is not None, name, error)
        return _signed_in(settings, token)


def _add_lock(router: APIRouter, accounts: Accounts, settings: AppSettings) -> None:
    @router.post("/lock")
    def lock(request: Request) -> Response:
        accounts.sign_ins.lock(cookie_of(request, settings) or "")
        return Response(status_code=204)

    @router.post("/unlock")
    async def unlock(request: Request) -> Response:
        entered = await entries(request)
        token, passphrase = cookie_of(request, settings) or "", entered.get("passphrase", "")
        await run_in_threadpool(accounts.sign_ins.unlock, token, passphrase, address_of(request))
        return JSONResponse({})


def _refuse_mistyped(entered: dict[str, str]) -> None:
    if entered.get("passphrase") != entered.get("again"):
        raise RequestError("E63", "The two passphrases differ.", "Type the same one twice.")


def _signed_in(settings: AppSettings, token: str) -> Response:
    answer = RedirectResponse(PAGE, 303)
    set_cookie(answer, settings, token)
    return answer


def _sign_in_page(name: str = "", error: VerhmError | None = None) -> Response:
    fields = [
        text_field("name", _("Name"), name, "username"),
        passphrase_field("passphrase", _("Passphrase")),
    ]
    foot = (
        "<p class='small muted'>"
        + _(
            "Forgotten? Ask whoever looks after VERHM where you work: an administrator can give "
            "you a new one. If you are the only one, the README says how you get one yourself."
        )
        + "</p>"
    )
    return page(_("Sign in"), form("/sign-in", fields, _("Sign in"), has_focus=True) + foot, error)


def _first_run_page(
    settings: AppSettings, asks_code: bool, name: str = "", error: VerhmError | None = None
) -> Response:
    step = "" if settings.is_unencrypted else f"<p class='small muted'>{_('Step 2 of 2')}</p>"
    words = (
        f"{step}<p>"
        + _(
            "You sign in with this account, so that VERHM knows who is working. It is an "
            "administrator's: it can add colleagues and remove them."
        )
        + "</p>"
    )
    hint = passphrase_hint()
    if not settings.is_unencrypted:
        hint = _("Your own, not the passphrase that opens the records. {hint}").format(hint=hint)
    fields = [
        text_field("name", _("Your name"), name, "username"),
        passphrase_field("passphrase", _("Passphrase"), True, hint),
        passphrase_field("again", _("The same again"), True),
    ]
    if asks_code:
        fields.append(text_field("code", _("Code for the first account"), hint=_(CODE_HINT)))
    return page(
        _("Make your account"),
        words + form("/first-run", fields, _("Start"), has_focus=True),
        error,
    )
