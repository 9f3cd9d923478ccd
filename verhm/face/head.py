"""How a head turns on its neck: rigidly above the jaw, less and less towards the collar."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from verhm.face.easing import ease
from verhm.face.rig import FaceModel

# dm; where the skull rests on the neck, between the ears and a little below them.
PIVOT: Final = np.array([0.0, 6.95, 0.25], np.float32)
LARGEST: Final = np.deg2rad([8.0, 8.0, 6.0])  # that is shown; speakers use two thirds of it
STRAIGHT: Final = np.zeros(3)
# The neck leans forward: so much higher is the collar behind than in front, per dm.
_LEAN: Final = 0.33
_NECK: Final = 0.35  # dm above the collar from which on everything turns with the head


@dataclass(frozen=True)
class Neck:
    """Tells what turns with the head.

    Attributes:
        collar: height of the shirt's collar, across the leaning neck, dm; up to it nothing turns
    """

    collar: float

    @classmethod
    def of(cls, face: FaceModel) -> Self:
        """The neck of a face."""
        return cls(float(_height(face.neutral[face.parts["shirt"].vertices]).max()))

    def share(self, points: np.ndarray) -> np.ndarray:
        """(…) how much of the head's turn points (…, 3) of the neutral face go along with."""
        return self._share(points, _NECK)

    def share_of_hair(self, points: np.ndarray) -> np.ndarray:
        """(…) likewise of hair, which hangs from the head down to where the neck does not turn."""
        return self._share(points, _NECK / 2)

    def _share(self, points: np.ndarray, within: float) -> np.ndarray:
        return ease((_height(points) - self.collar) / within).astype(np.float32)


def rotation(angles: np.ndarray) -> np.ndarray:
    """(3, 3) rotation for (3,) radians: down, to the person's left, tilted to their right.

    They are right-handed turns about x, y and z: tilted first, then bent, then turned.
    """
    (pitch, yaw, roll) = np.asarray(angles, float)
    bend = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    turn = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    tilt = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    return np.array(turn) @ np.array(bend) @ np.array(tilt)


def turned(points: np.ndarray, share: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """(N, 3) float32 points that have turned with the head as far as their (N,) shares say."""
    change = (rotation(angles) - np.eye(3)).astype(np.float32)
    return points + share[:, None] * ((points - PIVOT) @ change.T)


def _height(points: np.ndarray) -> np.ndarray:
    """(…) dm along the neck."""
    return points[..., 1] + _LEAN * points[..., 2]
