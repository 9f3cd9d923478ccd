"""Change against baseline, with answers worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage.details import SessionFigures
from tests.factories import make_analysis
from ui.change import Change, change_from_baseline
from verhm.labels import EMOTIONS
from verhm.types import ModelId, Share


def figures(sad, day, half_width=0.0196, task="Reading", model="a", **summary):
    """A session in which the voice was sad for that share of the time, else neutral."""
    analysis = make_analysis(10.0)
    values = {label: 0.0 for label in EMOTIONS} | {"sad": sad, "neutral": 1 - sad}
    shares = tuple(Share(k, v, v - half_width, v + half_width) for k, v in values.items())
    return SessionFigures(
        session_id=str(day),
        run_id=str(day),
        recorded_on=date(2026, 1, 1) + timedelta(day),
        task=task,
        model=ModelId("m", "1", model),
        summary=replace(analysis.summary, shares=shares, analysed=0.9, **summary),
        quality=analysis.quality,
    )


def test_the_change_is_the_last_session_minus_the_mean_of_the_first_three():
    sessions = [figures(sad, day) for day, sad in enumerate((0.2, 0.3, 0.4, 0.9, 0.5))]
    change = change_from_baseline(sessions)
    assert isinstance(change, Change)
    assert abs(change.points) == pytest.approx(20.0)
    # The spread of 20, 30 and 40 is 10; 1.96 times the square root of 2 times 10.
    assert change.error == pytest.approx(27.72, abs=0.01)
    assert not change.exceeds_error


def test_the_sessions_own_error_counts_where_the_baseline_happens_to_be_even():
    sessions = [figures(sad, day) for day, sad in enumerate((0.3, 0.3, 0.3, 0.4))]
    change = change_from_baseline(sessions)
    # Half of a 95 % interval of 1.96 points is a standard error of 1 point.
    assert change.error == pytest.approx(1.96 * 2**0.5)
    assert change.exceeds_error


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ([], "No result yet"),
        ([figures(0.2, 0)], "1 of 4 comparable sessions so far"),
        ([figures(0.2, day) for day in range(2)], "2 of 4"),
        ([figures(0.2, day) for day in range(3)], "3 of 4"),
        ([*(figures(0.2, d) for d in range(3)), figures(0.2, 9, task="x")], "Task differs"),
        ([*(figures(0.2, d) for d in range(3)), figures(0.2, 9, model="b")], "1 of 4"),
        ([*(figures(0.2, d) for d in range(3)), figures(0.2, 9, withheld="E21")], "No summary"),
        ([*(figures(0.2, d) for d in range(3)), figures(0.2, 9, withheld="E23")], "No summary"),
    ],
)
def test_what_cannot_be_compared_says_why(sessions, words):
    assert change_from_baseline(sessions).startswith(words)


def test_a_poor_recording_is_not_compared():
    last = figures(0.9, 9)
    last = replace(last, quality=replace(last.quality, snr=3.0))
    assert change_from_baseline([figures(0.2, 0), last]) == "Quality too low to compare"


def test_a_session_that_is_itself_uncertain_changes_little():
    sessions = [figures(0.0, day, 0.0) for day in range(3)] + [figures(0.38, 9, 0.315)]
    change = change_from_baseline(sessions)
    assert abs(change.points) == pytest.approx(38.0)
    assert not change.exceeds_error
