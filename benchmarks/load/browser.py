"""A browser in which one account is used, and what its page does by itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, Final

import httpx

from benchmarks.load.gradio_page import GradioPage
from benchmarks.load.measuring import LOOK, ActionFailed, Notes

_WORDS: Final = "quiet heron counts eleven lanterns"
_FIRST_WORDS: Final = "seven grey otters mend the pier"
_POLLS: Final = (0.7, 3.0)  # s between two looks at the analyses, while there are some and else
_PATIENCE: Final = 60.0  # s after which an answer is taken to be missing


class Browser:
    """Somebody's browser.

    Args:
        url: of the app
        name: of the account
        notes: of what is measured

    Attributes:
        code: of the account's own patient without sessions
        notes: of what is measured
        jobs: analyses that the account reaches, as they were seen last
    """

    def __init__(self, url: str, name: str, notes: Notes) -> None:
        self._client = httpx.AsyncClient(
            base_url=url, headers={"origin": url}, timeout=_PATIENCE, follow_redirects=True
        )
        self.code = f"{name}-1"
        self.notes = notes
        self.jobs: list[dict[str, Any]] = []
        self._name = name

    async def make_first_account(self) -> None:
        """Make the account of an empty folder's first administrator."""
        await self._send("/first-run", name=self._name, **_twice())

    async def make_account_of(self, name: str) -> None:
        """Make somebody else's account, as an administrator."""
        first = {"role": "clinician", "passphrase": _FIRST_WORDS}
        await self._send("/account/people", name=name, **first)

    async def settle_in(self) -> None:
        """Choose a passphrase of one's own; add the synthetic patient and one without sessions."""
        await self._send("/sign-in", name=self._name, passphrase=_FIRST_WORDS)
        await self._send("/account/passphrase", before=_FIRST_WORDS, **_twice())
        await self.sign_in()
        page = await GradioPage.open(self._client)
        await page.trigger("patients", "demonstrate")
        await page.trigger("new-patient", "click")
        page.enter("patient-code", self.code)
        page.enter("consent-given", date.today().isoformat())
        await page.trigger("save-patient", "click")
        await page.close()

    async def sign_in(self) -> None:
        """Sign in with the own passphrase."""
        await self._send("/sign-in", name=self._name, passphrase=_WORDS)

    async def get(self, address: str, **headers: str) -> httpx.Response:
        """Fetch something that has to be there."""
        return (await self._client.get(address, headers=headers)).raise_for_status()

    async def post(self, address: str, content: bytes = b"") -> httpx.Response:
        """Send something that has to be taken."""
        return (await self._client.post(address, content=content)).raise_for_status()

    @contextlib.asynccontextmanager
    async def at_page(self) -> AsyncIterator[GradioPage]:
        """Sign in, and out in the end; meanwhile the page follows the analyses by itself."""
        async with self.notes.timed("sign in"):
            await self.sign_in()
        async with self.notes.timed("open the page"):
            page = await GradioPage.open(self._client)
        following = asyncio.create_task(self._follow(page))
        try:
            yield page
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await page.close()
        async with self.notes.timed("sign out"):
            await self._send("/sign-out")

    async def _follow(self, page: GradioPage) -> None:
        """Ask for the analyses again and again, as banner.js does."""
        known: dict[str, str] | None = None
        while True:
            with contextlib.suppress(ActionFailed):
                await self._look_at_jobs()
                for job in self.jobs:
                    if known is not None and known.get(job["id"]) != job["state"]:
                        await self._tell(page, job)
                known = {job["id"]: job["state"] for job in self.jobs}
            is_waiting = any(not job["has_ended"] for job in self.jobs)
            await asyncio.sleep(_POLLS[0] if is_waiting else _POLLS[1])

    async def _look_at_jobs(self) -> None:
        async with self.notes.timed(LOOK):
            answer = await self._client.get("/jobs")
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                # Looking on is no use of the app: who waits for long is signed out, and comes back.
                await self.sign_in()
                answer = await self._client.get("/jobs")
            self.jobs = answer.raise_for_status().json()["jobs"]

    async def _tell(self, page: GradioPage, job: dict[str, Any]) -> None:
        change = {"session_id": job["session_id"], "state": job["state"], "tab": "review"}
        async with self.notes.timed("renew the page"):
            await page.trigger("banner", "job_changed", **change)

    async def _send(self, address: str, **entries: str) -> None:
        (await self._client.post(address, data=entries)).raise_for_status()


def _twice() -> dict[str, str]:
    return {"passphrase": _WORDS, "again": _WORDS}
