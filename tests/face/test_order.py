"""Triangles that lie side by side are drawn one after the other, and none is lost."""

import numpy as np
import pytest

from verhm.face.order import draw_order
from verhm.face.rig import load_face
from verhm.face.viewing.mesh import sort_mesh

BROWSER = 64  # corners that Chromium's software drawing remembers, by the end of their number
BATCH = 128  # triangles after which it has forgotten them


def grid(side: int) -> np.ndarray:
    """(2 side², 3) triangles of a square, shuffled."""
    at = np.arange(side * (side + 1)).reshape(side, side + 1)[:, :-1].ravel()
    below = at + side + 1
    upper = np.column_stack([at, at + 1, below])
    lower = np.column_stack([at + 1, below + 1, below])
    return np.random.default_rng(0).permutation(np.concatenate([upper, lower]))


def worked_out(triangles: np.ndarray) -> float:
    """How many corners per triangle a browser works out."""
    count, remembered = 0, dict[int, int]()
    for number, triangle in enumerate(triangles.tolist()):
        if number % BATCH == 0:
            remembered.clear()
        for corner in triangle:
            count += remembered.get(corner % BROWSER) != corner
            remembered[corner % BROWSER] = corner
    return count / len(triangles)


def test_every_triangle_is_drawn_once():
    assert sorted(draw_order(grid(20))) == list(range(800))


def test_nothing_has_an_order_too():
    assert len(draw_order(np.zeros((0, 3), int))) == 0


def test_triangles_of_separate_pieces_are_all_drawn():
    apart = np.concatenate([grid(3), 1_000 + grid(3)])
    assert sorted(draw_order(apart)) == list(range(36))


def test_a_square_s_corners_are_worked_out_hardly_more_than_once():
    shuffled = grid(40)
    ordered = shuffled[draw_order(shuffled)]
    assert worked_out(shuffled) > 2.5
    assert worked_out(ordered) < 1.0  # half a corner per triangle is the least there can be


@pytest.mark.model
def test_a_face_s_corners_are_worked_out_hardly_more_than_once():
    mesh = sort_mesh(load_face())
    assert worked_out(mesh.triangles[: mesh.drawn]) < 0.8
