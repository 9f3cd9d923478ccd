"""Voices that the model was not fitted on, told one emotion after the other."""

import numpy as np
import pytest

from benchmarks.face_emotion import VOICES, Carried, carried, listen, speak, speaking, tell, wrong
from benchmarks.face_sheet import morph_weights
from verhm.face.lips import gap
from verhm.labels import EMOTIONS
from verhm.model.checkpoint import SHIPPED, load

SHORT = "My mother bought a big bag of apples and put them on the table."


@pytest.fixture(scope="module")
def model():
    return load(SHIPPED, "cpu")


@pytest.fixture(scope="module", params=["man", "high woman"])
def heard(request, model, tmp_path_factory):
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    return listen(model, speak(path, *VOICES[request.param], text=SHORT))


@pytest.mark.model
def test_every_emotion_shows_at_mouth_and_brow_whoever_speaks(model, heard):
    for emotion in EMOTIONS:
        motion = tell(model, heard, emotion, share=0.7)
        shown = carried(speaking(motion, heard.activity))
        assert not wrong(emotion, shown), (emotion, shown)


@pytest.mark.model
def test_the_emotion_leaves_opening_and_closing_to_the_words(model, heard):
    motions = [tell(model, heard, emotion, share=0.7) for emotion in EMOTIONS]
    gaps = [gap(speaking(motion, heard.activity))[:, 0] for motion in motions]
    neutral = gaps[EMOTIONS.index("neutral")]
    meeting = neutral <= 0
    assert meeting.sum() > 10
    for emotion, each in zip(EMOTIONS, gaps, strict=True):
        assert each[meeting].max() < 0.3, emotion  # mm
        assert np.corrcoef(neutral, each)[0, 1] > 0.9, emotion


def test_corners_and_brow_are_means_of_both_sides():
    smile = morph_weights({"mouthSmile": 0.6, "mouthFrown": 0.1})
    scowl = morph_weights({"mouthFrown": 0.3, "browDownLeft": 0.8})
    shown = carried(np.stack([smile, scowl]))
    assert shown.corners == pytest.approx((0.5 - 0.3) / 2)
    assert shown.brow == pytest.approx(0.4 / 2)


def test_a_smile_is_wrong_in_anger_and_a_scowl_in_joy():
    smile, scowl = Carried(corners=0.3, brow=0.0), Carried(corners=-0.1, brow=0.6)
    assert wrong("angry", smile) == ["smiles", "does not frown"]
    assert wrong("happy", scowl) == ["droops", "frowns", "does not smile"]
    assert not wrong("calm", smile) and not wrong("angry", scowl)
