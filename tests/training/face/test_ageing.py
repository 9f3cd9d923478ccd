import numpy as np
import pytest

from training.face.ageing import beard, lines, spots
from training.face.landmarks import Landmarks

MARKS = Landmarks(eye_x=0.28, eye_y=7.3, mouth_y=6.65, nose_y=6.98)


@pytest.fixture(scope="module")
def front() -> np.ndarray:
    """(H, W, 3) a sheet in front of the face, the upper row highest."""
    x, y = np.meshgrid(np.linspace(-0.6, 0.6, 121), np.linspace(8.1, 5.9, 221))
    return np.stack([x, y, np.full_like(x, 1.3)], axis=-1)


def test_lines_are_symmetric_thin_and_bounded(front):
    shade = lines(front, MARKS)
    np.testing.assert_allclose(shade, shade[:, ::-1], atol=1e-6)
    assert -0.13 < shade.min() < 0 < shade.max() <= 0.6
    assert (shade > 0.05).mean() < 0.1


def test_no_line_crosses_the_lips_or_the_pupils(front):
    shade = np.abs(lines(front, MARKS))
    x, y = np.abs(front[..., 0]), front[..., 1]
    assert shade[(np.abs(y - MARKS.mouth_y) < 0.03) & (x < 0.2)].max() < 0.02
    assert shade[np.hypot(x - MARKS.eye_x, y - MARKS.eye_y) < 0.05].max() < 0.02


def test_the_back_of_the_head_has_no_lines(front):
    assert not lines(front * np.array([1, 1, -1]), MARKS).any()


def test_spots_cover_little_and_the_same_ones_each_time(front):
    first, second = (spots(front, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.min() >= 0 and first.max() <= 1
    assert (first > 0.1).mean() < 0.5


def test_a_beard_covers_the_chin_but_neither_lips_nose_nor_cheeks(front):
    cover = beard(front, MARKS, np.random.default_rng(3))
    x, y = np.abs(front[..., 0]), front[..., 1]
    assert cover[(np.abs(y - 6.4) < 0.05) & (x < 0.2)].mean() > 0.4
    assert cover[(y > 6.95) & (x < 0.3)].max() < 0.05
    assert cover.min() >= 0 and cover.max() <= 1
