"""Smooths a quad mesh by one Catmull-Clark step, written as a matrix so that morphs follow."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True, eq=False)
class Subdivision:
    """One step of subdivision.

    Attributes:
        operator: (V', V) sparse; new positions = operator @ old positions
        quads: (4 Q, 4) new quads; the four of old quad q are rows 4 q to 4 q + 3, and the first
            corner of each is the old corner
    """

    operator: sparse.csr_array
    quads: np.ndarray


def subdivide(quads: np.ndarray, vertices: int) -> Subdivision:
    """One Catmull-Clark step (Catmull & Clark 1978) with smooth borders.

    Args:
        quads: (Q, 4) corners; every vertex should be used
        vertices: V

    Returns:
        the step; new vertices are old ones, then edges, then faces
    """
    edges, edge_of, is_border = _edges(quads)
    counted = len(edges)
    face_points = _rows(quads, vertices, 0.25)
    midpoints = _rows(edges, vertices, 0.5)
    face_of_edge = _incidence(edge_of, counted)
    smooth_edges = 0.5 * midpoints + _scale(face_of_edge, 0.25) @ face_points
    edge_points = _choose(is_border, midpoints, smooth_edges)
    vertex_points = _vertex_points(quads, edges, is_border, vertices, face_points, midpoints)
    # The step shrinks thin folds: lips would part and lids sag. One correction of the old points
    # makes the new surface pass (nearly) through them.
    corrected = 2 * sparse.eye_array(vertices, format="csr") - vertex_points
    operator = sparse.vstack([vertex_points, edge_points, face_points]).tocsr() @ corrected
    centre = vertices + counted + np.arange(len(quads))
    return Subdivision(operator, _four(quads, vertices + edge_of, centre))


def subdivide_corners(values: np.ndarray) -> np.ndarray:
    """Carry (Q, 4, C) values of quad corners, e.g. texture corners, to the (4 Q, 4, C) new ones."""
    after = (values + np.roll(values, -1, axis=1)) / 2
    centre = np.broadcast_to(values.mean(axis=1, keepdims=True), values.shape)
    new = np.stack([values, after, centre, np.roll(after, 1, axis=1)], axis=2)
    return new.reshape(-1, 4, values.shape[-1])


def split(quads: np.ndarray, vertices: int, chosen: np.ndarray) -> Subdivision:
    """Cut some quads into four without moving anything, to have more vertices there.

    Args:
        quads: (Q, 4)
        vertices: V
        chosen: (Q,) which to cut

    Returns:
        the step; quads that are kept come first, then the new ones, four for each
    """
    cut = quads[chosen]
    edges, edge_of, _ = _edges(cut)
    midpoints, centres = _rows(edges, vertices, 0.5), _rows(cut, vertices, 0.25)
    operator = sparse.vstack([sparse.eye_array(vertices), midpoints, centres]).tocsr()
    centre = vertices + len(edges) + np.arange(len(cut))
    new = _four(cut, vertices + edge_of, centre)
    return Subdivision(operator, np.concatenate([quads[~chosen], new]))


def _four(quads: np.ndarray, after: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(4 Q, 4) quads from corners, the vertices on the edges after them, and the middles."""
    middle = np.broadcast_to(centre[:, None], quads.shape)
    new = np.stack([quads, after, middle, np.roll(after, 1, axis=1)], axis=2)
    return new.reshape(-1, 4)


def _edges(quads: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(E, 2) edges, (Q, 4) the edge after each corner, (E,) whether it is a border."""
    pairs = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, edge_of, uses = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    return edges, edge_of.reshape(quads.shape), uses == 1


def _rows(indices: np.ndarray, columns: int, value: float) -> sparse.csr_array:
    rows = np.repeat(np.arange(len(indices)), indices.shape[1])
    data = np.full(indices.size, value)
    return sparse.csr_array((data, (rows, indices.ravel())), (len(indices), columns))


def _incidence(members: np.ndarray, count: int) -> sparse.csr_array:
    """(count, Q) which faces touch an edge or a vertex."""
    faces = np.repeat(np.arange(len(members)), members.shape[1])
    data = np.ones(members.size)
    return sparse.csr_array((data, (members.ravel(), faces)), (count, len(members)))


def _scale(matrix: sparse.csr_array, by: np.ndarray | float) -> sparse.csr_array:
    return sparse.diags_array(np.broadcast_to(by, matrix.shape[0])) @ matrix


def _choose(
    rows: np.ndarray, chosen: sparse.csr_array, other: sparse.csr_array
) -> sparse.csr_array:
    return _scale(chosen, rows.astype(float)) + _scale(other, 1.0 - rows)


def _vertex_points(
    quads: np.ndarray,
    edges: np.ndarray,
    is_border: np.ndarray,
    vertices: int,
    face_points: sparse.csr_array,
    midpoints: sparse.csr_array,
) -> sparse.csr_array:
    """Old vertices: (F + 2 R + (n - 3) P) / n inside, cubic spline along a border."""
    faces = _incidence(quads, vertices)
    around = _incidence(edges, vertices)
    valence = np.maximum(around.sum(axis=1), 1)
    mean_face = _scale(faces, 1 / np.maximum(faces.sum(axis=1), 1)) @ face_points
    mean_edge = _scale(around, 1 / valence) @ midpoints
    identity = sparse.eye_array(vertices, format="csr")
    inner = _scale(mean_face + 2 * mean_edge, 1 / valence) + _scale(identity, 1 - 3 / valence)
    border_edges = _scale(_incidence(edges[is_border], vertices), 0.25)
    border = border_edges @ midpoints[is_border] + 0.5 * identity
    on_border = np.isin(np.arange(vertices), edges[is_border])
    return _choose(on_border, border, inner)
