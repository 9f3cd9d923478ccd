"""What a patient's entries about consent amount to on a day.

Entries are only ever added. Of those that have begun by a day, the one written down last counts: so
a later entry corrects an earlier one from its own first day on, and what held before stays as it
was. Nobody else decides whether a consent holds.
"""

import enum
from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Scope(enum.StrEnum):
    """What a consent is to; each is enforced where it is asked for.

    ANALYSIS: recordings are kept and analysed. RESEARCH: researchers whom the patient is shared
    with see the figures, without what tells whose they are.
    """

    ANALYSIS = "analysis"
    RESEARCH = "research"


class Entry(Protocol):
    """The part of an entry that this module reads: `given_on` or `withdrawn_on` is known."""

    scope: Scope
    given_on: date | None
    expires_on: date | None
    withdrawn_on: date | None

    @property
    def first_day(self) -> date:
        """From which on it counts."""


Written = TypeVar("Written", bound=Entry)


def counting(entries: Iterable[Written], scope: Scope, on: date) -> Written | None:
    """The entry that counts on a day; where none has begun yet, the one that will.

    Args:
        entries: of one patient, in the order in which they were written down
        scope: what is asked for
        on: day
    """
    own = [entry for entry in entries if entry.scope is scope]
    begun = [entry for entry in own if entry.first_day <= on]
    candidates = begun or own
    return candidates[-1] if candidates else None


def holds(entry: Entry | None, on: date) -> bool:
    """Whether an entry that counts is a consent that holds on a day, its last one included."""
    if entry is None or entry.given_on is None:
        return False
    return entry.given_on <= on <= (entry.expires_on or date.max)
