"""What is usual of faces in each emotion."""

import numpy as np
import pytest

from training.usual_faces import usual_faces
from verhm.labels import EMOTIONS
from verhm.model.expression import ACTION_UNITS


def test_strength_and_quartiles_are_those_of_each_emotion():
    emotions = [emotion for emotion in EMOTIONS for _ in range(101)]
    offsets = np.zeros((len(emotions), len(ACTION_UNITS)))
    offsets[:101, 0] = np.linspace(-1.0, 1.0, 101)
    offsets[101:202, 1] = np.linspace(0.0, 4.0, 101)
    usual = usual_faces(offsets, emotions)
    full = usual.full_strength
    assert full[0] == pytest.approx(np.percentile(offsets[:, 0], 98), abs=0.005)
    assert full[2:] == pytest.approx(0.15)
    assert usual.least[0, 0] * full[0] == pytest.approx(-0.5)
    assert usual.most[0, 0] * full[0] == pytest.approx(0.5)
    assert usual.least[1, 1] == 0
    assert usual.most[1, 1] * full[1] == pytest.approx(3.0)
    assert not usual.most[2:].any()
