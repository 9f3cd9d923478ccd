import numpy as np
import pytest

from tests.factories import make_timeline, make_waveform
from verhm.errors import AudioError, Cancelled, RequestError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import EmotionTimeline, MorphSequence, SpeechActivity, Waveform, WindowStatus
from verhm.windows import window_bounds


def test_seconds_within_counts_only_the_speech_inside_each_window():
    activity = SpeechActivity(np.array([[1.0, 2.0], [3.0, 5.0]]))
    seconds = activity.seconds_within(np.array([0.0, 1.5, 2.5, 6.0]), np.array([3, 4, 10, 7]))
    np.testing.assert_allclose(seconds, [1.0, 1.5, 2.0, 0.0])
    assert activity.seconds == 3.0


def test_no_speech_is_zero_seconds_in_every_window():
    silent = SpeechActivity(np.empty((0, 2)))
    np.testing.assert_array_equal(silent.seconds_within(np.zeros(3), np.ones(3)), np.zeros(3))


def test_overlapping_speech_is_refused():
    with pytest.raises(ValueError, match="overlap"):
        SpeechActivity(np.array([[0.0, 2.0], [1.0, 3.0]]))


def test_affect_of_a_sure_emotion_is_its_place_in_the_plane():
    sure = np.zeros((1, 8))
    sure[0, 2] = 1.0
    timeline = EmotionTimeline(np.zeros(1), np.full(1, 3.0), sure, (WindowStatus.OK,))
    np.testing.assert_allclose(timeline.affect, [[0.85, 0.40]])


def test_affect_stays_in_the_plane():
    assert np.abs(make_timeline(seed=3).affect).max() <= 1.0


def test_plausible_is_what_reaches_the_threshold_and_always_the_likeliest():
    probabilities = np.array([[0.5, 0.3, 0.2] + [0.0] * 5, [0.2, 0.2] + [0.1] * 6])
    timeline = EmotionTimeline(
        np.zeros(2), np.full(2, 3.0), probabilities, (WindowStatus.OK,) * 2, plausible_from=0.3
    )
    assert timeline.plausible.astype(int).tolist() == [
        [1, 1, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0, 0],
    ]


def test_without_a_threshold_every_emotion_is_plausible():
    timeline = make_timeline()
    unknown = EmotionTimeline(
        timeline.starts, timeline.ends, timeline.probabilities, timeline.status
    )
    assert unknown.plausible.all()


def test_probabilities_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        EmotionTimeline(np.zeros(1), np.ones(1), np.full((1, 8), 0.5), (WindowStatus.OK,))


def test_morph_weights_outside_their_range_are_refused():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        MorphSequence(np.full((2, 52), 1.2), 30.0)


def test_a_head_is_straight_unless_its_angles_are_given():
    weights = np.zeros((2, 52))
    np.testing.assert_array_equal(MorphSequence(weights, 30.0).head, np.zeros((2, 3)))
    turned = MorphSequence(weights, 30.0, head=np.full((2, 3), 0.1))
    assert turned.head.min() == 0.1
    with pytest.raises(ValueError, match="head"):
        MorphSequence(weights, 30.0, head=np.zeros((3, 3)))


def test_waveform_slices_are_cut_at_the_borders():
    waveform = make_waveform(2.0)
    assert waveform.slice(-1.0, 0.5).duration == 0.5
    assert waveform.slice(1.5, 9.0).duration == 0.5
    with pytest.raises(ValueError, match="float32"):
        Waveform(np.zeros(4), 16_000)


def test_windows_lie_inside_the_recording():
    starts, ends = window_bounds(4.0, 3.0, 0.5)
    np.testing.assert_allclose(starts, [0.0, 0.5, 1.0])
    np.testing.assert_allclose(ends, [3.0, 3.5, 4.0])


def test_a_recording_shorter_than_the_window_is_one_window():
    starts, ends = window_bounds(1.3, 3.0, 0.5)
    assert (starts.tolist(), ends.tolist()) == ([0.0], [1.3])


@pytest.mark.parametrize(
    "setting",
    [
        {"window": 1.0},
        {"hop": 9.0},
        {"expression_strength": -1},
        {"seed": -1},
        {"channel": "centre"},
    ],
)
def test_unfit_settings_are_refused_with_a_code(setting):
    with pytest.raises(RequestError) as refusal:
        AnalysisSettings(**setting)
    assert refusal.value.code == "E71"


def test_odd_video_sizes_are_refused():
    with pytest.raises(RequestError, match="even"):
        VideoSettings(size=511)


def test_errors_survive_the_way_back_from_a_worker():
    import pickle

    error = pickle.loads(pickle.dumps(AudioError("E11", "Cause.", "Remedy.")))
    assert (error.code, error.cause, error.remedy) == ("E11", "Cause.", "Remedy.")
    assert isinstance(pickle.loads(pickle.dumps(Cancelled())), Cancelled)
