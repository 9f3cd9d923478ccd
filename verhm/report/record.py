"""Whose recording an analysis is of, and what is known of it besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from verhm.annotations import Annotation
from verhm.change import Comparison
from verhm.report.trends import Band, TrendPoint


@dataclass(frozen=True, eq=False)
class Record:
    """A recording's place in the records; all but its title may be unknown.

    Attributes:
        title: whose recording, and which: "P-0417 · Session 3, run 1", or a file's name
        code: of the person; empty where nobody is known
        patient_id, session_id, run_id: by which the records know them; they never change
        day: it was recorded on
        phq9, gad7: totals as entered
        facts: what else was entered about it, as pairs of a name and words
        note: of the session, where it is to be read
        notice: what has to be said of it on every page; empty where nothing has
        annotations: what a clinician said of stretches of it
        comparison: with the person's usual sessions, or why there is none
        band: where unchanged sessions lie, where it is compared
        sessions: all of the person's, each by its latest run, the oldest first
        is_listed: whether `sessions` has this run, and no later one of its session
        events: medication and life events in the order of time, as pairs of kind with days, words
    """

    title: str
    code: str = ""
    patient_id: str = ""
    session_id: str = ""
    run_id: str = ""
    day: date | None = None
    phq9: int | None = None
    gad7: int | None = None
    facts: Sequence[tuple[str, str]] = ()
    note: str = ""
    notice: str = ""
    annotations: Sequence[Annotation] = ()
    comparison: Comparison | str = ""
    band: Band | None = None
    sessions: Sequence[TrendPoint] = ()
    is_listed: bool = False
    events: Sequence[tuple[str, str]] = ()

    @property
    def listed(self) -> TrendPoint | None:
        """This recording among the person's sessions."""
        found = (each for each in self.sessions if each.session_id == self.session_id)
        return next(found, None) if self.is_listed else None
