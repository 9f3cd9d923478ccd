"""Turns strands into ribbons that face the camera."""

from dataclasses import dataclass

import numpy as np

from verhm.face.camera import Camera
from verhm.face.rig import FaceModel
from verhm.face.shading import shade_hair


@dataclass(frozen=True, eq=False)
class Ribbons:
    """Triangles with colours.

    Attributes:
        positions: (N, 3)
        colours: (N, 3) in [0, 1]
        triangles: (T, 3)
    """

    positions: np.ndarray
    colours: np.ndarray
    triangles: np.ndarray


HALF_WIDTH = 0.0044  # dm at the root of a long hair; each ribbon stands for several hairs


def ribbons(face: FaceModel, camera: Camera) -> Ribbons:
    """Ribbons for all strands of a face, lit."""
    strands = face.strands
    if not len(strands):
        return Ribbons(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3), int))
    hairs, points = strands.shape[:2]
    tangents = np.gradient(strands, axis=1)
    tangents /= np.maximum(np.linalg.norm(tangents, axis=2, keepdims=True), 1e-9)
    to_camera = camera.pose[:3, 3] - strands
    side = np.cross(tangents, to_camera)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-9)
    length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(axis=1)
    thick = HALF_WIDTH * np.clip(length / 0.35, 0.5, 1.0)
    taper = thick[:, None, None] * np.linspace(1.0, 0.25, points)[None, :, None]
    both = np.stack([strands - side * taper, strands + side * taper], axis=2)
    colours = _colours(face, strands, tangents)
    return Ribbons(
        both.reshape(-1, 3).astype(np.float32),
        np.repeat(colours.reshape(-1, 3), 2, axis=0).astype(np.float32),
        _strips(hairs, points),
    )


def _colours(face: FaceModel, strands: np.ndarray, tangents: np.ndarray) -> np.ndarray:
    # The head is near enough to an ellipsoid around the middle of the hair for its light.
    middle = strands.reshape(-1, 3).mean(axis=0) - np.array([0, 0.45, 0])
    normals = strands - middle
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    # Short hair has no depth to be dark in.
    length = np.linalg.norm(strands[:, -1] - strands[:, 0], axis=1)
    depth = np.linspace(1, 0, strands.shape[1])[None, :] ** 1.5
    depth = depth * np.clip(length / 0.4, 0.2, 1)[:, None]
    factor = shade_hair(tangents, normals, depth)
    return np.clip(face.hair * face.strand_tone[:, None, None] * factor, 0, 1)


def _strips(hairs: int, points: int) -> np.ndarray:
    first = (np.arange(hairs)[:, None] * points + np.arange(points - 1)[None, :]).ravel() * 2
    a, b, c, d = first, first + 1, first + 2, first + 3
    return np.concatenate([np.column_stack([a, b, d]), np.column_stack([a, d, c])])
