"""Which triangles move, and the normals of a posed face."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from verhm.face.rig import FaceModel


@dataclass(frozen=True, eq=False)
class Layers:
    """Triangles sorted by whether they ever move.

    Attributes:
        drawn: (A,) triangles drawn anew in each picture: all that move, what moving skin may
            uncover (upper teeth), and the ring around them, so that the border between the
            layers never shows
        still: (B,) triangles that never move, the ring included
    """

    drawn: np.ndarray
    still: np.ndarray


def split_layers(face: FaceModel) -> Layers:
    """Sort a face's triangles."""
    by_vertex = face.vertex_triangles
    moves = face.is_moving[by_vertex].any(axis=1)
    for name, part in face.parts.items():
        if name not in ("skin", "shirt"):
            moves[part.triangles] = True
    touched = np.zeros(len(face.neutral), dtype=bool)
    touched[by_vertex[moves]] = True
    return Layers(np.flatnonzero(touched[by_vertex].any(axis=1)), np.flatnonzero(~moves))


class Normals:
    """Normals of the vertices of some triangles, fast enough for every picture.

    Args:
        face: the face
        triangles: (A,) the triangles whose vertices are asked for
    """

    def __init__(self, face: FaceModel, triangles: np.ndarray) -> None:
        by_vertex = face.vertex_triangles
        self.vertices = np.unique(by_vertex[triangles])
        wanted = np.zeros(len(face.neutral), dtype=bool)
        wanted[self.vertices] = True
        around = by_vertex[wanted[by_vertex].any(axis=1)]
        moves = face.is_moving[around].any(axis=1)
        self._moving = around[moves]
        # Triangles that never move always add the same.
        self._rest = _gather(around[~moves], len(face.neutral))[self.vertices] @ _face_normals(
            face.neutral, around[~moves]
        )
        self._gather = _gather(self._moving, len(face.neutral))[self.vertices]

    def at(self, posed: np.ndarray) -> np.ndarray:
        """(len(vertices), 3) unit normals for posed (V, 3) positions."""
        normals = self._rest + self._gather @ _face_normals(posed, self._moving)
        length = np.sqrt(np.einsum("vc,vc->v", normals, normals))
        normals /= np.maximum(length, 1e-12)[:, None]
        return normals


def _gather(triangles: np.ndarray, vertices: int) -> sparse.csr_array:
    """(V, T) which triangles touch a vertex."""
    columns = np.repeat(np.arange(len(triangles)), 3)
    ones = np.ones(triangles.size, np.float32)
    return sparse.csr_array((ones, (triangles.ravel(), columns)), (vertices, len(triangles)))


def _face_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(T, 3) normals twice as long as the triangles' areas."""
    a, b, c = (positions.take(triangles[:, corner], axis=0) for corner in range(3))
    b -= a
    c -= a
    normals = np.empty_like(b)
    normals[:, 0] = b[:, 1] * c[:, 2] - b[:, 2] * c[:, 1]
    normals[:, 1] = b[:, 2] * c[:, 0] - b[:, 0] * c[:, 2]
    normals[:, 2] = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    return normals
