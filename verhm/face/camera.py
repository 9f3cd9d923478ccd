"""Where the face is seen from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """A level camera straight in front; lengths in decimetres.

    Attributes:
        size: of the square picture, px
        height: of the lens
        distance: of the lens from the head's axis
        shown: height of the slice of space at z = 1 that fills the picture
    """

    size: int
    height: float = 7.22
    distance: float = 14.0
    shown: float = 3.25

    @property
    def focal_length(self) -> float:
        """In pixels."""
        return self.size * (self.distance - 1.0) / self.shown

    def project(self, points: np.ndarray) -> np.ndarray:
        """(V, 2) pixels from the upper left corner, for (V, 3) points."""
        scale = self.focal_length / (self.distance - points[:, 2])
        x = self.size / 2 + scale * points[:, 0]
        y = self.size / 2 - scale * (points[:, 1] - self.height)
        return np.column_stack([x, y])

    @property
    def pose(self) -> np.ndarray:
        """(4, 4) camera to world; it looks along negative z."""
        pose = np.eye(4)
        pose[:3, 3] = (0.0, self.height, self.distance)
        return pose


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels; right and bottom are excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def window(self) -> tuple[slice, slice]:
        """For indexing pictures."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def bounding_box(pixels: np.ndarray, size: int, margin: int) -> Box:
    """The smallest box around (V, 2) pixels with a margin, inside the picture."""
    left, top = np.floor(pixels.min(axis=0)).astype(int) - margin
    right, bottom = np.ceil(pixels.max(axis=0)).astype(int) + margin
    return Box(max(0, int(left)), max(0, int(top)), min(size, int(right)), min(size, int(bottom)))
