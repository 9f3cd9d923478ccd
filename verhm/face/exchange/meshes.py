"""The face's parts as meshes that other programs can hold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from verhm.face.camera import Camera
from verhm.face.hair import ribbons
from verhm.face.rig import FaceModel
from verhm.face.surface import Normals

METRE: Final = np.float32(0.1)  # in the decimetres of the face
NOTICE: Final = (
    "Synthetic face; it shows no real person. Mesh and morphs: MakeHuman contributors and "
    "Face Units by Mika Suominen, CC0 1.0"
)
_STRIDE: Final = 2  # every other point of a strand: they bend little, and are most of a file
_ROOT_LIGHT: Final = 0.55  # of that at the tips, as hair shades itself


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with one normal per corner.

    Attributes:
        positions: (N, 3) m
        normals: (N, 3) unit
        triangles: (T, 3), anticlockwise from outside
        colours: (N, 3) linear RGB in [0, 1], what the texture or white is multiplied with
    """

    positions: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True, eq=False)
class Part:
    """Some of a face's triangles.

    Attributes:
        corners: (N,) the face's texture corners in use, ascending
        vertices: (N,) the face's vertex of each
        triangles: (T, 3) into both
    """

    corners: np.ndarray
    vertices: np.ndarray
    triangles: np.ndarray


def part(face: FaceModel, names: Iterable[str]) -> Part:
    """Gather parts of a face by their names."""
    chosen = np.concatenate([face.triangles[face.parts[name].triangles] for name in names])
    corners, triangles = np.unique(chosen, return_inverse=True)
    return Part(corners, face.corner_vertex[corners], triangles.reshape(-1, 3))


class VertexNormals:
    """Normals of all vertices of a face.

    Attributes:
        neutral: (V, 3) those of the neutral face
    """

    def __init__(self, face: FaceModel) -> None:
        self._normals = Normals(face, np.arange(len(face.triangles)))
        self.neutral = self.at(face.neutral)

    def at(self, posed: np.ndarray) -> np.ndarray:
        """(V, 3) unit normals for (V, 3) positions."""
        normals = np.zeros_like(posed)
        normals[self._normals.vertices] = self._normals.at(posed)
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        # The tips of lashes are too thin to have one, or nearly so.
        return np.where(length < 0.5, (0, 0, 1), normals / np.maximum(length, 0.5)).astype(
            posed.dtype
        )


def hair(face: FaceModel) -> Mesh:
    """The hair as ribbons that lie flat around the head, so that they show from every side."""
    strands = face.strands[:, ::_STRIDE]
    # Seen from within the head all ribbons are broad, and so they are from around it.
    inside = strands.reshape(-1, 3).mean(axis=0) - np.array([0, 0.45, 0], np.float32)
    inside[0] = 0
    within = Camera(size=1, height=float(inside[1]), distance=float(inside[2]))
    made = ribbons(replace(face, strands=strands), within)
    outwards = np.repeat(strands.reshape(-1, 3), 2, axis=0) - inside
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    light = np.linspace(_ROOT_LIGHT, 1, strands.shape[1])[None, :, None]
    colours = (face.hair * face.strand_tone[:, None, None] * light).clip(0, 1)
    return Mesh(
        made.positions * METRE,
        outwards,
        made.triangles[:, ::-1],  # anticlockwise from outside instead of from within
        linear(np.repeat(colours.reshape(-1, 3), 2, axis=0)),
    )


def linear(colours: np.ndarray) -> np.ndarray:
    """Linear light of sRGB colours in [0, 1] (IEC 61966-2-1)."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
