import numpy as np
import pytest

from benchmarks.face_sheet import VISEMES, morph_weights, sure_expressions
from tests.face.looking import mouth, visible
from verhm.face.lips import REST, gap, meeting, press
from verhm.face.motion import join
from verhm.face.rig import avatar_titles, load_face
from verhm.labels import EMOTIONS, MORPHS

FEELINGS = dict(zip(EMOTIONS, sure_expressions(), strict=True))
# As the shipped mouth closes: hardly pressed, jaw a little open or shut.
CLOSED = {
    "shut": {"mouthPress": 0.1, "mouthRollLower": 0.15, "mouthRollUpper": 0.15},
    "jaw ajar": {"jawOpen": 0.06, "mouthPress": 0.1, "mouthRollLower": 0.1, "mouthRollUpper": 0.1},
    "p b m": VISEMES["p b m"],
}
TALKING = np.ones((1, 1))


@pytest.fixture(scope="module")
def face():
    return load_face()


@pytest.fixture(scope="module", params=list(avatar_titles()))
def avatar(request):
    return load_face(name=request.param)


def rig_gap(face, weights: np.ndarray) -> float:
    """mm between the lips' middles on the rig."""
    posed = face.vertices(weights.astype(np.float32))
    upper, lower = face.lips
    return 100 * float(posed[upper, 1] - posed[lower, 1])


@pytest.mark.parametrize("name", MORPHS)
def test_the_table_says_how_the_rig_parts_the_lips(face, name):
    row = np.zeros((1, len(MORPHS)))
    row[0, MORPHS.index(name)] = 1.0
    told = gap(row)[0, 0]
    if told < REST:  # a rig may let lips give way where they are pressed
        assert rig_gap(face, row[0]) < 0
    else:
        assert rig_gap(face, row[0]) == pytest.approx(told, abs=0.3)


def test_lips_at_rest_press_on_each_other():
    still = np.zeros((1, len(MORPHS)))
    assert gap(still)[0, 0] == REST < 0
    assert meeting(still)[0, 0] == 1


def test_an_open_vowel_is_no_meeting_of_the_lips():
    assert meeting(morph_weights(VISEMES["ah"])[None])[0, 0] == 0


@pytest.mark.parametrize("sound", CLOSED)
@pytest.mark.parametrize("emotion", EMOTIONS)
@pytest.mark.parametrize("strength", [1.0, 2.0])
def test_no_emotion_parts_lips_that_speech_closes(avatar, sound, emotion, strength):
    speech = morph_weights(CLOSED[sound])[None]
    feeling = (strength * FEELINGS[emotion][None]).clip(0, 1)
    closed = rig_gap(avatar, speech[0])
    assert closed < 0
    assert rig_gap(avatar, join(speech, feeling, TALKING)[0]) <= max(closed, -0.3)


@pytest.mark.parametrize("seed", range(3))
def test_lips_stay_together_under_any_movement_of_the_face(avatar, seed):
    rng = np.random.default_rng(seed)
    speech = np.repeat(morph_weights(CLOSED["shut"])[None], 50, axis=0)
    for weights in join(speech, rng.uniform(0, 1, speech.shape), np.ones((50, 1))):
        assert rig_gap(avatar, weights) < 0


@pytest.mark.parametrize("emotion", ["happy", "disgust", "fearful"])
def test_no_teeth_show_beside_the_middle_either(face, emotion):
    speech = morph_weights(CLOSED["shut"])[None]
    joined = join(speech, FEELINGS[emotion][None], TALKING)
    inside = [
        visible(face, each[0], mouth(face), "teeth", "gums", "tongue") for each in (speech, joined)
    ]
    assert inside[1] <= inside[0] + 4  # mm²; an open vowel shows some hundred


def test_a_mouth_that_is_not_talking_may_feel_as_it_likes():
    feeling = FEELINGS["happy"][None]
    silent = join(np.zeros_like(feeling), feeling, 0 * TALKING)
    np.testing.assert_allclose(silent, feeling)


def test_pressing_takes_back_just_what_was_parted():
    speech = morph_weights(CLOSED["shut"])[None].astype(float)
    parted = speech + morph_weights({"mouthUpperUp": 0.3})[None]
    again = press(parted, speech, TALKING)
    np.testing.assert_allclose(gap(again), gap(speech), atol=1e-9)
    np.testing.assert_array_equal(press(parted, speech, 0 * TALKING), parted)


def test_closing_lips_do_not_jump():
    """The way from an open mouth to a closed one in small steps has small steps on any face."""
    shares = np.linspace(0, 1, 400)[:, None]
    way = (1 - shares) * morph_weights(VISEMES["ah"]) + shares * morph_weights(CLOSED["shut"])
    for feeling in FEELINGS.values():
        joined = join(way, np.repeat(feeling[None], 400, axis=0), np.ones((400, 1)))
        assert np.abs(np.diff(joined, axis=0)).max() < 0.02
