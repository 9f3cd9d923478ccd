"""What is measured while the app is used, and what it comes to."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import httpx
import numpy as np

from benchmarks.load.gradio_page import PageError
from benchmarks.memory import held_mib

PACE: Final = 10.0  # s between two looks at the process
SLOWEST: Final = 1.0  # s that 95 % of all actions may take
LOOK: Final = "look at the analyses"  # what pages do by themselves: nobody waits for it
# MiB that the app may have grown by within the second half, and files it may have left open: less
# than this comes and goes with what is being analysed.
MOST_GROWTH: Final = 64.0
MOST_FILES: Final = 16.0
_SHORTEST: Final = 3.0  # min of which a growth says something


@dataclass(frozen=True)
class Look:
    """The app's processes at a moment.

    Attributes:
        minute: since the beginning
        mib: held by all of them, shared pages once
        files: open in the server
    """

    minute: float
    mib: float
    files: int


class ActionFailed(Exception):
    """An action came to nothing; it is noted already."""


class Notes:
    """What was measured.

    Attributes:
        seconds: that actions took, by kind
        failures: kind of action and what went wrong
        looks: at the processes
    """

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.failures: list[str] = []
        self.looks: list[Look] = []

    @contextlib.asynccontextmanager
    async def timed(self, kind: str) -> AsyncIterator[None]:
        """Measure an action; raises `ActionFailed` when it fails, and notes why."""
        start = time.perf_counter()
        try:
            yield
        except (PageError, httpx.HTTPError, LookupError) as error:
            self.fail(kind, f"{type(error).__name__} {error}")
        self.seconds.setdefault(kind, []).append(time.perf_counter() - start)

    def fail(self, kind: str, why: str) -> NoReturn:
        """Note that an action failed; raises `ActionFailed`."""
        self.failures.append(f"{kind}: {why}")
        raise ActionFailed

    async def watch(self, pid: int) -> None:
        """Look at the app's processes, until cancelled."""
        start = time.monotonic()
        while True:
            mib = await asyncio.to_thread(held_mib, pid)
            files = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
            self.looks.append(Look((time.monotonic() - start) / 60, mib, files))
            await asyncio.sleep(PACE)


@dataclass(frozen=True)
class Growth:
    """How something grew within the second half of the time.

    Attributes:
        per_hour: slope of a line through the least of each minute
        within: what that comes to in the second half itself
    """

    per_hour: float
    within: float


def growth(minutes: list[float], amounts: list[float]) -> Growth | None:
    """How an amount grew in the second half.

    What an analysis takes comes and goes; what is never given back lifts the least of each minute.

    Args:
        minutes: when it was looked at, since the beginning
        amounts: that there were

    Returns:
        the growth, or None where the time is too short to tell
    """
    when, amount = np.array(minutes), np.array(amounts)
    is_late = when >= when[-1] / 2
    whole = np.floor(when[is_late]).astype(int)
    span = float(when[-1] / 2)
    if span < _SHORTEST:
        return None
    floors = [amount[is_late][whole == minute].min() for minute in np.unique(whole)]
    slope = float(np.polyfit(np.unique(whole), floors, 1)[0])
    return Growth(60 * slope, span * slope)


def percentiles(seconds: list[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and maximum."""
    median, late = np.percentile(seconds, (50, 95))
    return float(median), float(late), max(seconds)
