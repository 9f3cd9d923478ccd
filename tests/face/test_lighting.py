import numpy as np
import pytest

from verhm.face.lighting import Lighting
from verhm.face.rig import load_face
from verhm.labels import MORPHS


@pytest.fixture(scope="module")
def face():
    return load_face()


def weights(**named: float) -> np.ndarray:
    row = np.zeros(len(MORPHS), np.float32)
    for name, value in named.items():
        row[MORPHS.index(name)] = value
    return row


def colours(face, **named: float) -> np.ndarray:
    lighting = Lighting(face, np.arange(len(face.triangles)))
    row = weights(**named)
    return lighting.at(face.vertices(row), row)


def test_lighting_a_part_gives_it_the_same_colours_and_the_rest_none(face):
    part = face.parts["tongue"].triangles
    row = weights(jawOpen=0.7)
    posed = face.vertices(row)
    whole, few = (
        Lighting(face, each).at(posed, row) for each in (np.arange(len(face.triangles)), part)
    )
    lit = np.unique(face.vertex_triangles[part])
    np.testing.assert_allclose(few[lit], whole[lit], rtol=1e-5)
    assert not few[face.parts["shirt"].vertices].any()


def test_teeth_are_lit_when_the_mouth_opens(face):
    teeth = face.parts["teeth"].vertices
    shut, open_ = colours(face), colours(face, jawOpen=1.0)
    assert open_[teeth].mean() > 1.5 * shut[teeth].mean()


def test_a_lowered_lid_darkens_its_own_eyeball_only(face):
    left, right = (eye.vertices for eye in face.eyes)
    awake, winking = colours(face), colours(face, eyeBlinkLeft=0.6)
    changed = {
        side: np.abs(awake[ball] - winking[ball]).max()
        for side, ball in (("first", left), ("second", right))
    }
    assert sorted(value > 0.02 for value in changed.values()) == [False, True]


def test_a_frown_makes_folds_between_the_brows_darker(face):
    row = weights(browDownLeft=1.0, browDownRight=1.0)
    folded = np.flatnonzero(face.folded(row) < -0.05)
    assert folded.size
    smooth, frowning = colours(face), colours(face, browDownLeft=1.0, browDownRight=1.0)
    assert frowning[folded].mean() < smooth[folded].mean()
