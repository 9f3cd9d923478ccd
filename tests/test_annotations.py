"""What is said about a recording: what can be said, and which windows it concerns."""

import math

import numpy as np
import pytest

from tests.factories import make_timeline
from verhm.annotations import UNSURE, Annotation, by_window, excluding
from verhm.errors import RequestError
from verhm.types import WindowStatus


@pytest.mark.parametrize(
    "said",
    [
        {"start": 2.0, "end": 1.0},
        {"start": -0.1, "end": 1.0},
        {"start": math.nan, "end": 1.0},
        {"start": 0.0, "end": math.inf},
        {"start": 0.0, "end": 1.0, "label": "bored"},
        {"start": 1.0, "end": 1.0, "label": "sad"},
        {"start": 1.0, "end": 1.004, "is_excluded": True},
        {"start": 0.0, "end": 1.0, "text": "x" * 501},
    ],
)
def test_what_cannot_be_said_is_refused(said):
    with pytest.raises(RequestError, match="E63"):
        Annotation(**said)


def test_a_stretch_of_which_nothing_is_said_says_nothing():
    assert Annotation(1.0, 4.0).says_nothing
    for said in ({"label": UNSURE}, {"is_excluded": True}, {"text": "door"}):
        assert not Annotation(1.0, 4.0, **said).says_nothing
    assert not Annotation(1.0, 1.0).says_nothing


def test_windows_are_left_out_whose_middle_was_excluded():
    timeline = make_timeline(30.0)  # windows of 3 s, every 0.5 s
    door = Annotation(10.0, 13.0, is_excluded=True)
    left = excluding(timeline, [door, Annotation(20.0, 23.0, label="sad"), Annotation(5.0, 5.0)])
    middles = (timeline.starts + timeline.ends) / 2
    out = np.array([status is WindowStatus.EXCLUDED for status in left.status])
    assert np.array_equal(out, (middles >= 10.0) & (middles <= 13.0))
    kept = [status for status, gone in zip(timeline.status, out, strict=True) if not gone]
    assert [status for status in left.status if status is not WindowStatus.EXCLUDED] == kept
    assert left.probabilities is timeline.probabilities
    assert excluding(timeline, [Annotation(5.0, 5.0)]) is timeline


def test_a_window_is_told_by_its_stretch():
    timeline = make_timeline(30.0)
    said = Annotation(float(timeline.starts[7]) + 0.001, float(timeline.ends[7]), label="happy")
    found = by_window(timeline, [said, Annotation(10.0, 12.0, text="laughs")])
    assert found[7] is said
    assert [each for each in found if each] == [said]
