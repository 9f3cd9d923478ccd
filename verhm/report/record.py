"""Whose recording an analysis is of, and what is known of it besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from verhm.annotations import Annotation
from verhm.change import Comparison
from verhm.report.trends import TrendPoint


@dataclass(frozen=True, eq=False)
class Record:
    """A recording's place in the records; all but its title may be unknown.

    Attributes:
        title: whose recording, and which: "P-0417 · Session 3", or a file's name
        code: of the person; empty where nobody is known
        day: it was recorded on
        facts: what was entered about it, as pairs of a name and words
        notice: what has to be said of it on every page; empty where nothing has
        annotations: what a clinician said of stretches of it
        comparison: with the person's usual sessions, or why there is none
        sessions: all of the person's, the oldest first
        session_id: which of them this is
        events: medication and life events in the order of time, as pairs of kind with days, words
    """

    title: str
    code: str = ""
    day: date | None = None
    facts: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    annotations: Sequence[Annotation] = ()
    comparison: Comparison | str = ""
    sessions: Sequence[TrendPoint] = ()
    session_id: str = ""
    events: Sequence[tuple[str, str]] = ()

    @property
    def session(self) -> TrendPoint | None:
        """This one among the person's sessions."""
        found = (each for each in self.sessions if each.session_id == self.session_id)
        return next(found, None)
