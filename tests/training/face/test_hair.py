"""Hair on a made-up head: an ellipsoid with the landmarks of a face."""

from dataclasses import replace

import numpy as np
import pytest

from training.face.avatars import AVATARS
from training.face.hair import grow
from training.face.haircut import BOB, COILS, SHORT, Haircut
from training.face.landmarks import Landmarks
from training.face.part import triangulate
from training.face.skin import hairline

MARKS = Landmarks(eye_x=0.28, eye_y=7.3, mouth_y=6.65, nose_y=6.98)
MIDDLE = np.array([0.0, 7.45, 0.35])
RADII = np.array([0.72, 0.95, 0.9])


@pytest.fixture(scope="module")
def head() -> tuple[np.ndarray, np.ndarray]:
    polar, around = np.linspace(0.03, np.pi - 0.03, 40), np.linspace(0, 2 * np.pi, 60)
    theta, phi = np.meshgrid(polar, around, indexing="ij")
    ring = np.sin(theta)
    unit = np.stack([ring * np.cos(phi), np.cos(theta), ring * np.sin(phi)], axis=-1)
    index = np.arange(theta.size).reshape(theta.shape)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1)
    return MIDDLE + RADII * unit.reshape(-1, 3), triangulate(quads.reshape(-1, 4))


def grown(head, cut: Haircut) -> np.ndarray:
    return grow(*head, MARKS, replace(cut, strands=800), brightness=80.0).strands


def height(points: np.ndarray) -> np.ndarray:
    """Distance from the middle in units of the head's surface."""
    return np.linalg.norm((points - MIDDLE) / RADII, axis=-1)


@pytest.mark.parametrize("cut", [each.haircut for each in AVATARS], ids=lambda cut: str(cut.top))
def test_hairs_begin_on_the_scalp_and_stay_outside_the_head(head, cut):
    strands = grown(head, cut)
    assert strands.shape == (800, cut.points, 3)
    np.testing.assert_allclose(height(strands[:, 0]), 1, atol=0.02)
    assert np.quantile(hairline(strands[:, 0], MARKS, cut.line), 0.02) > -0.06
    assert (height(strands) < 0.97).mean() < 0.01


def test_long_hair_hangs_beside_the_face_not_over_it(head):
    strands = grown(head, BOB)
    assert np.quantile(strands[:, -1, 1], 0.25) < MARKS.mouth_y
    before_face = (np.abs(strands[..., 0]) < 0.35) & (strands[..., 1] < MARKS.eye_y + 0.3)
    assert (before_face & (strands[..., 2] > 0.8)).mean() < 0.002


def test_long_hair_ends_where_it_was_cut(head):
    assert grown(head, BOB)[..., 1].min() > MARKS.eye_y - BOB.lowest - 0.2


def test_coiled_hair_winds(head):
    turns = np.diff(grown(head, COILS), axis=1)
    straight = np.diff(grown(head, replace(COILS, curl=0.0)), axis=1)

    def winding(steps: np.ndarray) -> float:
        unit = steps / np.linalg.norm(steps, axis=2, keepdims=True)
        return float((unit[:, 1:] * unit[:, :-1]).sum(axis=2).mean())

    assert winding(turns) < winding(straight) - 0.1


def test_grey_hairs_are_brighter(head):
    plain, grey = (
        grow(*head, MARKS, replace(SHORT, strands=800, grey=share), brightness=40.0).tone
        for share in (0.0, 0.5)
    )
    assert grey.max() > 1.5 * plain.max()
    assert 0.4 < (grey > plain.max()).mean() < 0.6


def test_the_same_hair_grows_twice(head):
    np.testing.assert_array_equal(grown(head, SHORT), grown(head, SHORT))
