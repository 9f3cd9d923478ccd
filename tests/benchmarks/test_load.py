"""What the figures of the load mean."""

import pytest

from benchmarks.load.analyst import Crowd
from benchmarks.load.measuring import LOOK, Growth, Look, Notes, growth
from benchmarks.load.report import figures, is_missed, table

FINE = Crowd(taken=16, says_so=True, is_kept=True)


def test_what_comes_and_goes_is_no_growth_and_what_stays_is():
    minutes = [look / 6 for look in range(60 * 6)]
    analysing = [300.0 * (look % 5 > 1) for look in range(60 * 6)]
    steady = growth(minutes, [900 + more for more in analysing])
    leaking = growth(
        minutes, [900 + 2 * minute + more for minute, more in zip(minutes, analysing, strict=True)]
    )
    assert steady == Growth(pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))
    assert leaking == Growth(pytest.approx(120, rel=0.01), pytest.approx(60, rel=0.02))


def test_of_a_short_time_nobody_says_whether_anything_grew():
    assert growth([0.0, 1.0, 2.0], [1.0, 2.0, 3.0]) is None


def noted(seconds: float = 0.1, growing: float = 0.0, failure: str = "") -> Notes:
    notes = Notes()
    notes.seconds["search"] = [seconds] * 100
    notes.looks = [Look(minute, 900 + growing * minute, 40) for minute in range(20)]
    notes.failures += [failure] if failure else []
    return notes


@pytest.mark.parametrize(
    ("notes", "crowd", "is_bad"),
    [
        (noted(), FINE, False),
        (noted(seconds=1.1), FINE, True),
        (noted(growing=10.0), FINE, True),
        (noted(failure="search: 500"), FINE, True),
        (noted(), Crowd(16, says_so=False, is_kept=True), True),
        (noted(), Crowd(16, says_so=True, is_kept=False), True),
    ],
)
def test_a_bar_is_missed_by_slowness_growth_failures_or_a_silent_queue(notes, crowd, is_bad):
    assert is_missed(notes, crowd) == is_bad


def test_the_figures_are_those_of_the_notes():
    found = figures(noted(seconds=0.25, growing=10.0))
    assert (found["actions"], found["p95"], found["max"]) == (100, 0.25, 0.25)
    assert found["mib_per_hour"] == pytest.approx(600)
    notes = noted(seconds=0.25)
    notes.seconds[LOOK] = [0.01] * 900  # by pages, for which nobody waits
    assert (figures(notes)["actions"], figures(notes)["p50"]) == (100, 0.25)
    assert "search" in table(noted()) and "E61" in table(noted(failure="analysis: E61"))
