"""Who did what to what, and when: lines that are only ever added, each bound to the one before.

A line holds ids alone, nothing of a patient. Its hash covers its content and the hash before it, so
that a line cannot be changed, taken out or put in without all later hashes being wrong. The last
hashes also stand in a file beside the database, the anchor: whoever cuts off the end, or writes the
whole chain anew, would have to change that too. A copy of it kept elsewhere finds even this.
"""

import enum
import hashlib
import json
import logging
import os
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.orm import Session as Unit

from storage.account_models import Event
from storage.database import Database

GENESIS = "0" * 64
ANCHOR = "audit.anchor"
AGAIN = timedelta(minutes=10)  # the same look or refusal within it is one line
_ANCHORED = re.compile(r"(\d{1,18}) ([0-9a-f]{64})")  # a line of the anchor
_ID = re.compile(r"[0-9a-zA-Z-]{1,60}")
_MOST_REMEMBERED = 4_096

log = logging.getLogger(__name__)


class Action(enum.StrEnum):
    """What was done."""

    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    EXPORT = "export"
    ERASE = "erase"
    SHARE = "share"
    CONSENT = "consent"
    WITHDRAWAL = "withdrawal"
    RETENTION = "retention"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    REFUSAL = "refusal"


def now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


def chained(previous: str, row: Event) -> str:
    """Hash of a line and of the one before."""
    content = [row.number, row.at, row.account_id, row.action, row.subject, row.detail, previous]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def read_anchor(anchor: Path) -> tuple[dict[int, str], bool]:
    """Hashes by the number of their line, as the anchor has them, and whether it is undamaged."""
    try:
        lines = anchor.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}, True
    except UnicodeDecodeError:
        return {}, False
    found = [_ANCHORED.fullmatch(line) for line in lines]
    # The last line may be half written, after a power cut.
    return {int(each[1]): each[2] for each in found if each}, all(found[:-1])


class AuditLog:
    """Adds lines.

    Args:
        database: that holds them
        anchor: file for the last hashes
        clock: tells the moment
    """

    def __init__(
        self, database: Database, anchor: Path, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._anchor = anchor
        self._clock = clock
        self._lock = threading.Lock()
        self._lately: dict[tuple[str, str, str, str], datetime] = {}

    def add(
        self, unit: Unit, account_id: str | None, action: Action, subject: str, detail: str = ""
    ) -> None:
        """Add a line within a change, so that there is never one without the other.

        Args:
            unit: the change
            account_id: who; None for a stranger
            action: what was done
            subject: id of what it was done to
            detail: a word of ours, such as an error's code
        """
        unit.flush()
        last = unit.execute(
            select(Event.number, Event.hash).order_by(Event.number.desc()).limit(1)
        ).first()
        number, previous = last or (0, GENESIS)
        row = Event(
            number=number + 1,
            at=self._clock().isoformat(timespec="microseconds"),
            account_id=account_id or "",
            action=str(action),
            # What a stranger asked for may be anything, also a name.
            subject=subject if _ID.fullmatch(subject) else "",
            detail=detail,
            previous=previous,
        )
        row.hash = chained(previous, row)
        unit.add(row)
        unit.flush()
        line = f"{row.number} {row.hash}\n"
        event.listen(unit, "after_commit", lambda _: self._put_down(line), once=True)

    def note(self, account_id: str | None, action: Action, subject: str, detail: str = "") -> None:
        """Add a line of its own, unless the same was noted within the last minutes."""
        if self._is_new((account_id or "", str(action), subject, detail)):
            self.record(account_id, action, subject, detail)

    def record(
        self, account_id: str | None, action: Action, subject: str, detail: str = ""
    ) -> None:
        """Add a line of its own."""
        with self._database.writing() as unit:
            self.add(unit, account_id, action, subject, detail)

    def has_what_is_anchored(self) -> bool:
        """Whether the last line that the anchor vouches for is in the log, or there is no such."""
        anchored = read_anchor(self._anchor)[0]
        if not anchored:
            return True
        last = max(anchored)
        with self._database.reading() as unit:
            found = unit.scalar(select(Event.hash).where(Event.number == last))
        return found == anchored[last]

    def _is_new(self, key: tuple[str, str, str, str]) -> bool:
        moment = self._clock()
        with self._lock:
            before = self._lately.get(key)
            if before is not None and moment - before < AGAIN:
                return False
            if len(self._lately) >= _MOST_REMEMBERED:
                self._lately.clear()
            self._lately[key] = moment
            return True

    def _put_down(self, line: str) -> None:
        """Add to the anchor; the line itself is safe, so a full disk is no reason to fail."""
        try:
            descriptor = os.open(self._anchor, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            log.warning("The anchor of the audit log could not be written: %s", error.strerror)
