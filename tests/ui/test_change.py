"""Which sessions are compared, or why none can be; the figures come of `verhm.change`."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from storage.details import SessionFigures
from tests.factories import make_analysis
from ui.change import compare_with_usual
from verhm.change import Comparison, compare, find_usual
from verhm.labels import EMOTIONS
from verhm.settings import AnalysisSettings
from verhm.types import ModelId, Share

USUAL = AnalysisSettings()


def figures(
    sad, day, task="Reading", model="a", is_usual=False, speech=240.0, settings=USUAL, **summary
):
    """A session in which the voice was sad for that share of the time, else neutral."""
    analysis = make_analysis(10.0)
    values = {label: 0.0 for label in EMOTIONS} | {"sad": sad, "neutral": 1 - sad}
    shares = tuple(Share(k, v, v, v) for k, v in values.items())
    summary = {"shares": shares, "analysed": 0.9, "speech": speech, **summary}
    return SessionFigures(
        session_id=str(day),
        run_id=str(day),
        recorded_on=date(2026, 1, 1) + timedelta(day),
        task=task,
        model=ModelId("m", "1", model),
        summary=replace(analysis.summary, **summary),
        quality=analysis.quality,
        settings=settings,
        is_usual=is_usual,
    )


FIVE = [figures(sad, day) for day, sad in enumerate((0.2, 0.3, 0.4, 0.9, 0.5))]


def shares_of(sessions):
    return np.array([[share.share for share in each.summary.shares] for each in sessions])


def test_the_last_session_is_compared_with_the_first_three():
    found = compare_with_usual(FIVE)
    assert isinstance(found, Comparison)
    assert (found.usual_ids, found.are_chosen) == (("0", "1", "2"), False)
    usual = find_usual(shares_of(FIVE[:3]), np.full(3, 240.0))
    change = compare(usual, shares_of(FIVE[4:])[0], 240.0)
    assert [shift.points for shift in found.shifts] == pytest.approx(100 * change.difference)
    assert [shift.index for shift in found.shifts] == pytest.approx(change.index)
    assert [shift.is_reliable for shift in found.shifts] == change.is_reliable.tolist()
    assert found.largest.label in ("sad", "neutral")
    for shift in found.shifts:
        assert shift.low <= 0 <= shift.high


def test_any_session_can_be_compared():
    found = compare_with_usual(FIVE, "3")
    sad = next(shift for shift in found.shifts if shift.label == "sad")
    assert sad.points == pytest.approx(90 - 100 * found.usual.shares[EMOTIONS.index("sad")])


def test_chosen_sessions_are_the_usual_ones_also_when_they_are_later():
    chosen = [replace(each, is_usual=each.session_id in "134") for each in FIVE]
    found = compare_with_usual(chosen, "0")
    assert (found.usual_ids, found.are_chosen) == (("1", "3", "4"), True)
    assert compare_with_usual(chosen) == "One of the usual sessions"
    other = [*chosen, figures(0.2, 9, model="b")]
    assert compare_with_usual(other) == "1 of 4 comparable sessions so far"


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ([], "No result yet"),
        (FIVE[:1], "1 of 4 comparable sessions so far"),
        (FIVE[:2], "2 of 4"),
        (FIVE[:3], "3 of 4"),
        ([*FIVE[:3], figures(0.2, 9, task="x")], "Task differs"),
        ([*FIVE[:3], figures(0.2, 9, model="b")], "1 of 4"),
        ([*FIVE[:3], figures(0.2, 9, withheld="E21")], "No summary"),
        ([*FIVE[:3], figures(0.2, 9, withheld="E23")], "No summary"),
        ([figures(0.2, 0, is_usual=True), *FIVE[1:]], "1 of 3 usual sessions chosen"),
    ],
)
def test_what_cannot_be_compared_says_why(sessions, words):
    assert compare_with_usual(sessions).startswith(words)


def test_a_poor_recording_is_not_compared():
    last = figures(0.9, 9)
    last = replace(last, quality=replace(last.quality, snr=3.0))
    assert compare_with_usual([figures(0.2, 0), last]) == "Quality too low to compare"


def test_a_poor_recording_is_not_usual_unless_it_was_chosen():
    noisy = replace(FIVE[1], quality=replace(FIVE[1].quality, snr=3.0))
    sessions = [FIVE[0], noisy, *FIVE[2:]]
    assert compare_with_usual(sessions).usual_ids == ("0", "2", "3")
    chosen = [replace(each, is_usual=each.session_id in "012") for each in sessions]
    assert compare_with_usual(chosen).usual_ids == ("0", "1", "2")


def test_a_session_without_a_result_is_not_compared():
    assert compare_with_usual(FIVE, "another") == "No result"


def test_a_short_session_needs_more_to_differ():
    long, short = (figures(0.62, 9, speech=speech) for speech in (240.0, 21.0))
    bands = [compare_with_usual([*FIVE[:3], each]).largest for each in (long, short)]
    assert bands[1].high - bands[1].low >= bands[0].high - bands[0].low


@pytest.mark.parametrize("changed", [{"channel": "right"}, {"window": 4.0}, {"hop": 1.0}])
def test_a_session_that_was_analysed_otherwise_is_not_compared(changed):
    otherwise = replace(USUAL, **changed)
    found = compare_with_usual([*FIVE, figures(0.5, 9, settings=otherwise)])
    assert found == "Analysed with other settings than the others"
    apart = [figures(0.1, 8 + each, settings=otherwise) for each in range(2)]
    still = compare_with_usual([*FIVE, *apart], FIVE[-1].session_id)
    assert isinstance(still, Comparison) and still.usual_ids == ("0", "1", "2")
    alike = replace(USUAL, seed=5, expression_strength=2.0)  # of which no figure's meaning depends
    assert isinstance(compare_with_usual([*FIVE, figures(0.5, 9, settings=alike)]), Comparison)
