import numpy as np
import pytest

from tests.factories import make_timeline
from verhm.face.motion import (
    CLOSING,
    OPENING,
    blend,
    compose,
    expression_over_time,
    neutral_without_result,
    smooth_speech,
    speech_gate,
)
from verhm.labels import EMOTIONS, MORPHS
from verhm.settings import AnalysisSettings
from verhm.types import EmotionTimeline, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

RATE = 30.0
JAW, SMILE, BROW = (MORPHS.index(name) for name in ("jawOpen", "mouthSmileLeft", "browInnerUp"))
BLINKS = [MORPHS.index("eyeBlinkLeft"), MORPHS.index("eyeBlinkRight")]
NO_BLINK = [column for column in range(len(MORPHS)) if column not in BLINKS]
SPEAKING = SpeechActivity(np.array([[0.0, 1e4]]))
SILENT = SpeechActivity(np.zeros((0, 2)))


def random_motion(seconds: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    timeline = make_timeline(seconds, seed)
    mouth = rng.uniform(0, 1, (round(seconds * RATE), len(MORPHS)))
    return mouth, rng.uniform(0, 1, (len(timeline), len(MORPHS))), timeline


def timeline_with(status: list[WindowStatus]) -> EmotionTimeline:
    duration = 3.0 + 0.5 * (len(status) - 1)
    starts, ends = window_bounds(duration, 3.0, 0.5)
    even = np.full((len(starts), len(EMOTIONS)), 1 / len(EMOTIONS))
    return EmotionTimeline(starts, ends, even, tuple(status))


@pytest.mark.parametrize("strength", [0.0, 1.0, 2.0])
def test_weights_stay_in_bounds(strength):
    settings = AnalysisSettings(expression_strength=strength)
    weights = compose(*random_motion(20), SPEAKING, settings).weights
    assert weights.shape == (600, len(MORPHS))
    assert weights.min() >= 0 and weights.max() <= 1


def test_nobody_speaking_keeps_the_mouth_shut():
    mouth, expression, timeline = random_motion(10)
    weights = compose(mouth, 0 * expression, timeline, SILENT, AnalysisSettings()).weights
    assert np.all(weights[:, NO_BLINK] == 0)


def test_a_pause_closes_the_mouth_softly():
    mouth, expression, timeline = random_motion(10)
    activity = SpeechActivity(np.array([[0.0, 3.0], [7.0, 10.0]]))
    jaw = compose(mouth, 0 * expression, timeline, activity, AnalysisSettings()).weights[:, JAW]
    assert np.all(jaw[round(3.3 * RATE) : round(6.8 * RATE)] == 0)
    assert jaw[: 3 * 30].max() > 0.3


def test_windows_without_a_result_show_no_expression():
    status = [WindowStatus.OK] * 5 + [WindowStatus.UNCERTAIN] * 4 + [WindowStatus.OK] * 5
    timeline = timeline_with(status)
    times = np.arange(0, timeline.ends[-1], 1 / RATE)
    shown = expression_over_time(times, np.ones((len(status), len(MORPHS))), timeline)
    middles = (timeline.starts + timeline.ends) / 2
    inside = (times > middles[5] - 0.24) & (times < middles[8] + 0.24)
    assert np.all(np.abs(shown[inside]) < 1e-9)
    assert shown[0, BROW] == pytest.approx(1) and shown[-1, BROW] == pytest.approx(1)


def test_no_result_at_all_leaves_a_neutral_face():
    mouth, expression, _ = random_motion(5)
    timeline = timeline_with([WindowStatus.NOISY] * 5)
    weights = compose(0 * mouth, expression, timeline, SPEAKING, AnalysisSettings()).weights
    assert np.all(weights[:, NO_BLINK] == 0)


def test_expression_meets_each_window_in_its_middle():
    timeline = timeline_with([WindowStatus.OK] * 6)
    expression = np.random.default_rng(0).uniform(0, 1, (6, len(MORPHS)))
    middles = (timeline.starts + timeline.ends) / 2
    np.testing.assert_allclose(expression_over_time(middles, expression, timeline), expression)


def test_one_window_lasts_the_whole_recording():
    timeline = timeline_with([WindowStatus.OK])
    shown = expression_over_time(np.linspace(0, 3, 50), np.full((1, len(MORPHS)), 0.4), timeline)
    np.testing.assert_allclose(shown, 0.4)


def test_strength_scales_the_expression():
    mouth, expression, timeline = random_motion(8)
    shown = [
        compose(
            0 * mouth, 0.3 * expression, timeline, SILENT, AnalysisSettings(expression_strength=s)
        ).weights[:, BROW]
        for s in (0.0, 1.0, 2.0)
    ]
    assert np.all(shown[0] == 0)
    np.testing.assert_allclose(shown[2], 2 * shown[1], rtol=1e-5)


def test_a_short_closure_of_the_lips_survives_smoothing():
    mouth = np.full((31, len(MORPHS)), 0.6)
    mouth[:, CLOSING] = 0
    mouth[15, OPENING] = 0
    mouth[15, CLOSING] = 0.8
    smooth = smooth_speech(mouth, RATE)
    assert np.all(smooth[15, OPENING] == 0)
    assert np.all(smooth[15, CLOSING] == pytest.approx(0.8))


def test_smoothing_leaves_a_still_face_still():
    still = np.full((30, len(MORPHS)), 0.4)
    np.testing.assert_allclose(smooth_speech(still, RATE), still)


def test_speech_decides_how_far_the_lips_part():
    speech, feeling = np.zeros((1, len(MORPHS))), np.ones((1, len(MORPHS)))
    talking, silent = (blend(speech, feeling, np.array([[gate]])) for gate in (1.0, 0.0))
    assert np.all(silent == 1)
    assert np.all(talking[0, OPENING] < 0.2)
    assert talking[0, BROW] == 1


def test_a_smile_gives_way_to_rounded_lips():
    speech, feeling = np.zeros((2, len(MORPHS))), np.zeros((2, len(MORPHS)))
    feeling[:, SMILE] = 0.8
    speech[1, MORPHS.index("mouthPucker")] = 1.0
    smile = blend(speech, feeling, np.ones((2, 1)))[:, SMILE]
    assert smile[0] == pytest.approx(0.8)
    assert smile[1] < 0.4


def test_the_gate_is_open_during_speech_and_shut_far_from_it():
    times = np.arange(0, 10, 1 / RATE)
    gate = speech_gate(times, SpeechActivity(np.array([[2.0, 4.0], [4.1, 6.0]])))
    assert np.all(gate[(times >= 2) & (times <= 6)] > 0.5)
    assert np.all(gate[(times >= 2) & (times <= 4)] == 1)
    assert np.all(gate[(times < 1.8) | (times > 6.3)] == 0)


def test_the_same_seed_gives_the_same_face():
    arguments = random_motion(12)
    first, again, other = (
        compose(*arguments, SPEAKING, AnalysisSettings(seed=seed)).weights for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_longer_recording_begins_like_a_shorter_one():
    mouth, expression, timeline = random_motion(30)
    weights = compose(mouth, 0 * expression, timeline, SPEAKING, AnalysisSettings()).weights
    short = compose(mouth[:300], 0 * expression, timeline, SPEAKING, AnalysisSettings()).weights
    np.testing.assert_allclose(weights[:295], short[:295], atol=1e-6)


def test_an_empty_mouth_still_gives_one_frame():
    empty = np.zeros((0, len(MORPHS)))
    timeline = timeline_with([WindowStatus.OK])
    made = compose(empty, np.zeros((1, len(MORPHS))), timeline, SILENT, AnalysisSettings())
    assert made.weights.shape == (1, len(MORPHS))


def test_a_window_without_a_result_is_spoken_neutrally():
    ok, unsure = WindowStatus.OK, WindowStatus.UNCERTAIN
    timeline = timeline_with([ok] * 10 + [unsure] * 10 + [ok] * 10)
    frames = round(timeline.ends[-1] * RATE)
    moved, neutral = np.full((frames, 2), 0.8), np.full((frames, 2), 0.2)
    mouth = neutral_without_result(moved, neutral, timeline, RATE)
    middles = np.round((timeline.starts + timeline.ends) / 2 * RATE).astype(int)
    np.testing.assert_allclose(mouth[middles[10:20]], 0.2)
    np.testing.assert_allclose(mouth[middles[[0, 5, 25, 29]]], 0.8)
