"""The measures find what they are there to find."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.face_check import (
    LIMITS,
    colliding_pairs,
    pose,
    slit_of_blinks,
    unrest,
    wall_inside,
)
from benchmarks.face_geometry import Faults, Geometry, fastest
from benchmarks.face_motion import speaking_through_emotions
from tests.face.looking import eye, visible
from verhm.face.picture import background
from verhm.face.rig import avatar_titles, load_face
from verhm.labels import MORPHS


@pytest.fixture(scope="module")
def face():
    return load_face()


@pytest.fixture(scope="module")
def geometry(face) -> Geometry:
    return Geometry(face)


def test_the_neutral_face_has_no_faults(face, geometry):
    found = geometry.measure(face.neutral)
    assert replace(found, stretch=0.0) == Faults()
    assert found.stretch == pytest.approx(1.0, abs=1e-4)


def test_a_spike_is_found(face, geometry):
    posed = face.neutral.copy()
    nose = np.argmax(posed[: face.parts["skin"].vertices.stop, 2])
    posed[nose, 2] += 0.5
    assert geometry.measure(posed).stretch > 6


def test_skin_turned_inside_out_is_found(face, geometry):
    mirrored = face.neutral * np.array([1, 1, -1], np.float32)
    assert geometry.measure(mirrored).turned > 100


def test_a_lid_below_the_other_one_is_found(face, geometry):
    posed = face.neutral.copy()
    lid = face.eyes[0].lid
    posed[lid, 1] -= 0.13
    found = geometry.measure(posed)
    assert 3 < found.lids < 13


def test_an_eye_before_its_lids_is_found(face, geometry):
    posed = face.neutral.copy()
    posed[face.eyes[1].vertices, 2] += 0.06
    assert geometry.measure(posed).eyes > 2


def test_teeth_before_the_lips_are_found(face, geometry):
    posed = face.neutral.copy()
    posed[face.parts["teeth"].vertices, 2] += 0.3
    assert geometry.measure(posed).teeth > 3


def test_a_lip_inside_the_other_one_is_found(face, geometry):
    offset = face.seams.relief.sum(axis=1).reshape(-1, 3)
    posed = face.neutral.copy()
    posed[face.moving] -= 0.06 * offset
    assert geometry.measure(posed).lips > 2


def test_the_fastest_vertex_counts():
    before = np.zeros((3, 3))
    after = np.array([[0, 0, 0], [0.03, 0.04, 0], [0.01, 0, 0]])
    assert fastest(before, after) == pytest.approx(5.0)


def test_wall_is_a_hole_only_where_the_head_surrounds_it():
    picture = background(64)
    picture[10:50, 10:50] = 90.0
    assert not wall_inside(picture).any()
    picture[20:24, 20:24] = background(64)[20:24, 20:24]
    assert wall_inside(picture).sum() == 16


def test_pairs_that_collide_share_skin_and_are_no_opposites(face):
    pairs = colliding_pairs(face)
    names = [frozenset(pair) for pair in pairs]
    assert frozenset(("mouthPressLeft", "mouthRollLower")) in names
    assert frozenset(("browInnerUp", "mouthPucker")) not in names
    assert frozenset(("eyeLookUpLeft", "eyeLookDownLeft")) not in names


def test_a_lip_behind_the_other_one_is_not_inside_it(geometry):
    """With the lower jaw thrust forward the upper lip hangs behind the lower one, in the mouth."""
    man = load_face(name="man")
    assert Geometry(man).measure(man.vertices(pose("jawForward", "mouthPucker"))).lips < 1


def test_gums_before_the_cheek_are_found(face, geometry):
    posed = face.neutral.copy()
    posed[face.parts["gums"].vertices, 2] += 0.3
    assert geometry.measure(posed).teeth > 3


def test_a_minute_of_face_shows_every_emotion():
    weights = speaking_through_emotions(60.0).weights
    assert weights.shape == (1800, len(MORPHS))
    for name in (
        "mouthSmileLeft",
        "browDownLeft",
        "eyeWideLeft",
        "noseSneerLeft",
        "mouthFrownLeft",
    ):
        assert weights[:, MORPHS.index(name)].max() > 0.5, name


def test_a_minute_of_face_blinks_under_every_emotion(face):
    """Closed is what the lids are, not a weight: over raised lower lids less of a blink does it."""
    motion = speaking_through_emotions(60.0).weights
    lids = motion[:, MORPHS.index("eyeBlinkLeft")]
    falling, blinks = ndimage.label(lids > 0.6)
    assert 15 < blinks < 27
    deepest = ndimage.maximum_position(lids, falling, np.arange(blinks) + 1)
    smiling = motion[:, MORPHS.index("cheekSquintLeft")] > 0.9
    assert 0 < sum(smiling[frame] for (frame,) in deepest) < blinks
    for (frame,) in deepest:
        assert visible(face, motion[frame], eye(face, 0), "left eye") < 3, frame  # mm², of 145


def test_the_worst_of_two_is_kept():
    assert Faults(lids=1.0).worst(Faults(lips=2.0)) == Faults(lids=1.0, lips=2.0)


def test_a_pose_names_its_morphs():
    assert pose("jawOpen")[MORPHS.index("jawOpen")] == pose("jawOpen").sum() == 1


def shaded(offset: float) -> np.ndarray:
    """(32, 32, 3) a picture of an edge that lies somewhere between two columns."""
    along = np.clip(np.arange(32) - 15.5 - offset, 0, 1)
    return np.repeat((200 * along)[None, :, None], 32, axis=0).repeat(3, axis=2).astype(int)


def test_an_edge_that_moves_by_less_than_a_pixel_is_no_unrest():
    for offset in (0.0, 0.1, 0.25, 0.5, 0.9):
        assert unrest(shaded(0.0), shaded(offset)) == 0


def test_what_appears_from_nowhere_is_unrest():
    speckled = shaded(0.0)
    speckled[4:28:8, 2:14:6] += 90
    assert unrest(shaded(0.0), speckled) == unrest(speckled, shaded(0.0)) == 6


@pytest.mark.parametrize("name", list(avatar_titles()))
def test_a_blink_shuts_the_eyes_over_a_full_smile(name):
    face = load_face(name=name)
    assert slit_of_blinks(face, Geometry(face)) < LIMITS["ajar"]
