import numpy as np
import pytest

from verhm.face.rig import load_face
from verhm.face.shading import KEY, fold, lid_shadow, mouth_light, shade, shade_hair


def towards(*directions: tuple[float, float, float]) -> np.ndarray:
    rows = np.array(directions, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_what_faces_the_light_is_brightest():
    normals = np.concatenate([[KEY.towards], towards((0, -1, 0), (0, 0, -1))])
    colours = shade(normals, np.ones(3), np.zeros(3))
    assert np.all(colours[0] > colours[1:].max(axis=0))
    assert colours.min() > 0.1 and colours.max() < 1.3


def test_hidden_places_are_dark_and_reddish():
    normals = np.repeat(towards((0, 0, 1)), 2, axis=0)
    open_, hidden = shade(normals, np.array([1.0, 0.2]), np.zeros(2))
    assert np.all(hidden < 0.5 * open_)
    assert hidden[0] / open_[0] > hidden[2] / open_[2]


def test_gloss_only_adds():
    normals = towards((0, 0, 1), (-0.3, 0.3, 1), (1, 0, 0))
    dull, shiny = (shade(normals, np.ones(3), np.full(3, gloss)) for gloss in (0.0, 1.0))
    assert np.all(shiny >= dull)


def test_no_fold_changes_nothing():
    colours = np.full((4, 3), 0.7)
    np.testing.assert_array_equal(fold(colours, np.zeros(4)), colours)
    assert np.all(fold(colours, np.full(4, -0.3)) < colours)


def test_a_lower_lid_casts_its_shadow_lower():
    face = load_face()
    eye = face.eyes[0]
    points, lid = face.neutral[eye.vertices], face.neutral[eye.lid]
    high, low = (lid_shadow(points, eye, lid - [0, drop, 0]) for drop in (0.0, 0.05))
    assert np.all(low <= high + 1e-6) and low.sum() < high.sum()
    assert high.min() >= 0 and high.max() <= 1


def test_teeth_are_lit_through_an_open_mouth():
    assert mouth_light(0.2, 0.0) == pytest.approx(1)
    assert mouth_light(0.0, 0.0) < 0.4
    assert mouth_light(0.2, 0.1) < mouth_light(0.2, 0.0)


def test_hair_gleams_across_the_light_not_along_it():
    tangents = np.stack([towards((1, 0, 0)), KEY.towards[None]]).astype(float)
    normals = np.repeat(towards((0, 0.5, 1))[None], 2, axis=0)
    across, along = shade_hair(tangents, normals, np.zeros((2, 1)))
    assert across.sum() > along.sum()


def test_hair_is_darker_at_the_roots():
    tangents, normals = (np.repeat(towards(way)[None], 2, axis=0) for way in ((1, 0, 0), (0, 0, 1)))
    tip, root = shade_hair(tangents, normals, np.array([[0.0], [1.0]]))
    assert np.all(root < tip)
