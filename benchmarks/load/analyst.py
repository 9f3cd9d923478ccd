"""Somebody who uploads recordings and has them analysed, one after the other."""

import asyncio
import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.load.browser import Browser
from benchmarks.load.gradio_page import GradioPage
from benchmarks.load.measuring import ActionFailed

VOICE: Final = Path(__file__).parents[2] / "ui" / "assets" / "demonstration" / "voice.ogg"
_PATIENT: Final = re.compile(r"data-patient='([^']+)'")
_SESSION: Final = re.compile(r"data-session='([^']+)'")
_MOST: Final = 40  # analyses that are begun to find the queue's limit
_PACE: Final = 1.0  # s between two looks at how far an analysis is


@dataclass(frozen=True)
class Crowd:
    """What became of more analyses than may wait.

    Attributes:
        taken: how many were taken on
        says_so: whether the page then told that too many wait (E61)
        is_kept: whether that recording is a session's all the same, byte by byte
    """

    taken: int
    says_so: bool
    is_kept: bool


class Analyst:
    """Has recordings analysed.

    Args:
        browser: that is used
        voice: a recording

    Attributes:
        done: how many analyses ended well
    """

    def __init__(self, browser: Browser, voice: bytes) -> None:
        self.done = 0
        self._browser = browser
        self._voice = voice

    async def work(self) -> None:
        """Have one recording after the other analysed and drawn, until cancelled."""
        while True:
            with contextlib.suppress(ActionFailed):
                async with self._browser.at_page() as page:
                    await self._open_own_patient(page)
                    while True:
                        await self._analyse(page)

    async def _analyse(self, page: GradioPage) -> None:
        problem = await self._begin(page)
        if problem:
            self._browser.notes.fail("begin an analysis", problem)
        state = await self._ending(_session_of(page))
        if state != "done":
            self._browser.notes.fail("analysis", state)
        self.done += 1

    async def crowd(self) -> Crowd:
        """Begin analyses until the app takes on no more, then take them all back."""
        async with self._browser.at_page() as page:
            await self._open_own_patient(page)
            taken, problem = 0, await self._begin(page)
            while not problem and taken < _MOST:
                taken, problem = taken + 1, await self._begin(page)
            kept = await self._browser.get(f"/sessions/{_session_of(page)}/recording")
            for job in (await self._browser.get("/jobs")).json()["jobs"]:
                await self._browser.post(f"/jobs/{job['id']}/cancel")
        return Crowd(taken, "E61" in problem, kept.content == self._voice)

    async def _open_own_patient(self, page: GradioPage) -> None:
        page.enter("patient-search", self._browser.code)
        await page.trigger("patient-search", "change")
        patient = _PATIENT.findall(page.shown("patients"))[0]
        await page.trigger("patients", "open_patient", patient_id=patient)

    async def _begin(self, page: GradioPage) -> str:
        """Have another recording analysed; returns why not, empty where it is."""
        async with self._browser.notes.timed("upload"):
            answer = await self._browser.post("/recordings?suffix=.ogg", self._voice)
        async with self._browser.notes.timed("begin an analysis"):
            await page.trigger("recorder", "held", id=answer.json()["id"])
            await page.trigger("analyse", "click")
        return page.shown("session-problem")

    async def _ending(self, session_id: str) -> str:
        """How an analysis ended."""
        while True:
            await asyncio.sleep(_PACE)
            jobs = [job for job in self._browser.jobs if job["session_id"] == session_id]
            if jobs and jobs[-1]["has_ended"]:
                return jobs[-1]["state"]


def _session_of(page: GradioPage) -> str:
    """Id of the session whose analysis the page shows."""
    return _SESSION.findall(page.shown("progress"))[0]
