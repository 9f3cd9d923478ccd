"""Whether a patient's last session differs from the baseline by more than measurement error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from storage.details import SessionFigures
from ui.grade import grade

BASELINE_SIZE = 3  # sessions


@dataclass(frozen=True)
class Change:
    """The change that is largest relative to its error.

    Attributes:
        label: the emotion whose share changed
        points: percentage points of analysed time, last session minus baseline
        error: percentage points that measurement error alone may make (MDC95)
    """

    label: str
    points: float
    error: float

    @property
    def exceeds_error(self) -> bool:
        """Whether it is larger than measurement error."""
        return abs(self.points) > self.error


def change_from_baseline(figures: Sequence[SessionFigures]) -> Change | str:
    """Compare the last session with the mean of the first three like it.

    Only sessions of one model and one task are compared. The error is the minimal detectable
    change (Jacobson & Truax 1991, doi:10.1037/0022-006X.59.1.12): 1.96 · √2 · SEM, where SEM is the
    largest of the spread of the baseline sessions, their own standard error, and the last
    session's: a share of a short session is known no better than its interval says.

    Args:
        figures: of one patient's sessions, the oldest first

    Returns:
        the change, or why there is none, as words for the list
    """
    if not figures:
        return "No result yet"
    last, earlier = figures[-1], figures[:-1]
    if grade(last.quality, last.summary) == "Poor":
        return "Quality too low to compare"
    if last.summary.withheld:
        return "No summary to compare"
    alike = [each for each in earlier if _same_model(each, last) and not each.summary.withheld]
    baseline = [each for each in alike if each.task == last.task][:BASELINE_SIZE]
    if len(baseline) < BASELINE_SIZE:
        if len(alike) >= BASELINE_SIZE:
            return "Task differs from baseline"
        return f"{len(baseline) + 1} of {BASELINE_SIZE + 1} comparable sessions so far"
    return _largest(last, baseline)


def _same_model(one: SessionFigures, other: SessionFigures) -> bool:
    return one.model.sha256 == other.model.sha256


def _largest(last: SessionFigures, baseline: Sequence[SessionFigures]) -> Change:
    before = 100 * np.array([[share.share for share in each.summary.shares] for each in baseline])
    now = 100 * np.array([share.share for share in last.summary.shares])
    own = np.array([_standard_errors(each) for each in baseline])
    sem = np.max(
        [before.std(axis=0, ddof=1), np.sqrt(np.mean(own**2, axis=0)), _standard_errors(last)],
        axis=0,
    )
    # Half a point: an emotion that never occurred has no spread, and would make any change large.
    error = np.maximum(1.96 * math.sqrt(2) * sem, 0.5)
    points = now - before.mean(axis=0)
    index = int(np.argmax(np.abs(points) / error))
    label = last.summary.shares[index].label
    return Change(label, float(points[index]), float(error[index]))


def _standard_errors(figures: SessionFigures) -> np.ndarray:
    """(K,) standard errors of a session's shares, in points, from their 95 % intervals."""
    return np.array([100 * (s.high - s.low) / (2 * 1.96) for s in figures.summary.shares])
