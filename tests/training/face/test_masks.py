import numpy as np
import pytest

from training.face.masks import Masks, find_masks, read_masks
from verhm.face.rig import FaceModel, load_face


@pytest.fixture(scope="module")
def face() -> FaceModel:
    return load_face()


@pytest.fixture(scope="module")
def masks() -> Masks:
    return read_masks()


def test_the_written_masks_are_those_of_the_shipped_face(face, masks):
    assert masks == find_masks(face)


def test_no_vertex_is_in_both_masks(masks):
    assert not set(masks.lips) & set(masks.upper_face)


@pytest.mark.parametrize("name", ["lips", "upper_face"])
def test_a_mask_is_its_own_mirror_image(face, masks, name):
    places = face.neutral[list(getattr(masks, name))]
    mirrored = places * np.array([-1, 1, 1], places.dtype)
    distances = np.linalg.norm(places[:, None] - mirrored[None], axis=2).min(axis=0)
    assert 100 * distances.max() < 2.0  # mm


def test_lips_lie_around_the_mouth_and_on_both_sides_of_it(face, masks):
    places = 100 * (face.neutral[list(masks.lips)] - face.neutral[list(face.lips)].mean(axis=0))
    assert set(face.lips) <= set(masks.lips)
    assert 18 < np.abs(places[:, 0]).max() < 30  # mm; half a mouth's width
    assert -15 < places[:, 1].min() < -5
    assert 5 < places[:, 1].max() < 12


def test_the_upper_face_reaches_from_the_lower_lids_over_the_brows(face, masks):
    height = face.neutral[list(masks.upper_face), 1]
    centre, radius = face.eyes[0].centre[1], face.eyes[0].radius
    assert centre - radius < height.min() < centre - 0.5 * radius
    assert 100 * (height.max() - centre) > 40  # mm above the eyes


def test_the_upper_face_is_in_front_of_the_eyeballs(face, masks):
    places = face.neutral[list(masks.upper_face)]
    for eye in face.eyes:
        assert np.linalg.norm(places - eye.centre, axis=1).min() > eye.radius
