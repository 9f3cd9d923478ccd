"""A clinician who looks patients up, reads sessions, listens to them and takes tables out."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.load.browser import Browser
from benchmarks.load.gradio_page import GradioPage
from benchmarks.load.measuring import ActionFailed

_THINKING: Final = (1.0, 5.0)  # s between two actions
_VISIT: Final = (20, 40)  # actions until the clinician signs out, and in again
_LISTENED: Final = 65_536  # bytes that a player asks for at once
_SEARCHED: Final = ("", "d", "de", "dem", "c")
_MONTHS: Final = ("3", "12", "all")
_PATIENT: Final = re.compile(r"data-patient='([^']+)'")
_SESSION: Final = re.compile(r"data-session='([^']+)'")


@dataclass(frozen=True)
class _Shown:
    """What can be chosen on a page as it stands.

    Attributes:
        patients: ids of those listed
        sessions: ids of the open patient's
        run: id of the result on the Review screen; empty where there is none
        motion: address of its face's motion
        voice: address of its recording
    """

    patients: list[str]
    sessions: list[str]
    run: str
    motion: str
    voice: str


class Clinician:
    """Works through the app's screens in an order of their own.

    Args:
        browser: that is used
        seed: decides what is done, and when
    """

    def __init__(self, browser: Browser, seed: int) -> None:
        self._browser = browser
        self._rng = np.random.default_rng(seed)
        self._faces: set[str] = set()  # that the browser keeps, as their addresses never change

    async def work(self) -> None:
        """Come and go, until cancelled."""
        while True:
            with contextlib.suppress(ActionFailed):
                async with self._browser.at_page() as page:
                    for _ in range(self._rng.integers(*_VISIT)):
                        await asyncio.sleep(self._rng.uniform(*_THINKING))
                        with contextlib.suppress(ActionFailed):
                            await self._act(page)

    async def _act(self, page: GradioPage) -> None:
        shown = _shown(page)
        actions: dict[str, Callable[[GradioPage, _Shown], Awaitable[None]]] = {
            "search": self._search,
            "open a patient": self._open_patient,
        }
        if shown.sessions:
            actions |= {
                "open a session": self._open_session,
                "look at trends": self._look_at_trends,
            }
        if shown.run:
            actions |= {
                "look at the face": self._look_at_face,
                "listen": self._listen,
                "take a table out": self._take_table,
            }
        kind = str(self._rng.choice(list(actions)))
        async with self._browser.notes.timed(kind):
            await actions[kind](page, shown)

    async def _search(self, page: GradioPage, _: _Shown) -> None:
        """One more letter, which renews the list."""
        page.enter("patient-search", str(self._rng.choice(_SEARCHED)))
        await page.trigger("patient-search", "change")

    async def _open_patient(self, page: GradioPage, shown: _Shown) -> None:
        patient = str(self._rng.choice(shown.patients))
        await page.trigger("patients", "open_patient", patient_id=patient)

    async def _open_session(self, page: GradioPage, shown: _Shown) -> None:
        session = str(self._rng.choice(shown.sessions))
        await page.trigger("patients", "open_session", session_id=session)

    async def _look_at_trends(self, page: GradioPage, _: _Shown) -> None:
        months = str(self._rng.choice(_MONTHS))
        await page.trigger("trends", "choose", shown=["sad", "happy"], months=months)

    async def _look_at_face(self, _: GradioPage, shown: _Shown) -> None:
        about = (await self._browser.get(shown.motion)).json()
        if about["face"] not in self._faces:
            await self._browser.get(about["face"])
            self._faces.add(about["face"])
        await self._browser.get(f"{shown.motion}/0")

    async def _listen(self, _: GradioPage, shown: _Shown) -> None:
        whole = await self._browser.get(shown.voice, range="bytes=0-")
        start = int(self._rng.integers(len(whole.content)))
        await self._browser.get(shown.voice, range=f"bytes={start}-{start + _LISTENED}")

    async def _take_table(self, _: GradioPage, shown: _Shown) -> None:
        await self._browser.get(f"/runs/{shown.run}/windows.csv")


def _shown(page: GradioPage) -> _Shown:
    listed = page.shown("patients")
    review, face = json.loads(page.shown("review")), json.loads(page.shown("review", "face"))
    return _Shown(
        _PATIENT.findall(listed),
        _SESSION.findall(listed),
        review.get("run", ""),
        face.get("motion", ""),
        face.get("audio", ""),
    )
