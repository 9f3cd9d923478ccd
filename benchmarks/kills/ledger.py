"""What the app acknowledged, and so must never lose, nor bring back."""

import hashlib
import io
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RATE: Final = 16_000  # Hz
_HEADER: Final = 44  # bytes of a WAV file before its samples


@dataclass
class Ledger:
    """What was acknowledged up to now; a mark is the hash of a recording's samples.

    Attributes:
        uploads: mark by id, since the last start, which erases them
        takes: samples that are safe, by id
        finished: ids of the takes that were finished
        asked: mark by id of the recordings that were to be saved, without an answer yet
        patients: code by id
        sessions: patient's id and mark, by id
        gone: ids of what was erased
        backups: whether it was finished, by its folder
    """

    uploads: dict[str, str] = field(default_factory=dict)
    takes: dict[str, bytes] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    backups: dict[Path, bool] = field(default_factory=dict)

    def forget_patient(self, patient_id: str) -> str:
        """Expect nothing more of a patient who may be erased any moment; returns the code."""
        for session_id in self.sessions_of(patient_id):
            del self.sessions[session_id]
        return self.patients.pop(patient_id)

    def sessions_of(self, patient_id: str) -> list[str]:
        """Ids of a patient's sessions, the oldest first."""
        return [each for each, (owner, _) in self.sessions.items() if owner == patient_id]


def wav_of(samples: bytes) -> bytes:
    """A WAV file of 16-bit samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples)
    return file.getvalue()


def samples_of(wav: bytes) -> bytes:
    """The samples of a WAV file, of ours or of the app's."""
    return wav[_HEADER:]


def mark(samples: bytes) -> str:
    """By which a recording is known again, wherever it lies."""
    return hashlib.sha256(samples).hexdigest()
