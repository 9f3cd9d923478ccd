"""What the name of a file in the intake says: of whose voice it is, and how a take was made.

    ID[-RATE[-BEGUN]][_PATIENT].SUFFIX

A rate has only what was made in the browser. The name is part of what a sealed file is sealed with,
so that nobody can hand one patient's voice to another by renaming it. Files from before names said
so have neither beginning nor patient.
"""

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(
    r"[0-9a-f]{32}(?:-(?P<rate>[0-9]+)(?:-(?P<begun>[0-9]+))?)?(?:_(?P<patient>[0-9a-f-]{36}))?"
)


def stem_of_upload(recording_id: str, patient_id: str | None) -> str:
    """The name of an uploaded file, without its suffix."""
    return recording_id if patient_id is None else f"{recording_id}_{uuid.UUID(patient_id)}"


def stem_of_take(take_id: str, sample_rate: int, begun: float, patient_id: str | None) -> str:
    """The name of a take, without its suffix.

    Args:
        take_id: of the take
        sample_rate: in Hz
        begun: when, in seconds since 1970
        patient_id: whose voice it is; None where nobody was open
    """
    stem = f"{take_id}-{sample_rate}-{int(begun)}"
    return stem if patient_id is None else f"{stem}_{uuid.UUID(patient_id)}"


def is_take(path: Path) -> bool:
    """Whether it was made in the browser; what a broken sealing left behind beside it was not."""
    return len(path.suffixes) == 1 and _part(path, "rate") is not None


def rate_of(path: Path) -> int:
    """Samples per second of a take."""
    return int(_part(path, "rate") or 0)


def begun_at(path: Path) -> datetime | None:
    """When a take was begun; None of other files, and where its name does not say so."""
    begun = _part(path, "begun")
    return None if begun is None else datetime.fromtimestamp(int(begun), UTC)


def patient_of(path: Path) -> str | None:
    """Id of the patient whose voice it is; None where its name does not say so."""
    return _part(path, "patient")


def _part(path: Path, name: str) -> str | None:
    found = _NAME.fullmatch(path.name.partition(".")[0])
    return found[name] if found else None
