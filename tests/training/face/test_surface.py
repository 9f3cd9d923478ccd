import numpy as np
import pytest

from training.face.surface import clip, longest_loop, vertex_normals


def sphere(rings: int = 24, segments: int = 32) -> tuple[np.ndarray, np.ndarray]:
    theta = np.linspace(0.05, np.pi - 0.05, rings)[:, None]
    phi = np.linspace(0, 2 * np.pi, segments, endpoint=False)[None, :]
    points = np.stack(
        [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi], axis=-1
    )
    index = np.arange(rings * segments).reshape(rings, segments)
    beside = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], index[1:], beside[1:], beside[:-1]], axis=-1).reshape(-1, 4)
    return points.reshape(-1, 3), np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def area(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_a_spheres_normals_point_outwards():
    points, triangles = sphere()
    inner = np.abs(points[:, 2]) < 0.9
    normals = vertex_normals(points, triangles)
    assert np.all((normals * points).sum(axis=1)[inner] > 0.99)


def test_a_cut_keeps_one_side_exactly():
    points, triangles = sphere()
    height = points[:, 2] - 0.31
    cut, kept, border = clip(points, triangles, height)
    assert cut[kept].reshape(-1, 3)[:, 2].max() == pytest.approx(0.31, abs=1e-9)
    np.testing.assert_allclose(cut[border][..., 2], 0.31, atol=1e-9)
    other, rest, _ = clip(points, triangles, -height)
    assert area(cut, kept) + area(other, rest) == pytest.approx(area(points, triangles))


def test_the_border_of_a_cut_is_one_closed_walk():
    points, triangles = sphere()
    _, _, border = clip(points, triangles, points[:, 2] - 0.31)
    assert len(longest_loop(border)) == len(np.unique(border)) == len(border)
