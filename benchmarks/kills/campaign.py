"""One life after the other over the same folder, each ended by a kill, each looked at."""

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import numpy as np

from benchmarks.kills import checks
from benchmarks.kills.ledger import RATE, Ledger
from benchmarks.kills.lives import Dead, Life
from benchmarks.kills.older import make_older
from benchmarks.kills.page import NAME, RECORDS, WORDS, Page, Refused
from benchmarks.kills.person import Person
from storage.repository import open_accounts
from storage.safe import Safe
from storage.stretching import Stretching
from storage.whereabouts import DATABASE
from verhm.audio.media import decode

# How often each phase is meant to be hit.
PHASES: Final = {
    "start": 0.10,
    "migration": 0.06,
    "upload": 0.12,
    "recording": 0.14,
    "save": 0.16,
    "analysis": 0.20,
    "backup": 0.10,
    "erase": 0.12,
}
_VOICE: Final = Path(__file__).parents[2] / "ui" / "assets" / "demonstration" / "voice.ogg"
_LATEST: Final = 1.3  # times as long as a deed last took, a kill comes at the latest
_USUALLY: Final = 0.5  # s that a deed is thought to take before one was timed
_MOST_SESSIONS: Final = 12  # that are kept from life to life
_QUICK: Final = Stretching(memory=64, iterations=1, lanes=1)


@dataclass(frozen=True)
class Plan:
    """A life to be ended.

    Attributes:
        phase: of PHASES, in which the kill is meant to come
        is_true: whether it is a life of `app.py`
        moment: when it comes, in [0, 1): a share of about as long as a deed of the phase takes
    """

    phase: str
    is_true: bool
    moment: float


@dataclass
class Outcome:
    """What became of all lives.

    Attributes:
        kills: how many, by whether the life was a true one and what it was doing
        violations: what was found, by what was done before
        resumed: jobs that a start went on with
        seconds: it took
    """

    kills: Counter[tuple[bool, str]] = field(default_factory=Counter)
    violations: list[tuple[str, str]] = field(default_factory=list)
    resumed: int = 0
    seconds: float = 0.0


def plans(kills: int, seed: int, true_every: int) -> list[Plan]:
    """The lives of a campaign; the same for the same seed.

    Args:
        kills: how many
        seed: decides all of them
        true_every: each so many is a life of `app.py`; 0 for none
    """
    rng = np.random.default_rng(seed)
    phases = rng.choice(list(PHASES), size=kills, p=list(PHASES.values()))
    moments = rng.random(kills)
    return [
        Plan(str(phase), bool(true_every) and number % true_every == 0, float(moment))
        for number, (phase, moment) in enumerate(zip(phases, moments, strict=True), 1)
    ]


class Campaign:
    """A data folder that goes through life after life.

    Args:
        folder: empty; for the data folder and what lies beside it
        seed: decides what is recorded
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.outcome = Outcome()
        self._folder = folder
        self._data = folder / "data"
        self._rng = np.random.default_rng([seed, 1])
        self._ledger = Ledger()
        self._cookies = httpx.Cookies()
        self._lasted: dict[tuple[bool, str], float] = {}
        self._before = "nothing"
        sound = decode(_VOICE).waveform.samples
        self._voice = np.round(sound * 0.9 * 2**15).astype(np.int32)
        self._data.mkdir()
        safe = Safe(self._data)
        self._vault = safe.make(RECORDS, _QUICK)
        with closing(safe.open(self._vault)) as repository:
            open_accounts(repository).create_first(NAME, WORDS)
        self._older = make_older(folder / "older", self._voice[: 2 * RATE].astype("<i2").tobytes())

    def run(self, lives: Iterable[Plan], seconds: float = float("inf")) -> Outcome:
        """Live them all, or as many as there is time for, and look at what is left."""
        begun = time.monotonic()
        try:
            for plan in lives:
                if time.monotonic() - begun > seconds:
                    break
                self._live(plan)
                self._look_after_kill()
            with Life(self._data, is_true=False) as life:
                self._enter(life)
        except (Dead, Refused) as error:
            self._note(iter([f"the app does not go on: {error!r}"]))
        self.outcome.seconds = time.monotonic() - begun
        return self.outcome

    def _live(self, plan: Plan) -> None:
        if plan.phase == "migration":
            self._migrate(plan)
            return
        die = self._die_at_start if plan.phase == "start" else self._die_at_work
        with Life(self._data, plan.is_true) as life:
            self._count(plan, die(life, plan))

    def _count(self, plan: Plan, doing: str) -> None:
        self._before = doing
        self.outcome.kills[plan.is_true, doing] += 1

    def _die_at_start(self, life: Life, plan: Plan) -> str:
        with life.killed_after(self._delay(plan)):
            try:
                life.wait()
            except Dead:
                return plan.phase
        return "idle"

    def _die_at_work(self, life: Life, plan: Plan) -> str:
        person = self._enter(life)
        prepare, deed = person.deeds[plan.phase]
        prepare()
        with life.killed_after(self._delay(plan)):
            try:
                while True:
                    begun = time.monotonic()
                    deed()
                    self._lasted[plan.is_true, plan.phase] = time.monotonic() - begun
            except (Dead, httpx.TransportError):
                pass
            except Refused as error:
                self._note(iter([f"{person.doing} was refused: {error}"]))
        return person.doing

    def _delay(self, plan: Plan) -> float:
        usually = self._lasted.get((plan.is_true, plan.phase), _USUALLY)
        return plan.moment * _LATEST * usually

    def _migrate(self, plan: Plan) -> None:
        """Kill a start over a folder of the first version, and look at what the next one makes."""
        data = self._folder / "migrated" / "data"
        shutil.copytree(self._folder / "older", data)
        with Life(data, plan.is_true) as life:
            self._count(plan, self._die_at_start(life, plan))
        with Life(data, is_true=False) as life:
            self._lasted[False, plan.phase] = life.wait()
            self._look_at_migrated(data)
        shutil.rmtree(data.parent)

    def _look_at_migrated(self, data: Path) -> None:
        with checks.opened(data, Safe(data).keys.unlock(RECORDS)) as repository:
            seen = checks.look(repository)
            self._note(checks.broken_promises(seen, self._older))
            self._note(checks.damage(repository, data / checks.SEALED, seen))
            self._note(checks.left_over(repository, data, self._older))
        self._note(
            f"left unencrypted: {name}" for name in (DATABASE, "media") if (data / name).exists()
        )

    def _look_after_kill(self) -> None:
        """What only the moment before the next start can tell."""
        self._note(checks.lost_uploads(self._data, self._vault, self._ledger))
        self._ledger.uploads.clear()
        self._note(checks.bad_backups(self._data, self._vault, self._ledger))

    def _enter(self, life: Life) -> Person:
        """Wait until the app answers, look at everything, and make room."""
        self._lasted[life.is_true, "start"] = life.wait()
        page = Page(life.url, self._cookies)
        self._cookies = page.cookies
        person = Person(page, life, self._ledger, self._voice, self._rng)
        self.outcome.resumed += person.idle()
        with checks.opened(self._data, self._vault) as repository:
            seen = checks.look(repository)
            self._note(checks.lost_takes(page, self._ledger, seen))
            self._note(checks.broken_promises(seen, self._ledger))
            self._note(checks.damage(repository, self._data / checks.SEALED, seen))
            self._note(checks.left_over(repository, self._data, self._ledger))
        self._ledger.asked.clear()
        if len(self._ledger.sessions) > _MOST_SESSIONS:
            for patient_id in list(self._ledger.patients):
                person.erase_patient(patient_id)
        return person

    def _note(self, found: Iterator[str]) -> None:
        self.outcome.violations += [(self._before, each) for each in found]
