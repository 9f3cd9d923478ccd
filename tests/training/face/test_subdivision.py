import numpy as np
import pytest

from training.face.subdivision import split, subdivide, subdivide_corners

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
FACES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)


def grid(size: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and quads of a flat square."""
    y, x = np.mgrid[0:size, 0:size].astype(float)
    index = np.arange(size * size).reshape(size, size)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1)
    return np.column_stack([x.ravel(), y.ravel(), 0 * x.ravel()]), quads.reshape(-1, 4)


@pytest.mark.parametrize(("vertices", "quads"), [(CUBE, FACES), grid()])
def test_each_new_vertex_is_a_weighted_mean(vertices, quads):
    step = subdivide(quads, len(vertices))
    np.testing.assert_allclose(step.operator.sum(axis=1), 1)
    assert len(step.quads) == 4 * len(quads)
    assert np.unique(step.quads).size == step.operator.shape[0]


def test_the_known_counts_of_a_cube():
    step = subdivide(FACES, len(CUBE))
    assert step.operator.shape == (8 + 12 + 6, 8)


def test_a_plane_stays_a_plane():
    vertices, quads = grid()
    np.testing.assert_allclose((subdivide(quads, len(vertices)).operator @ vertices)[:, 2], 0)


def test_the_new_surface_stays_near_the_old_points():
    """Plain Catmull-Clark would draw a cube's corner in by 4/9; the correction halves that."""
    corner = (subdivide(FACES, len(CUBE)).operator @ CUBE)[:8]
    assert np.all(np.abs(corner) > 0.75)


def test_new_quads_turn_the_same_way_round():
    vertices, quads = grid()
    step = subdivide(quads, len(vertices))
    a, b, c, _ = np.moveaxis((step.operator @ vertices)[step.quads], 1, 0)
    assert np.all(np.cross(b - a, c - a)[:, 2] > 0)


def test_corners_follow_the_quads():
    vertices, quads = grid()
    chosen = np.ones(len(quads), bool)
    step = split(quads, len(vertices), chosen)
    carried = subdivide_corners(vertices[quads])
    np.testing.assert_allclose(carried, (step.operator @ vertices)[step.quads])


def test_splitting_moves_nothing_and_keeps_the_rest():
    vertices, quads = grid()
    chosen = np.arange(len(quads)) % 2 == 0
    step = split(quads, len(vertices), chosen)
    np.testing.assert_array_equal((step.operator @ vertices)[: len(vertices)], vertices)
    np.testing.assert_array_equal(step.quads[: (~chosen).sum()], quads[~chosen])
    assert len(step.quads) == (~chosen).sum() + 4 * chosen.sum()
