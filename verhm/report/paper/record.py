"""What a report says besides the analysis itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from verhm.annotations import Annotation
from verhm.change import Comparison
from verhm.report.trends import TrendPoint


@dataclass(frozen=True, eq=False)
class Record:
    """A recording's place in the records; all but its title may be unknown.

    Attributes:
        title: whose recording, and which: "P-0417 · Session 3", or a file's name
        facts: what was entered about it, as pairs of a name and words
        notice: what has to be said of it on every page; empty where nothing has
        annotations: what a clinician said of stretches of it
        comparison: with the person's usual sessions, or why there is none
        sessions: all of the person's, the oldest first
        session_id: which of them this is
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    annotations: Sequence[Annotation] = ()
    comparison: Comparison | str = ""
    sessions: Sequence[TrendPoint] = ()
    session_id: str = ""
