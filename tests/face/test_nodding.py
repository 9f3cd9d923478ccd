import numpy as np
import pytest

from verhm.face import nodding
from verhm.face.nodding import move_head
from verhm.labels import EMOTIONS
from verhm.types import Acoustics, EmotionTimeline, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

OK, UNSURE = WindowStatus.OK, WindowStatus.UNCERTAIN
SECONDS = 30.0
TIMES = np.arange(0, SECONDS, 1 / 30)
SPEAKING = SpeechActivity(np.array([[0.0, SECONDS]]))
STRESSES = np.array([4.05, 9.05, 14.05, 19.05])


def timeline_of(unsure: range = range(0)) -> EmotionTimeline:
    starts, ends = window_bounds(SECONDS, 3.0, 0.5)
    even = np.full((len(starts), len(EMOTIONS)), 1 / len(EMOTIONS))
    status = tuple(UNSURE if each in unsure else OK for each in range(len(starts)))
    return EmotionTimeline(starts, ends, even, status)


def voice(stress: float = 0.0) -> Acoustics:
    """An even voice, but for four syllables that are louder and higher."""
    times = np.arange(0.05, SECONDS, 0.1)
    is_stressed = np.abs(times[:, None] - STRESSES).min(axis=1) < 0.06
    return Acoustics(times, 120 * 2 ** (stress * is_stressed / 12), -25 + stress * is_stressed)


def moved(times=TIMES, acoustics=None, activity=SPEAKING, timeline=None, seed=0) -> np.ndarray:
    made = move_head(times, acoustics or voice(), activity, timeline or timeline_of(), seed)
    return np.rad2deg(made)


def nods(seed: int, stress: float = 8.0) -> np.ndarray:
    """(F,) degrees by which stress bends the head, the drift taken off."""
    return (moved(acoustics=voice(stress), seed=seed) - moved(seed=seed))[:, 0]


def test_a_speaking_head_moves_by_a_few_degrees_and_not_fast():
    for seed in range(20):
        angles = moved(acoustics=voice(8.0), seed=seed)
        assert np.all(np.abs(angles).max(axis=0) < (6, 5, 4))
        assert np.all(angles.std(axis=0) > 0.2)
        assert np.abs(np.diff(angles, axis=0) * 30).max() < 60  # degrees a second


def test_the_head_is_lowest_when_the_voice_is_stressed():
    down = np.max([nods(seed) for seed in range(12)], axis=0)
    peaks = TIMES[np.flatnonzero((down[1:-1] > down[:-2]) & (down[1:-1] >= down[2:])) + 1]
    np.testing.assert_allclose(peaks, STRESSES, atol=0.11)
    assert down[np.abs(TIMES[:, None] - STRESSES).min(axis=1) > 0.8].max() < 1e-9


def test_a_stronger_stress_bends_the_head_further():
    weak, strong = (nods(0, stress).max() for stress in (4.0, 8.0))
    assert 0 < weak < strong < 4


def test_an_even_voice_is_not_nodded_to():
    assert nods(0, stress=8.0).any()
    assert not nodding._nods(TIMES, voice(0.0), np.random.default_rng(0)).any()


def test_the_head_is_exactly_straight_where_nobody_speaks():
    activity = SpeechActivity(np.array([[2.0, 9.0], [20.0, 28.0]]))
    angles = moved(acoustics=voice(8.0), activity=activity)
    pause = (TIMES > 9.6) & (TIMES < 19.7)
    assert not angles[pause].any() and not angles[TIMES < 1.7].any()
    assert angles[(TIMES > 4) & (TIMES < 8)].all()
    nobody = SpeechActivity(np.zeros((0, 2)))
    assert not moved(acoustics=voice(8.0), activity=nobody).any()


def test_a_breath_between_words_does_not_straighten_the_head():
    activity = SpeechActivity(np.array([[0.0, 14.0], [14.5, SECONDS]]))
    np.testing.assert_array_equal(moved(activity=activity), moved())


def test_the_head_is_exactly_straight_in_windows_without_a_result():
    timeline = timeline_of(range(20, 30))
    middles = (timeline.starts + timeline.ends) / 2
    angles = moved(acoustics=voice(8.0), timeline=timeline)
    inside = (
        np.abs(TIMES - (middles[20] + middles[29]) / 2) <= (middles[29] - middles[20]) / 2 + 0.25
    )
    assert not angles[inside].any()
    assert angles[(TIMES > 3) & (TIMES < 10)].all() and angles[(TIMES > 18) & (TIMES < 28)].all()
    assert not moved(timeline=timeline_of(range(100))).any()


def test_it_comes_to_rest_without_a_jerk():
    fine = np.arange(0, SECONDS, 0.001)
    activity = SpeechActivity(np.array([[2.0, 12.0]]))
    angles = moved(fine, voice(8.0), activity, timeline_of(range(5, 9)))
    speed = np.diff(angles, axis=0) / 0.001
    assert np.abs(np.diff(speed, axis=0)).max() < 1.5  # degrees a second, from ms to ms


@pytest.mark.parametrize("rate", [10.0, 25.0, 60.0])
def test_the_pose_at_a_time_does_not_depend_on_the_frame_rate(rate):
    seconds = np.arange(0, SECONDS, 1.0)
    frames = np.arange(0, SECONDS, 1 / rate)
    slow, fast = (moved(times, voice(8.0)) for times in (seconds, frames))
    np.testing.assert_allclose(slow, fast[:: round(rate)], atol=1e-9)


def test_the_same_arguments_give_the_same_motion_and_another_seed_another_one():
    np.testing.assert_array_equal(moved(seed=3), moved(seed=3))
    assert np.abs(moved(seed=3) - moved(seed=4)).max() > 0.5


def test_a_shorter_stretch_begins_like_a_longer_one():
    np.testing.assert_array_equal(moved(TIMES[:300]), moved()[:300])
    assert moved(TIMES[:0]).shape == (0, 3)


def test_a_recording_too_short_for_stress_still_has_a_motion():
    tiny = Acoustics(np.array([0.05, 0.15]), np.full(2, np.nan), np.full(2, -30.0))
    assert moved(TIMES[:10], tiny).shape == (10, 3)
