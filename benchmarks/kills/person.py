"""What somebody does at the app until it dies, noting what it acknowledged."""

import re
import time
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import numpy as np

from benchmarks.kills.ledger import RATE, Ledger, mark, wav_of
from benchmarks.kills.lives import Dead, Life
from benchmarks.kills.page import Page, Refused

_PIECE: Final = RATE  # bytes of a take that are sent at once, half a second
_WAITING: Final = 4  # recordings saved before somebody waits for their results
_ID: Final = "([0-9a-f-]{36})"
_PACE: Final = 0.02  # s between two looks at the jobs


class Person:
    """Somebody at one page.

    Args:
        page: of the app
        life: of the app, to be asked for backups
        ledger: where it is noted what was acknowledged
        voice: 16-bit samples that recordings are cut from
        rng: decides where
    """

    def __init__(
        self, page: Page, life: Life, ledger: Ledger, voice: np.ndarray, rng: np.random.Generator
    ) -> None:
        self.doing = "idle"
        self._page = page
        self._life = life
        self._ledger = ledger
        self._voice = voice
        self._rng = rng
        self._open: str | None = None
        self._ready: list[str] = []

    @property
    def deeds(self) -> dict[str, tuple[Callable[[], object], Callable[[], None]]]:
        """By phase: what is made ready, and what is then done over and over again."""
        return {
            "upload": (self.patient, self.upload_one),
            "recording": (self.patient, self.record_one),
            "save": (self.make_ready, self.save_one),
            "analysis": (self.make_ready, self.analyse_one),
            "backup": (self.make_one, self.back_up),
            "erase": (self.make_two, self.erase_one),
        }

    def upload_one(self) -> None:
        """Send a file."""
        self.doing = "upload"
        samples = self._samples()
        content = wav_of(samples)
        answer = self._page.ask("POST", "/recordings?suffix=.wav", content=content)
        recording_id = answer.json()["id"]
        self._ledger.uploads[recording_id] = mark(samples)
        self._ready.append(recording_id)

    def record_one(self) -> None:
        """Send a take piece by piece."""
        self.doing = "recording"
        samples = self._samples()
        take_id = self._page.ask("POST", f"/takes?sample_rate={RATE}").json()["id"]
        for start in range(0, len(samples), _PIECE):
            piece = samples[start : start + _PIECE]
            address = f"/takes/{take_id}/pieces?offset={start}"
            safe = self._page.ask("POST", address, content=piece).json()["safe"]
            self._ledger.takes[take_id] = samples[:safe]
        self._page.ask("POST", f"/takes/{take_id}/finish")
        self._ledger.finished.add(take_id)
        self._ready.append(take_id)

    def make_ready(self) -> None:
        """Have a patient open, and recordings to be saved."""
        self.patient()
        for make in [self.upload_one, self.record_one] * (_WAITING // 2):
            make()

    def save_one(self) -> None:
        """Save a recording as a session, which begins its analysis."""
        if not self._ready:
            self.idle()
            self.make_ready()
        self.doing = "save"
        patient_id, recording_id = self.patient(), self._ready.pop()
        samples = self._ledger.takes.get(recording_id)
        known = self._ledger.uploads.get(recording_id) or mark(samples or b"")
        self._page.do("recorder", "held", id=recording_id)
        self._ledger.asked[recording_id] = known
        entered = {"recorded-on": str(date.today())}
        session_id = _found("data-session", self._page.do("analyse", "click", entered))
        self._ledger.sessions[session_id] = (patient_id, known)
        for waiting in (self._ledger.asked, self._ledger.uploads, self._ledger.takes):
            waiting.pop(recording_id, None)

    def analyse_one(self) -> None:
        """Save a recording, and wait for result and video."""
        self.save_one()
        self.doing = "analysis"
        self.idle()

    def make_one(self) -> None:
        """Have a session with a result."""
        self.patient()
        self.analyse_one()

    def make_two(self) -> None:
        """Have sessions, of which some may be worked on."""
        self.make_one()
        self.save_one()

    def back_up(self) -> None:
        """Have everything backed up, by the command for it."""
        self.doing = "backup"
        target = self._life.data.parent / f"backup-{self._rng.integers(2**40)}"
        self._ledger.backups[target] = False
        code = self._life.back_up(target)
        if code != 0:
            raise Refused(f"the backup ended with {code}")
        self._ledger.backups[target] = True

    def erase_one(self) -> None:
        """Erase a session, or the patient with all that are left."""
        patient_id = self.patient()
        sessions = self._ledger.sessions_of(patient_id)
        if not sessions:
            self.save_one()
            return
        self.doing = "erase"
        if self._rng.random() < 0.5:
            self._erase_session(sessions[0])
        else:
            self.erase_patient(patient_id)

    def _erase_session(self, session_id: str) -> None:
        self._page.do("patients", "erase_session", session_id=session_id)
        del self._ledger.sessions[session_id]
        self._page.do("erase-session", "click")
        self._ledger.gone.add(session_id)

    def erase_patient(self, patient_id: str) -> None:
        """Erase a patient with everything."""
        self._page.open_patient(patient_id)
        self._page.do("remove-patient", "click")
        sessions = self._ledger.sessions_of(patient_id)
        code = self._ledger.forget_patient(patient_id)
        self._page.do("erase-patient", "click", {"erase-code": code})
        self._ledger.gone.update((patient_id, *sessions))
        self._open = None

    def patient(self) -> str:
        """Id of the open patient; opens one, or adds one."""
        if self._open is None:
            self._open = next(reversed(self._ledger.patients), None) or self._add_patient()
            self._page.open_patient(self._open)
        return self._open

    def _add_patient(self) -> str:
        code = f"K-{self._rng.integers(2**40)}"
        entered = {"patient-code": code, "consent-given": date.today().isoformat()}
        # Others may be listed, too: those who were to be erased when the app died.
        rows = _text(self._page.do("save-patient", "click", entered)).split("<tr ")
        patient_id = _found("data-patient", [each for each in rows if code in each])
        self._ledger.patients[patient_id] = code
        return patient_id

    def idle(self) -> int:
        """Wait until nothing is analysed or drawn any more; how many jobs there were."""
        while True:
            jobs: list[dict[str, Any]] = self._page.ask("GET", "/jobs").json()["jobs"]
            if all(job["has_ended"] for job in jobs):
                return len(jobs)
            if not self._life.is_alive():
                raise Dead
            time.sleep(_PACE)

    def _samples(self) -> bytes:
        """A few seconds of the voice, unlike any others."""
        length = int(self._rng.integers(2 * RATE, 4 * RATE))
        start = int(self._rng.integers(len(self._voice) - length))
        noise = self._rng.integers(-3, 4, length)
        return (self._voice[start : start + length] + noise).astype("<i2").tobytes()


def _text(renewed: list[Any]) -> str:
    """What was renewed of the page, as far as it is text."""
    return "".join(each for each in renewed if isinstance(each, str))


def _found(name: str, renewed: list[Any]) -> str:
    """An id in what was renewed of the page."""
    found = re.search(f"{name}='{_ID}'", _text(renewed))
    if found is None:
        raise Refused(f"no {name} in what was renewed")
    return found[1]
