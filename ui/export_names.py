"""What downloaded files are called: whose they are by code, never by name."""

import re

from storage.models import Run, Session


def download_name(session: Session, run: Run | None, name: str) -> str:
    """A file name such as P-0417_session3_2026-11-19_run2_windows.csv.

    Args:
        session: that the file is from
        run: that made it; none for the recording itself
        name: of the file's kind
    """
    code = session.patient.code if session.patient else "unsaved"
    parts = [code, session.recorded_on.isoformat()]
    if session.number is not None:
        parts.insert(1, f"session{session.number}")
    if run is not None:
        parts.append(f"run{run.number}")
    return safe_name(*parts, name)


def safe_name(*parts: str) -> str:
    """A file name of several parts: a code may hold anything a person types, a name must not."""
    return "_".join(re.sub(r"[^\w.-]", "-", part) for part in parts)
