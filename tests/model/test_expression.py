import numpy as np
import pytest
import torch

from verhm.face.motion import blend
from verhm.labels import EMOTIONS, MORPHS
from verhm.model.expression import (
    ACTION_UNIT_MORPHS,
    ACTION_UNITS,
    FULL_STRENGTH,
    MOST,
    PROTOTYPES,
    RELAXED,
    ExpressionDecoder,
    express,
)

NOTHING = np.zeros((8, len(ACTION_UNITS)))
SURE = np.eye(8)


def sided(name: str) -> set[str]:
    return {name} if name in MORPHS else {f"{name}Left", f"{name}Right"}


def test_every_action_unit_moves_morphs_that_exist():
    assert set(ACTION_UNIT_MORPHS) == set(ACTION_UNITS)
    for morphs in ACTION_UNIT_MORPHS.values():
        assert morphs
        for name in morphs:
            assert sided(name) <= set(MORPHS)


def test_every_emotion_has_a_prototype_of_known_action_units():
    assert set(PROTOTYPES) == set(EMOTIONS)
    for units in PROTOTYPES.values():
        assert set(units) <= set(ACTION_UNITS)


def test_a_sure_emotion_can_be_read_and_no_two_look_alike():
    faces = express(NOTHING, SURE)
    strongest = dict(zip(EMOTIONS, faces.max(axis=1), strict=True))
    for emotion in set(EMOTIONS) - {"neutral", "calm"}:
        assert 0.6 <= strongest[emotion] <= 1.0, emotion
    for first in range(8):
        for second in range(first):
            assert np.abs(faces[first] - faces[second]).max() >= 0.2


def test_neutral_is_a_face_at_rest():
    np.testing.assert_array_equal(express(NOTHING, SURE)[EMOTIONS.index("neutral")], 0.0)


def test_weights_stay_in_range_whatever_the_regression_says():
    wild = np.random.default_rng(0).normal(0, 20, NOTHING.shape)
    faces = express(wild, SURE)
    assert faces.min() >= 0
    assert faces.max() <= 1


@pytest.mark.parametrize("unit", ACTION_UNITS)
def test_a_measured_action_unit_shows_as_far_as_is_usual_for_the_emotion(unit):
    at = ACTION_UNITS.index(unit)
    wild = NOTHING.copy()
    wild[:, at] = 20 * FULL_STRENGTH[unit]
    faces, plain = express(wild, SURE), express(NOTHING, SURE)
    for emotion, face, rest in zip(EMOTIONS, faces, plain, strict=True):
        most = 0.0 if emotion in RELAXED.get(unit, ()) else MOST[unit][EMOTIONS.index(emotion)]
        for name, weight in ACTION_UNIT_MORPHS[unit].items():
            for morph in map(MORPHS.index, sided(name)):
                assert rest[morph] <= face[morph] <= rest[morph] + most * weight + 1e-9


def test_what_was_measured_counts_beside_a_prototype():
    at, corner = EMOTIONS.index("sad"), MORPHS.index("mouthFrownLeft")
    plain = express(NOTHING, SURE)[at]
    frowning = NOTHING.copy()
    frowning[at, ACTION_UNITS.index("AU15")] = 0.15 * FULL_STRENGTH["AU15"]
    assert express(frowning, SURE)[at][corner] == pytest.approx(plain[corner] + 0.15)


def test_what_was_measured_below_neutral_takes_away_from_a_prototype():
    at, jaw = EMOTIONS.index("surprised"), MORPHS.index("jawOpen")
    less = NOTHING.copy()
    less[at, ACTION_UNITS.index("AU26")] = -0.3 * FULL_STRENGTH["AU26"]
    plain = express(NOTHING, SURE)[at][jaw]
    assert express(less, SURE)[at][jaw] == pytest.approx(plain - 0.3 * 0.55)


@pytest.mark.parametrize("unit", RELAXED)
@pytest.mark.parametrize("other", EMOTIONS)
def test_a_muscle_that_rests_in_the_likeliest_emotion_rests(unit, other):
    """Whatever else is likely, and however the regression takes an unknown voice."""
    wild = 20 * np.random.default_rng(0).normal(size=NOTHING.shape) * max(FULL_STRENGTH.values())
    shown = [
        MORPHS.index(morph)
        for name, weight in ACTION_UNIT_MORPHS[unit].items()
        for morph in sided(name)
        if weight == 1.0
    ]
    along = 0.2 if unit == "AU01" else 0.0  # what AU02 lifts of the inner brow
    for emotion in RELAXED[unit]:
        mixed = 0.7 * SURE[[EMOTIONS.index(emotion)]] + 0.3 * SURE[[EMOTIONS.index(other)]]
        faces = express(wild, np.repeat(mixed, len(wild), axis=0))
        assert faces[:, shown].max() <= along, emotion


def test_two_equally_likely_opposites_come_near_a_face_at_rest():
    both = (SURE[EMOTIONS.index("angry")] + SURE[EMOTIONS.index("calm")]) / 2
    face = express(NOTHING[:1], both[None])[0]
    assert face[[MORPHS.index("mouthSmileLeft"), MORPHS.index("browDownLeft")]].max() < 0.2


def test_prototypes_leave_the_jaw_to_speech():
    """At most a finger's breadth in a pause (0.3 is 8 mm), and hardly anything in speech."""
    faces, jaw = express(NOTHING, SURE), MORPHS.index("jawOpen")
    assert faces[:, jaw].max() <= 0.3
    speech, talking = np.zeros_like(faces), np.ones((len(faces), 1))
    speech[:, jaw] = 0.3
    assert blend(speech, faces, talking)[:, jaw].max() < 0.35


def test_sad_and_disgusted_faces_keep_the_mouth_shut():
    faces = express(NOTHING, SURE)[[EMOTIONS.index(name) for name in ("sad", "disgust")]]
    assert not faces[:, MORPHS.index("jawOpen")].any()


def test_nothing_blinks():
    blinking = [name.startswith("eyeBlink") for name in MORPHS]
    assert not express(NOTHING + max(FULL_STRENGTH.values()), SURE)[:, blinking].any()


def test_action_units_are_read_off_the_leading_components_and_the_probabilities():
    torch.manual_seed(0)
    decoder = ExpressionDecoder(components=3, emotions=8).requires_grad_(False)
    embedding, probabilities = torch.randn(2, 5), torch.full((2, 8), 0.125)
    units = decoder(embedding, probabilities)
    assert units.shape == (2, len(ACTION_UNITS))
    beyond, within = embedding.clone(), embedding.clone()
    beyond[:, 3:] += 1.0
    within[:, 2] += 1.0
    torch.testing.assert_close(decoder(beyond, probabilities), units, rtol=0, atol=0)
    assert not torch.allclose(decoder(within, probabilities), units)
    assert not torch.allclose(decoder(embedding, torch.eye(8)[:2]), units)
