"""A piece of the face as the builder makes it, before everything is joined in one asset."""

from dataclasses import dataclass, field

import numpy as np

from verhm.labels import MORPHS


@dataclass(frozen=True, eq=False)
class Part:
    """A textured mesh with morphs.

    Texture corners are kept apart from vertices, because a vertex on a texture seam has several.

    Attributes:
        name: e.g. "skin"
        positions: (V, 3) neutral, decimetres
        vertex: (C,) the vertex of each texture corner
        uv: (C, 2) in the atlas, from the lower left, in [0, 1]
        triangles: (T, 3) texture corners, counter-clockwise seen from outside
        morphs: (M, V, 3) offsets; None where the part never moves
        light: (V,) how much of the surrounding light arrives, in [0, 1]
        gloss: (V,) how much it shines, in [0, 1]
    """

    name: str
    positions: np.ndarray
    vertex: np.ndarray
    uv: np.ndarray
    triangles: np.ndarray
    morphs: np.ndarray | None = None
    light: np.ndarray = field(default_factory=lambda: np.ones(0))
    gloss: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if self.vertex.max() >= len(self.positions) or self.triangles.max() >= len(self.vertex):
            raise ValueError(f"part {self.name} points outside its own arrays")
        if self.morphs is not None and self.morphs.shape != (len(MORPHS), *self.positions.shape):
            raise ValueError(f"part {self.name} has morphs of shape {self.morphs.shape}")


def triangulate(quads: np.ndarray) -> np.ndarray:
    """(2 Q, 3) triangles of (Q, 4) quads."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def compact(*indexed: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Renumber the vertices that are used.

    Returns:
        the used old numbers, ascending, and the arrays in the new numbering
    """
    used, inverse = np.unique(
        np.concatenate([each.ravel() for each in indexed]), return_inverse=True
    )
    ends = np.cumsum([each.size for each in indexed])[:-1]
    renumbered = np.split(inverse, ends)
    return used, [new.reshape(old.shape) for new, old in zip(renumbered, indexed, strict=True)]


def join(name: str, parts: list[Part]) -> Part:
    """Several parts with the same fields as one."""
    vertices = np.cumsum([0, *(len(part.positions) for part in parts)])
    corners = np.cumsum([0, *(len(part.vertex) for part in parts)])
    still = [part for part in parts if part.morphs is None]
    return Part(
        name,
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.vertex + first for part, first in zip(parts, vertices, strict=False)]),
        np.concatenate([part.uv for part in parts]),
        np.concatenate([p.triangles + first for p, first in zip(parts, corners, strict=False)]),
        None if still else np.concatenate([part.morphs for part in parts], axis=1),
        np.concatenate([part.light for part in parts]),
        np.concatenate([part.gloss for part in parts]),
    )
