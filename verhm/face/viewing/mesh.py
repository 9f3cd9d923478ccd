"""A face's mesh in the order in which a browser uses it: what moves comes first.

All arrays are by texture corner, as graphics hardware wants them; a vertex with several corners
moves by its first one, and the others follow it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from verhm.face.order import draw_order
from verhm.face.rig import FaceModel
from verhm.face.surface import Normals, split_layers
from verhm.face.viewing.coarse import coarsen
from verhm.face.viewing.tables import surface_look

_INSIDE: Final = ("teeth", "gums", "tongue")  # what the lips shade
_EDGE: Final = 0.35  # share of what parts two edges by which they themselves move, at least
_LARGEST: Final = 32_767  # of a 16-bit offset


@dataclass(frozen=True, eq=False)
class ViewMesh:
    """Triangles sorted as [moving | border | still]; corners as [coarse | moving, border | still].

    Attributes:
        corners: (C,) the face's texture corners in use
        vertices: (C,) the face's vertex of each
        triangles: (T, 3) into both
        first: (V,) each vertex's first place among the corners, -1 where it has none
        moving: how many triangles move
        drawn: how many triangles are drawn anew in each picture, the border included
        lively: how many corners those have
        coarse: (N, 3) what is drawn anew, from fewer triangles; see `coarsen`
        coarse_corners: how many corners those have
    """

    corners: np.ndarray
    vertices: np.ndarray
    triangles: np.ndarray
    first: np.ndarray
    moving: int
    drawn: int
    lively: int
    coarse: np.ndarray
    coarse_corners: int

    @property
    def twins(self) -> np.ndarray:
        """(N, 2) corners that share a vertex: which one follows, and which one leads."""
        leaders = self.first[self.vertices]
        followers = np.flatnonzero(leaders != np.arange(len(leaders)))
        return np.column_stack([followers, leaders[followers]])


def sort_mesh(face: FaceModel) -> ViewMesh:
    """Put a face's triangles and corners in order."""
    layers = split_layers(face)
    is_drawn, is_still = (np.zeros(len(face.triangles), dtype=bool) for _ in range(2))
    is_drawn[layers.drawn], is_still[layers.still] = True, True
    groups = (~is_still, is_still & is_drawn, ~is_drawn)
    triangles = np.concatenate([_in_order(face.triangles[group]) for group in groups])
    moving, drawn = int(np.sum(~is_still)), len(layers.drawn)
    coarse = _in_order(_coarse(face, triangles, drawn))
    lively = _by_first_use(np.concatenate([coarse, triangles[:drawn]]))
    corners = np.concatenate([lively, np.setdiff1d(triangles, lively)])
    place = np.full(len(face.uv), -1)
    place[corners] = np.arange(len(corners))
    vertices = face.corner_vertex[corners]
    first = np.full(len(face.neutral), -1)
    first[vertices[::-1]] = np.arange(len(corners))[::-1]  # the last one written is the first
    return ViewMesh(
        corners=corners,
        vertices=vertices,
        triangles=place[triangles],
        first=first,
        moving=moving,
        drawn=drawn,
        lively=len(lively),
        coarse=place[coarse],
        coarse_corners=int(place[coarse].max()) + 1,
    )


def _in_order(triangles: np.ndarray) -> np.ndarray:
    return triangles[draw_order(triangles)]


def _by_first_use(triangles: np.ndarray) -> np.ndarray:
    """The corners of triangles in the order in which they are met."""
    corners, first = np.unique(triangles, return_index=True)
    return corners[np.argsort(first)]


def surface_arrays(face: FaceModel, mesh: ViewMesh) -> dict[str, np.ndarray]:
    """Where each corner is and what it looks like."""
    inside = np.zeros(len(face.neutral), np.uint8)
    for name in _INSIDE:
        inside[face.parts[name].vertices] = 1
    u, v = face.uv[mesh.corners].T
    # Pictures have their first row at the top.
    places = np.column_stack([u, 1 - v])
    look = surface_look(face.light, face.gloss)[mesh.vertices]
    return {
        "position": face.neutral[mesh.vertices].astype(np.float32),
        "place": fixed_point(places, np.uint16),
        "look": fixed_point(look, np.uint8),
        "inside": inside[mesh.vertices],
        "triangle": indices(mesh.triangles),
        "coarse": indices(mesh.coarse),
        "twin": mesh.twins.astype(np.uint32),
    }


def _coarse(face: FaceModel, triangles: np.ndarray, drawn: int) -> np.ndarray:
    """(N, 3) the first `drawn` from fewer, but as fine as ever at upper lids, lips and border."""
    keeps = np.zeros(len(face.neutral), dtype=bool)
    keeps[face.corner_vertex[triangles[drawn:]]] = True
    parted = np.asarray(abs(face.seams.relief).sum(axis=1)).reshape(-1, 3)
    keeps[face.moving[np.linalg.norm(parted, axis=1) > _EDGE]] = True
    shape, normals = Normals(face, np.arange(len(face.triangles))), np.zeros_like(face.neutral)
    normals[shape.vertices] = shape.at(face.neutral)
    return coarsen(triangles[:drawn], face.corner_vertex, normals, keeps)


def motion_arrays(face: FaceModel, mesh: ViewMesh) -> dict[str, np.ndarray]:
    """What each morph moves and folds: runs of corners with offsets, one run after the other."""
    runs = [_runs(face, mesh, face.offsets[:, [morph]]) for morph in range(face.offsets.shape[1])]
    folds = face.folds.tocsc()
    scale = np.array([np.abs(offsets).max(initial=1e-6) / _LARGEST for _, offsets in runs])
    fractions = [offsets / each for (_, offsets), each in zip(runs, scale, strict=True)]
    return {
        "offset_start": np.cumsum([0, *(len(places) for places, _ in runs)]).astype(np.uint32),
        "offset_corner": np.concatenate([places for places, _ in runs]).astype(np.uint32),
        "offset": np.rint(np.concatenate(fractions)).astype(np.int16),
        "offset_scale": scale.astype(np.float32),
        "fold_start": folds.indptr.astype(np.uint32),
        "fold_corner": mesh.first[folds.indices].astype(np.uint32),
        "fold": folds.data.astype(np.float32),
    }


def contact_arrays(face: FaceModel, mesh: ViewMesh) -> dict[str, np.ndarray]:
    """Where skin gives way to skin; see `verhm.face.contact`.

    Of each seam how much nearer its edges may come, by how much each morph parts them, and a run of
    corners with what parts them by 1 dm; of each eye the corners before it, and how near they come.
    """
    seams = face.seams
    runs = [_runs(face, mesh, seams.relief[:, [seam]]) for seam in range(len(seams.room))]
    arrays = {
        "seam_room": seams.room.astype(np.float32),
        "seam_reach": seams.reach.astype(np.float32),
        "relief_start": np.cumsum([0, *(len(places) for places, _ in runs)]).astype(np.uint32),
        "relief_corner": np.concatenate([places for places, _ in runs]).astype(np.uint32),
        "relief": np.concatenate([offsets for _, offsets in runs]),
    }
    for number, eye in enumerate(face.eyes):
        arrays[f"cover{number}"] = mesh.first[eye.cover.vertices].astype(np.uint32)
        arrays[f"cover_least{number}"] = eye.cover.least.astype(np.float32)
    return arrays


def _runs(
    face: FaceModel, mesh: ViewMesh, column: sparse.csr_array
) -> tuple[np.ndarray, np.ndarray]:
    """(N,) corners that a (3 A, 1) column of offsets moves, and (N, 3) how far."""
    entries = column.tocoo()
    vertices, row = np.unique(entries.coords[0] // 3, return_inverse=True)
    offsets = np.zeros((len(vertices), 3), np.float32)
    offsets[row, entries.coords[0] % 3] = entries.data
    places = mesh.first[face.moving[vertices]]
    is_shown = places >= 0
    return places[is_shown], offsets[is_shown]


def fixed_point(values: np.ndarray, kind: type[np.unsignedinteger]) -> np.ndarray:
    """Numbers in [0, 1] as shares of an integer's range; what lies beyond is cut off."""
    return np.rint(values.clip(0, 1) * np.iinfo(kind).max).astype(kind)


def indices(triangles: np.ndarray) -> np.ndarray:
    """Indices in the narrowest type that holds them."""
    kind = np.uint16 if triangles.max(initial=0) < 2**16 else np.uint32
    return triangles.astype(kind)
