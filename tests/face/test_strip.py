"""The strip below the face shows what the result says, at every moment and size."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFont

from tests.factories import make_analysis, make_timeline
from verhm.face.marks import draw_mark
from verhm.face.strip import Strip
from verhm.face.strip_lanes import SPAN, Lanes, Measures, colour
from verhm.labels import EMOTIONS
from verhm.report import look
from verhm.types import EmotionTimeline, WindowStatus

SIZE = 512
INK, PAPER = colour(look.INK), colour(look.PAPER)


def one_after_the_other(duration: float) -> EmotionTimeline:
    """Every eight windows another emotion is nearly certain, in the order of the labels."""
    timeline = make_timeline(duration)
    at = np.arange(len(timeline)) // 8 % len(EMOTIONS)
    probabilities = np.full((len(timeline), len(EMOTIONS)), 0.01)
    probabilities[np.arange(len(timeline)), at] = 0.93
    return replace(timeline, probabilities=probabilities)


def drawn(strip: Strip, seconds: float, width: int = SIZE) -> np.ndarray:
    out = np.zeros((strip.height, width, 3), np.uint8)
    strip.draw(out, seconds)
    return out


def lanes(strip: Strip, picture: np.ndarray) -> np.ndarray:
    size = strip._measures
    rows = slice(size.header, size.header + size.lanes_height)
    return picture[rows, size.left : size.left + size.lanes_width]


def playhead(strip: Strip, picture: np.ndarray) -> int:
    """First column of the line through the lane of the likeliest emotion."""
    rows = lanes(strip, picture)[strip._measures.highest]
    [first, *_] = np.flatnonzero((rows == INK).all(axis=(0, 2)))
    return int(first)


@pytest.mark.parametrize("size", [512, 720, 1080])
@pytest.mark.parametrize("duration", [20.0, 300.0])
def test_at_the_playhead_are_the_colour_and_the_row_of_the_likeliest(size, duration):
    timeline = one_after_the_other(duration)
    strip = Strip(timeline, duration, size, size)
    middles = (timeline.starts + timeline.ends) / 2
    certain = colour(look.HEAT[-1])
    for window in range(12, len(timeline), 8):
        picture = drawn(strip, float(middles[window]), size)
        shown = lanes(strip, picture)
        beside = playhead(strip, picture) - 2 * strip._measures.px(1) - 1
        label = EMOTIONS[window // 8 % len(EMOTIONS)]
        near = slice(beside - 6, beside + 1)
        lane = {tuple(each) for row in shown[strip._measures.highest, near] for each in row}
        colours = {label: tuple(colour(look.COLOURS[label])) for label in EMOTIONS}
        assert {each for each, hue in colours.items() if hue in lane} == {label}
        heat = (shown[strip._measures.heat, near] == certain).all(axis=2).any(axis=1)
        assert set(np.flatnonzero(heat) // strip._measures.row) == {EMOTIONS.index(label)}


def test_the_playhead_moves_evenly_through_a_short_recording():
    strip = Strip(make_timeline(20.0), 20.0, SIZE, SIZE)
    width = strip._measures.lanes_width
    for seconds in (0.0, 5.0, 13.37, 19.9):
        assert playhead(strip, drawn(strip, seconds)) == round(seconds / 20.0 * width)


def test_a_long_recording_moves_past_the_playhead_but_at_its_ends():
    strip = Strip(make_timeline(300.0), 300.0, SIZE, SIZE)
    width = strip._measures.lanes_width
    places = [playhead(strip, drawn(strip, seconds)) for seconds in (0, 10, 30, 150, 270, 290)]
    expected = [0, 10 / SPAN, 0.5, 0.5, 0.5, 50 / SPAN]
    assert places == pytest.approx([share * width for share in expected], abs=1)


def test_pieces_of_a_long_recording_meet_without_a_seam():
    """Whatever was seen at one moment is seen moved a little later: words, hatches and cells."""
    timeline = make_timeline(300.0)
    status = list(timeline.status)
    status[110:125] = [WindowStatus.NOISY] * 15
    strip = Strip(replace(timeline, status=tuple(status)), 300.0, SIZE, SIZE)
    size = strip._measures
    shape = (size.lanes_height, size.lanes_width, 3)
    for first in (0, size.lanes_width - 40, 2 * size.lanes_width - 7):
        before, after = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        strip._copy(before, first)
        strip._copy(after, first + 25)
        np.testing.assert_array_equal(before[:, 25:], after[:, :-25])
    # A piece alone has no neighbour to take its words from.
    assert (strip._lanes.piece(0) != strip._lanes.piece(1)).any()


def test_windows_without_a_result_are_hatched_and_named_nowhere():
    timeline = make_timeline(20.0)
    status = list(timeline.status)
    status[10:20] = [WindowStatus.NOISY] * 10
    timeline = replace(timeline, status=tuple(status))
    strip = Strip(timeline, 20.0, SIZE, SIZE)
    seconds = float((timeline.starts + timeline.ends)[11] / 2)
    picture = drawn(strip, seconds)
    shown, beside = lanes(strip, picture), playhead(strip, picture) + 5
    heat = {tuple(each) for each in shown[strip._measures.heat, beside]}
    assert heat == {tuple(colour(look.HATCH)), tuple(colour(look.HATCH_PAPER))}
    highest = shown[strip._measures.highest, beside]
    assert (highest == colour(look.WELL)).all()
    # What the model computed there anyway leaves no trace.
    other = replace(timeline, probabilities=timeline.probabilities[:, ::-1].copy())
    kept = np.where(timeline.has_result[:, None], timeline.probabilities, other.probabilities)
    again = Strip(replace(timeline, probabilities=kept), 20.0, SIZE, SIZE)
    np.testing.assert_array_equal(drawn(again, seconds), picture)


def test_the_whole_of_a_long_recording_is_shown_with_what_is_in_view():
    timeline, duration = one_after_the_other(300.0), 300.0
    strip = Strip(timeline, duration, SIZE, SIZE)
    size = strip._measures
    assert Strip(timeline, duration, SIZE, SIZE).height > Strip(timeline, SPAN, SIZE, SIZE).height
    row = drawn(strip, 150.0)[size.whole, size.left :][:, : size.lanes_width]
    top = np.flatnonzero((row[0] == INK).all(axis=1))
    assert top[0] == pytest.approx(120 / 300 * size.lanes_width, abs=2)
    assert top[-1] == pytest.approx(180 / 300 * size.lanes_width, abs=2)
    hues = {tuple(each) for each in row[len(row) // 2]}
    assert {tuple(colour(look.COLOURS[label])) for label in EMOTIONS} <= hues


@pytest.mark.parametrize("size", [256, 512, 720, 1080])
def test_words_have_room_and_grow_with_the_face(size):
    strip = Strip(make_timeline(20.0), 20.0, size, size)
    measures = strip._measures
    assert isinstance(measures.font, ImageFont.FreeTypeFont)
    assert measures.font.size >= max(12, 12 / 512 * size)
    for label in EMOTIONS:
        end = measures.px(8) + measures.px(11) + measures.px(5)
        assert end + measures.font.getlength(label.capitalize()) < measures.left
    tall = measures.font.getbbox("Surprised")
    assert tall[3] - tall[1] < measures.row
    assert strip.height % 2 == 0


def test_drawing_never_leaves_its_place_nor_takes_ever_more_memory():
    strip = Strip(make_timeline(7_200.0), 7_200.0, 1080, 512)
    frame = np.full((strip.height + 2, 1080, 3), 7, np.uint8)
    for seconds in np.linspace(0.0, 7_199.99, 150):
        strip.draw(frame[1:-1], float(seconds))
    assert (frame[[0, -1]] == 7).all()
    assert strip._lanes.piece.cache_info().currsize <= 3


@pytest.mark.parametrize("duration", [1.0, 2.9, 59.99, 60.0, 60.04])
def test_any_length_can_be_drawn(duration):
    strip = Strip(make_timeline(duration), duration, SIZE, SIZE)
    for seconds in (0.0, duration / 2, duration):
        assert drawn(strip, seconds).any()


def test_a_model_that_knows_fewer_emotions_has_fewer_rows():
    timeline = make_timeline(20.0)
    known = [number for number, label in enumerate(EMOTIONS) if label != look.HATCHED]
    probabilities = timeline.probabilities[:, known]
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    labels = tuple(EMOTIONS[number] for number in known)
    fewer = replace(timeline, probabilities=probabilities, labels=labels)
    strip = Strip(fewer, 20.0, SIZE, SIZE)
    assert strip.height < Strip(timeline, 20.0, SIZE, SIZE).height
    assert drawn(strip, 10.0).any()


def test_every_emotion_has_a_mark_of_its_own_shape():
    shapes = [np.asarray(draw_mark(label, 24))[..., 3] > 128 for label in EMOTIONS]
    for number, shape in enumerate(shapes):
        assert 150 < shape.sum() < 24 * 24
        for other in shapes[:number]:
            assert (shape != other).mean() > 0.03


def test_a_short_stretch_of_calm_is_closed_at_both_sides():
    found = make_analysis(20.0).timeline
    probabilities = np.eye(8, dtype=np.float32)[[found.labels.index("happy")] * len(found)]
    probabilities[10] = np.eye(8)[found.labels.index("calm")]
    sure = (WindowStatus.OK,) * len(found)
    lanes = Lanes(
        replace(found, probabilities=probabilities, status=sure),
        20.0,
        Measures(800, 1.0, 8, False),
        35.0,
    )
    is_line = (lanes.piece(0)[:16] == colour(look.COLOURS["calm"])).all(axis=(0, 2))
    start, end = (35.0 * time for time in lanes.cell(10))
    inside = np.flatnonzero(is_line)
    assert inside[0] == np.ceil(start - 0.5) + 1  # after the gap between two stretches
    assert inside[-1] == np.ceil(end - 0.5) - 1
