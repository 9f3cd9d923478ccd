"""The lanes that all figures draw."""

import numpy as np
import pytest

from tests.factories import make_timeline
from verhm.labels import EMOTIONS
from verhm.report import look
from verhm.types import EmotionTimeline, WindowStatus
from verhm.windows import window_bounds


def test_a_cell_is_one_hop_wide_at_the_middle_of_its_window():
    timeline = make_timeline(20.0)
    inner = look.cell_edges(timeline, 20.0)[1:-1]
    np.testing.assert_allclose(np.diff(inner), 0.5)
    np.testing.assert_allclose((inner[1:] + inner[:-1]) / 2, timeline.starts[1:-1] + 1.5)


def test_the_outermost_cells_reach_to_the_recordings_ends():
    # The last window ends where the next one would no longer fit.
    assert look.cell_edges(make_timeline(20.0), 20.4)[[0, -1]].tolist() == [0.0, 20.4]


def test_a_single_window_is_a_cell_of_its_own_width():
    np.testing.assert_allclose(look.cell_edges(make_timeline(2.0), 2.0), [0.0, 2.0])


def test_stretches_follow_each_other_and_say_what_they_are():
    starts, ends = window_bounds(6.0, 3.0, 0.5)
    likeliest = np.array([3, 3, 4, 4, 4, 3, 3])
    ok, silence = WindowStatus.OK, WindowStatus.SILENCE
    status = (ok, ok, ok, silence, silence, ok, ok)
    timeline = EmotionTimeline(starts, ends, np.eye(len(EMOTIONS))[likeliest], status)
    found = look.stretches(timeline, 6.0)
    assert [run.text for run in found] == ["sad", "angry", "no speech", "sad"]
    assert [run.has_result for run in found] == [True, True, False, True]
    assert [run.end for run in found[:-1]] == [run.start for run in found[1:]]
    assert (found[0].start, found[-1].end) == (0.0, 6.0)


def test_every_reason_has_words_and_a_meaning():
    assert look.REASONS.keys() == look.MEANINGS.keys() == set(WindowStatus) - {WindowStatus.OK}


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.004, "<1"), (0.0099, "1"), (0.5, "50"), (0.9951, ">99"), (1, "100")],
)
def test_only_nothing_is_no_percent_and_only_all_is_a_hundred(share, text):
    assert look.percent(share) == text


def test_what_has_no_result_is_not_shown():
    timeline = make_timeline(20.0)
    for values in (timeline.probabilities, timeline.affect[:, 0]):
        missing = np.isnan(look.shown(values, timeline)).reshape(len(timeline), -1).all(axis=1)
        np.testing.assert_array_equal(missing, ~timeline.has_result)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0:00"), (0.5, "0.5"), (75, "1:15"), (3_725, "1:02:05")]
)
def test_clock(seconds, expected):
    assert look.clock(seconds) == expected


@pytest.mark.parametrize("duration", [1.0, 13.0, 60.0, 1_200.0, 7_200.0])
def test_an_axis_has_a_few_marks(duration):
    assert 2 <= duration / look.tick_step(duration) <= 12


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("label", [label for label in EMOTIONS if label != look.HATCHED])
def test_names_can_be_read_on_their_colours(label):
    bright, dark = sorted(
        (luminance(look.COLOURS[label]), luminance(look.text_on(label))), reverse=True
    )
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_more_probable_is_darker():
    assert list(map(luminance, look.HEAT)) == sorted(map(luminance, look.HEAT), reverse=True)
