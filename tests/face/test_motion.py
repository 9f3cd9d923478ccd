import numpy as np
import pytest

from benchmarks.face_sheet import morph_weights, sure_expressions
from tests.face.looking import eye, visible
from tests.factories import make_analysis, make_timeline
from verhm.face.motion import (
    CLOSING,
    JAW_LIMIT,
    OPENING,
    blend,
    close_lids,
    compose,
    expression_over_time,
    join,
    neutral_without_result,
    smooth_speech,
    speech_gate,
)
from verhm.face.rig import load_face
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


def test_an_expression_outlasts_a_pause_and_rests_in_silence():
    timeline = timeline_with([WindowStatus.OK] * 35)
    expression = np.tile(morph_weights({"browInnerUp": 0.5}), (35, 1))
    talk = SpeechActivity(np.array([[4.0, 8.0], [8.8, 12.0]]))
    mouth = np.zeros((600, len(MORPHS)))
    brow = compose(mouth, expression, timeline, talk, AnalysisSettings()).weights[:, BROW]
    times = np.arange(600) / RATE
    assert np.all(brow[(times > 3.5) & (times < 12.5)] == 0.5)
    assert np.all(brow[(times < 2.8) | (times > 13.2)] == 0)
    assert np.abs(np.diff(brow)).max() < 0.1


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
    assert np.all(np.delete(silent, JAW, axis=1) == 1)
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


def test_the_head_moves_with_the_voice_and_keeps_still_without_one():
    analysis = make_analysis(20)
    mouth = np.zeros((600, len(MORPHS)))
    expression = np.zeros((len(analysis.timeline), len(MORPHS)))
    arguments = mouth, expression, analysis.timeline, analysis.activity, AnalysisSettings()
    assert compose(*arguments, analysis.acoustics).head.any()
    assert not compose(*arguments).head.any()


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


GAZE = [column for column, name in enumerate(MORPHS) if name.startswith("eyeLook")]


def test_eyes_shift_while_somebody_speaks_with_a_result():
    timeline = timeline_with([WindowStatus.OK] * 60)
    expression = np.zeros((60, len(MORPHS)))
    mouth = np.zeros((round(timeline.ends[-1] * RATE), len(MORPHS)))
    gaze = compose(mouth, expression, timeline, SPEAKING, AnalysisSettings()).weights[:, GAZE]
    assert 0.03 < gaze.max() < 0.2
    silent = compose(mouth, expression, timeline, SILENT, AnalysisSettings()).weights[:, GAZE]
    assert not silent.any()


def test_a_window_without_a_result_has_a_still_gaze():
    ok, unsure = WindowStatus.OK, WindowStatus.UNCERTAIN
    timeline = timeline_with([ok] * 20 + [unsure] * 20 + [ok] * 20)
    mouth = np.zeros((round(timeline.ends[-1] * RATE), len(MORPHS)))
    expression = np.zeros((60, len(MORPHS)))
    gaze = compose(mouth, expression, timeline, SPEAKING, AnalysisSettings()).weights[:, GAZE]
    middles = ((timeline.starts + timeline.ends) / 2 * RATE).astype(int)
    assert not gaze[middles[20] + 1 : middles[39]].any()
    assert gaze[: middles[19]].any() and gaze[middles[40] :].any()


def test_an_expression_does_not_open_a_jaw_beyond_its_limit_but_a_shout_does():
    feeling, speech = np.zeros((2, len(MORPHS))), np.zeros((2, len(MORPHS)))
    feeling[:, JAW] = 1.0
    speech[:, JAW] = 0.2, 0.9
    jaw = join(speech, feeling, np.zeros((2, 1)))[:, JAW]
    np.testing.assert_allclose(jaw, [JAW_LIMIT, 0.9])


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_a_blink_covers_the_eye_in_every_emotion_without_crossing_lids(emotion):
    """Nothing of the ball shows, and the upper lid goes no further than on a neutral face.

    But for half a millimetre by which a lowered brow takes it along.
    """
    face = load_face()
    feeling = sure_expressions()[[EMOTIONS.index(emotion)]]
    shut = close_lids(feeling, np.ones((1, 1)))[0]
    assert visible(face, shut, eye(face, 0), "left eye") < 3  # mm², of 145 when open
    lid = face.eyes[0].lid
    lowest, neutral = (
        face.vertices(weights.astype(np.float32))[lid, 1].min()
        for weights in (shut, close_lids(np.zeros((1, len(MORPHS))), np.ones((1, 1)))[0])
    )
    assert lowest >= neutral - 0.005


def test_a_blink_closes_wide_and_narrowed_eyes():
    for named in ({"eyeWide": 1.0}, {"cheekSquint": 1.0}, {"eyeSquint": 1.0}, {"eyeLookDown": 1.0}):
        face = load_face()
        shut = close_lids(morph_weights(named)[None], np.ones((1, 1)))[0]
        assert visible(face, shut, eye(face, 0), "left eye") < 3, named


def test_lips_meet_in_a_plosive_between_vowels_while_smiling():
    """A "p" of 70 ms, through smoothing and a full smile, as the video shows it."""
    vowel = morph_weights({"jawOpen": 0.4, "mouthLowerDown": 0.2})
    closed = morph_weights({"mouthPress": 0.1, "mouthRollLower": 0.15, "mouthRollUpper": 0.15})
    mouth = np.repeat(vowel[None], 120, axis=0)
    mouth[60:62] = closed
    timeline = timeline_with([WindowStatus.OK] * 3)
    happy = np.repeat(sure_expressions()[[EMOTIONS.index("happy")]], 3, axis=0)
    weights = compose(mouth, happy, timeline, SPEAKING, AnalysisSettings()).weights
    face = load_face()
    upper, lower = face.lips
    gaps = np.array([np.subtract(*face.vertices(row)[[upper, lower], 1]) for row in weights])
    assert gaps[60:62].max() < 0 < gaps[56] and gaps[66] > 0.05
