import numpy as np
import pytest

from verhm.model.features import LONGEST
from verhm.model.segments import count_frames, place_segments, speech_frames, window_frames
from verhm.types import SpeechActivity
from verhm.windows import window_bounds


@pytest.mark.parametrize("duration", [0.7, 2.0, 3.0, 3.3, 6.0, 9.0, 15.0, 17.99, 18.0, 61.7, 300.0])
@pytest.mark.parametrize(
    ("window", "hop"), [(3.0, 0.5), (2.0, 2.0), (6.0, 0.25), (5.0, 1.0), (2.37, 0.31)]
)
def test_every_window_lies_in_one_segment_and_every_frame_has_one_home(duration, window, hop):
    frames = count_frames(round(duration * 16_000))
    first, length = window_frames(*window_bounds(duration, window, hop), frames)
    segments = place_segments(first, length, frames)
    owned = np.concatenate([segment.windows for segment in segments])
    np.testing.assert_array_equal(owned, np.arange(len(first)))
    home = 0
    for segment in segments:
        assert len(segment) <= min(3 * length, LONGEST)
        assert np.all(first[segment.windows] >= segment.start)
        assert np.all(first[segment.windows] + length <= segment.end)
        assert segment.start <= segment.home_start == home <= segment.home_end <= segment.end
        home = segment.home_end
    assert home == segments[-1].end == frames


def test_the_encoder_sees_a_long_recording_one_and_a_half_times():
    first, length = window_frames(*window_bounds(3600.0, 3.0, 0.5), 180_000)
    seen = sum(len(segment) for segment in place_segments(first, length, 180_000))
    assert seen / 180_000 == pytest.approx(1.5, abs=0.01)


def test_speech_frames_follow_the_spans():
    found = speech_frames(SpeechActivity(np.array([[0.1, 0.2], [0.5, 0.6]])), 50)
    np.testing.assert_array_equal(np.flatnonzero(found), [*range(5, 10), *range(25, 30)])


def test_no_spans_no_speech():
    assert not speech_frames(SpeechActivity(np.zeros((0, 2))), 50).any()
