"""Skin is drawn from fewer triangles where nobody sees it, and never comes apart."""

from collections import Counter

import numpy as np
import pytest

from verhm.face.rig import avatar_titles, load_face
from verhm.face.surface import Normals
from verhm.face.viewing.coarse import coarsen
from verhm.face.viewing.mesh import sort_mesh, surface_arrays

# Two quadrangles side by side, each cut into four: old corners, then edges' middles, then middles.
OLDS = ((0, 0), (2, 0), (4, 0), (0, 2), (2, 2), (4, 2))
EDGES = ((1, 0), (3, 0), (1, 2), (3, 2), (0, 1), (2, 1), (4, 1))
PLACES = np.array([*OLDS, *EDGES, (1, 1), (3, 1)], float)
QUADRANGLES = (((0, 1, 4, 3), (6, 11, 8, 10), 13), ((1, 2, 5, 4), (7, 12, 9, 11), 14))
CUT = np.array(
    [
        piece
        for corners, edges, middle in QUADRANGLES
        for place in range(4)
        for piece in (
            (corners[place], edges[place], middle),
            (corners[place], middle, edges[place - 1]),
        )
    ]
)
FLAT = np.tile([0.0, 0.0, 1.0], (len(PLACES), 1))
NONE = np.zeros(len(PLACES), dtype=bool)


def coarse(normals=FLAT, keeps=NONE) -> np.ndarray:
    return coarsen(CUT, np.arange(len(PLACES)), normals, keeps)


def areas(triangles: np.ndarray) -> np.ndarray:
    """Twice the area of each, positive where its corners go round to the left."""
    a, b, c = np.moveaxis(PLACES[triangles], 1, 0)
    (x, y), (u, v) = (b - a).T, (c - a).T
    return x * v - y * u


def loose_edges(triangles: np.ndarray) -> set[tuple[int, int]]:
    """Directed edges along which no other triangle lies."""
    edges = Counter(
        tuple(edge)
        for each in triangles.tolist()
        for edge in zip(each, each[1:] + each[:1], strict=True)
    )
    return {edge for edge in edges if edge[::-1] not in edges}


def test_smooth_quadrangles_are_two_triangles_each_of_the_same_sense():
    assert len(coarse()) == 4
    assert (areas(CUT) > 0).all() and (areas(coarse()) > 0).all()
    assert areas(coarse()).sum() == areas(CUT).sum()


def test_beside_one_that_is_kept_no_gap_opens():
    kept = NONE.copy()
    kept[14] = True
    found = coarse(keeps=kept)
    assert len(found) == 8 + 5  # the other one still has the middle of the edge between them
    assert areas(found).sum() == areas(CUT).sum() and (areas(found) > 0).all()
    assert not any({1, 4} == set(edge) for edge in loose_edges(found))


def test_what_is_bent_is_kept():
    bent = FLAT.copy()
    bent[0] = [1.0, 0.0, 0.0]
    assert len(coarse(normals=bent)) == 8 + 5


@pytest.mark.model
@pytest.mark.parametrize("avatar", list(avatar_titles()))
def test_a_face_keeps_its_shape_and_its_edges(avatar):
    face = load_face(name=avatar)
    mesh = sort_mesh(face)
    found = surface_arrays(face, mesh)["coarse"].astype(int)
    assert len(found) < 0.58 * mesh.drawn
    assert found.max() + 1 == mesh.coarse_corners < 0.61 * mesh.lively  # these corners come first
    fine, fewer = (mesh.vertices[each] for each in (mesh.triangles[: mesh.drawn], found))
    before = loose_edges(fine)
    follows = {}
    for one, other in before:
        follows.setdefault(one, set()).add(other)
    for one, other in loose_edges(fewer) - before:  # along an open border, a middle is left out
        assert any(other in follows.get(middle, ()) for middle in follows[one])
    seen = Normals(face, np.arange(len(face.triangles)))
    normals = np.zeros_like(face.neutral)
    normals[seen.vertices] = seen.at(face.neutral)
    a, b, c = np.moveaxis(face.neutral[fewer], 1, 0)
    flat = np.cross(b - a, c - a)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    assert np.mean((flat * normals[fewer[:, 0]]).sum(axis=1) > 0.5) > 0.97
