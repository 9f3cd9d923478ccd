"""Finding what was changed in the audit log, taken out of it or cut off its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, select

from storage.account_models import Event
from storage.audit import GENESIS, Action, chained, read_anchor
from storage.database import Database

_TRIGGERS = {"events_refuse_update", "events_refuse_delete", "events_refuse_replace"}


@dataclass(frozen=True)
class AuditReport:
    """What was found.

    Attributes:
        lines: there are
        anchored: number of the last line that the anchor vouches for; 0 where there is none
        erased: patients whose erasing is in it
        findings: sentences; empty when nothing is wrong
    """

    lines: int
    anchored: int
    erased: int
    findings: tuple[str, ...]


def check(database: Database, anchor: Path) -> AuditReport:
    """Recompute the chain and compare it with the anchor.

    Args:
        database: that holds the lines
        anchor: file beside it, or a copy that was kept elsewhere
    """
    findings: list[str] = []
    kept, is_whole = read_anchor(anchor)
    if not is_whole:
        findings.append("The anchor is damaged.")
    with database.reading() as unit:
        if _TRIGGERS - database.triggers():
            findings.append("What refuses changes of the log was taken out of the database.")
        hashes = _chain(unit.scalars(select(Event).order_by(Event.number)), findings)
        erased = len(unit.scalars(tombstones()).all())
    last = max(hashes, default=0)
    if hashes and not kept:
        findings.append("The anchor is missing, so a cut-off end could not be found.")
    if kept and min(kept) > 1:
        # Nothing is ever taken out of it.
        findings.append(
            f"The anchor says nothing of the lines before {min(kept)}: it was lost, or could not "
            "be written when they were."
        )
    for number, hash_ in sorted(kept.items()):
        if number > last:
            findings.append(f"Lines {last + 1} to {max(kept)} were cut off.")
            break
        if hashes.get(number) not in (None, hash_):
            findings.append(f"From line {number} or before, the log was written anew.")
            break
    return AuditReport(len(hashes), max(kept, default=0), erased, tuple(findings))


def tombstones() -> Select[Event]:
    """The lines that say of a patient's random id who erased it and when; nothing else is left."""
    return select(Event).where(Event.action == Action.ERASE, Event.detail == "patient")


def _chain(rows: Iterable[Event], findings: list[str]) -> dict[int, str]:
    """Hashes by number; says which lines do not fit."""
    hashes: dict[int, str] = {}
    expected, previous = 1, GENESIS
    for row in rows:
        if row.number != expected:
            gone = (
                f"{expected}" if row.number == expected + 1 else f"{expected} to {row.number - 1}"
            )
            findings.append(f"Missing: line {gone}.")
        elif row.previous != previous:
            findings.append(f"Line {row.number} does not follow the one before.")
        if row.hash != chained(row.previous, row):
            findings.append(f"Line {row.number} was changed.")
        hashes[row.number] = row.hash
        expected, previous = row.number + 1, row.hash
    return hashes
