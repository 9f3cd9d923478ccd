"""One's own account, and for administrators everybody's: plain forms."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from storage.account_models import Account, Role
from storage.accounts import Accounts
from storage.repository import Repository
from storage.signins import SignedIn
from ui.account_page import account_page
from ui.cookie import clear_cookie
from ui.plain_pages import address_of, entries
from ui.records_passphrase import RecordsPassphrase
from ui.settings import AppSettings
from ui.user import person, signed_in
from verhm.errors import RequestError, VerhmError


def routes(accounts: Accounts, repository: Repository, settings: AppSettings) -> APIRouter:
    """`/account` and what its forms are sent to.

    Args:
        accounts: of everybody
        repository: bound to whoever asks
        settings: where the app serves
    """
    router = APIRouter(dependencies=[Depends(signed_in)])
    desk = _Desk(accounts, repository, RecordsPassphrase(settings, accounts.audit))
    _add_own(router, desk, accounts, settings)
    _add_people(router, desk)
    return router


def _add_own(router: APIRouter, desk: "_Desk", accounts: Accounts, settings: AppSettings) -> None:
    @router.get("/account")
    def show(request: Request) -> Response:
        return desk.page(_person(request))

    @router.post("/account/passphrase")
    async def passphrase(request: Request) -> Response:
        return await desk.do(request, desk.change_passphrase, leads_to="/sign-in")

    @router.post("/account/sign-out-everywhere")
    def everywhere(request: Request) -> Response:
        accounts.sign_ins.sign_out_everywhere(_person(request).account_id)
        answer = RedirectResponse("/sign-in", 303)
        clear_cookie(answer, settings)
        return answer

    @router.post("/account/records")
    async def records(request: Request) -> Response:
        return await desk.do(request, desk.records.change)

    @router.post("/account/shares")
    async def share(request: Request) -> Response:
        return await desk.do(request, desk.share)


def _add_people(router: APIRouter, desk: "_Desk") -> None:
    @router.post("/account/people")
    async def add(request: Request) -> Response:
        return await desk.do(request, desk.add)

    @router.post("/account/people/{account_id}/remove")
    async def remove(request: Request, account_id: str) -> Response:
        return await desk.do(request, desk.remove, account_id)

    @router.post("/account/people/{account_id}/role")
    async def role(request: Request, account_id: str) -> Response:
        return await desk.do(request, desk.change_role, account_id)

    @router.post("/account/people/{account_id}/passphrase")
    async def reset(request: Request, account_id: str) -> Response:
        return await desk.do(request, desk.reset, account_id)


class _Desk:
    """Does what the forms ask, and shows the page again."""

    def __init__(
        self, accounts: Accounts, repository: Repository, records: RecordsPassphrase
    ) -> None:
        self.records = records
        self._accounts = accounts
        self._repository = repository

    async def do(
        self,
        request: Request,
        work: Callable[..., None],
        *arguments: str,
        leads_to: str = "/account",
    ) -> Response:
        """Do what a form asks; a refusal is shown on the page."""
        entered, found = await entries(request), _person(request)
        entered["address"] = address_of(request)
        try:
            await run_in_threadpool(work, found, entered, *arguments)
        except VerhmError as error:
            return await run_in_threadpool(self.page, found, error)
        return RedirectResponse(leads_to, 303)

    def page(self, found: SignedIn, error: VerhmError | None = None) -> Response:
        """The page, with what is wrong."""
        if found.must_change:
            return account_page(found, (), (), {}, error=error)
        people: tuple[Account, ...] = self._accounts.everybody()
        own = self._repository.own_patients()
        shares = {patient.id: self._repository.shares(patient.id) for patient in own}
        changes_records = self.records.is_changed_by(found)
        return account_page(found, people, own, shares, changes_records, error)

    def change_passphrase(self, found: SignedIn, entered: dict[str, str]) -> None:
        """Choose another passphrase."""
        after = entered.get("passphrase", "")
        if after != entered.get("again"):
            raise RequestError("E63", "The two passphrases differ.", "Type the same one twice.")
        before, address = entered.get("before", ""), entered["address"]
        self._accounts.change_passphrase(found.account_id, before, after, address)

    def add(self, found: SignedIn, entered: dict[str, str]) -> None:
        """Make an account."""
        role = _role(entered)
        name, passphrase = entered.get("name", ""), entered.get("passphrase", "")
        self._accounts.create(found.account_id, name, role, passphrase)

    def remove(self, found: SignedIn, entered: dict[str, str], account_id: str) -> None:
        """Remove an account."""
        self._accounts.remove(found.account_id, account_id)

    def change_role(self, found: SignedIn, entered: dict[str, str], account_id: str) -> None:
        """Give somebody another role."""
        self._accounts.change_role(found.account_id, account_id, _role(entered))

    def reset(self, found: SignedIn, entered: dict[str, str], account_id: str) -> None:
        """Give somebody another passphrase."""
        passphrase = entered.get("passphrase", "")
        self._accounts.reset_passphrase(found.account_id, account_id, passphrase)

    def share(self, found: SignedIn, entered: dict[str, str]) -> None:
        """Share a patient, or take it back."""
        change = self._repository.share_patient
        if entered.get("what") == "stop":
            change = self._repository.unshare_patient
        change(entered.get("patient", ""), entered.get("account", ""))


def _role(entered: dict[str, str]) -> Role:
    try:
        return Role(entered.get("role", ""))
    except ValueError as error:
        raise RequestError("E63", "There is no such role.", "Choose one.") from error


def _person(request: Request) -> SignedIn:
    found = person(request)
    assert found is not None  # the guard lets nobody else come here
    return found
