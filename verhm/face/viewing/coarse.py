"""Fewer triangles for pictures that are soon replaced, where drawing is slow.

Skin is made by cutting each quadrangle into four (Catmull & Clark 1978): eight triangles, each from
an old corner to the middle of an edge to the middle of the whole, in this order of their numbers.
Where the skin is smooth, two triangles do as well. Shape, light and motion stay those of the
corners, so only what lies between them is drawn more simply.
"""

from typing import Final

import numpy as np

PIECES: Final = 8  # triangles of a quadrangle that was cut
BEND: Final = 0.5  # least cosine between normals of a quadrangle that counts as smooth


def coarsen(
    triangles: np.ndarray, vertices: np.ndarray, normals: np.ndarray, keeps: np.ndarray
) -> np.ndarray:
    """Join the pieces of smooth quadrangles, without leaving a gap beside those that are not.

    Args:
        triangles: (T, 3) corners
        vertices: (C,) the vertex of each corner
        normals: (V, 3) unit normals
        keeps: (V,) vertices around which every triangle is kept

    Returns:
        (T', 3) corners, in the same sense of rotation, the kept triangles first
    """
    members = _quadrangles(triangles)
    at = vertices[triangles[members]]
    is_smooth = _least_cosine(normals[at.reshape(len(at), -1)]) > BEND
    members = members[is_smooth & ~keeps[at].any(axis=(1, 2))]
    is_kept = np.ones(len(triangles), dtype=bool)
    is_kept[members] = False
    is_needed = np.zeros(len(normals), dtype=bool)
    is_needed[vertices[triangles[is_kept]]] = True
    joined = [_join(triangles[each], vertices, is_needed) for each in members]
    return np.concatenate([triangles[is_kept], *joined])


def _quadrangles(triangles: np.ndarray) -> np.ndarray:
    """(Q, 8) triangles of each whole quadrangle: they share their last corner."""
    middle = triangles.max(axis=1)
    order = np.argsort(middle, kind="stable")
    _, first, count = np.unique(middle[order], return_index=True, return_counts=True)
    groups = order[first[count == PIECES][:, None] + np.arange(PIECES)]
    old, edge, _ = np.moveaxis(np.sort(triangles[groups], axis=2), 2, 0)
    return groups[_has_four(old) & _has_four(edge)]


def _has_four(corners: np.ndarray) -> np.ndarray:
    """(Q,) whether each of four numbers is there twice."""
    ordered = np.sort(corners, axis=1)
    is_twice = (ordered[:, ::2] == ordered[:, 1::2]).all(axis=1)
    return is_twice & (np.diff(ordered[:, ::2], axis=1) > 0).all(axis=1)


def _least_cosine(normals: np.ndarray) -> np.ndarray:
    """(Q,) between any two of each (Q, N, 3) normals."""
    return np.einsum("qid,qjd->qij", normals, normals).min(axis=(1, 2))


def _join(pieces: np.ndarray, vertices: np.ndarray, is_needed: np.ndarray) -> np.ndarray:
    """A quadrangle from as few triangles as its neighbours allow."""
    middle = pieces.max()
    follower = {}
    for triangle in pieces.tolist():
        place = triangle.index(middle)
        follower[triangle[place - 2]] = triangle[place - 1]
    olds = np.sort(pieces, axis=1)[:, 0]
    ring = [int(olds[0])]
    while (corner := follower[ring[-1]]) != ring[0]:
        ring.append(corner)
    around = [each for each in ring if each in olds or is_needed[vertices[each]]]
    if len(around) == 4:  # none of its edges' middles is needed
        a, b, c, d = around
        return np.array([(a, b, c), (a, c, d)])
    return np.column_stack([around, np.roll(around, -1), np.full(len(around), middle)])
