import numpy as np
import pytest
import torch

from training.mouth import Heard, SpokenLesson, lip_gap
from training.synthesised_speech import Phoneme
from training.visemes import close_lips, teach_closures
from verhm.face.rig import load_face
from verhm.labels import MORPHS
from verhm.model.synthesizer import MOUTH_COLUMNS, MOUTH_MORPHS

OPEN = np.full((50, len(MOUTH_MORPHS)), 0.3, dtype=np.float32)


def phonemes(symbol: str) -> tuple[Phoneme, ...]:
    return (Phoneme("a", 0.0, 0.4), Phoneme(symbol, 0.4, 0.5), Phoneme("a", 0.5, 1.0))


@pytest.mark.parametrize("symbol", ["m", "b", "p", "pf"])
def test_lips_meet_in_sounds_made_with_both(symbol):
    closed = close_lips(OPEN, phonemes(symbol))
    weights = np.zeros((50, len(MORPHS)))
    weights[:, MOUTH_COLUMNS] = closed
    gap = lip_gap(load_face(), weights)
    assert (gap[20:26] < 0).all()
    assert (gap[[0, 12, 33, 49]] > 2).all()


@pytest.mark.parametrize("symbol", ["d", "f", "w", ""])
def test_other_sounds_are_left_as_they_are(symbol):
    np.testing.assert_array_equal(close_lips(OPEN, phonemes(symbol)), OPEN)


def test_a_closure_keeps_weights_in_bounds_and_eases_in():
    jaw = close_lips(OPEN, phonemes("m"))[:, MOUTH_MORPHS.index("jawOpen")]
    assert jaw.min() == 0
    assert jaw.max() <= 0.3 + 1e-6
    assert (np.diff(jaw[:21]) <= 1e-7).all()
    assert (np.diff(jaw[25:]) >= -1e-7).all()


def test_lessons_are_heard_as_before_and_shown_with_corrected_lips():
    class Same(torch.nn.Module):
        """Says what it is shown."""

        def forward(self, content: torch.Tensor, emotion: torch.Tensor, intensity: float):
            return content

    heard = Heard(OPEN, np.zeros((25, 1)))
    spoken = [SpokenLesson(heard, phonemes("m")), SpokenLesson(heard, phonemes("d"))]
    closed, plain = teach_closures(Same(), spoken)
    assert closed.heard is plain.heard is heard
    np.testing.assert_array_equal(closed.targets, close_lips(OPEN, phonemes("m")))
    np.testing.assert_array_equal(plain.targets, OPEN)
