"""From where, and in which light, the judges see the face."""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from PIL import Image

from verhm.face import head
from verhm.face.rig import FaceModel

_NECK: Final = np.array([0.0, 6.9, 0.2])  # dm; about where a head turns


@dataclass(frozen=True)
class View:
    """How a face is seen.

    Attributes:
        yaw: degrees the person turns to their left
        pitch: degrees the person nods down
        is_mirrored: whether the picture is; its main light then comes from the other side
        gamma: above 1 the picture is darker
        crop: side of the square around the face, share of the picture's
    """

    yaw: float = 0.0
    pitch: float = 0.0
    is_mirrored: bool = False
    gamma: float = 1.0
    crop: float = 0.80


# Expressions are chosen while looking at one half of the views; figures are of the other half.
CHOICE: Final = (
    View(),
    View(yaw=10, crop=0.84),
    View(yaw=-7, pitch=3, is_mirrored=True, crop=0.76),
    View(yaw=4, pitch=-4, gamma=0.8),
    View(pitch=5, is_mirrored=True, gamma=1.2, crop=0.86),
    View(yaw=-12, gamma=0.9, crop=0.78),
)
REPORT: Final = (
    View(is_mirrored=True, crop=0.82),
    View(yaw=-10, crop=0.80),
    View(yaw=7, pitch=-3, crop=0.86),
    View(yaw=-4, pitch=4, gamma=1.2, crop=0.76),
    View(pitch=-5, gamma=0.85, crop=0.78),
    View(yaw=12, is_mirrored=True, gamma=1.1, crop=0.84),
)


@dataclass(frozen=True, eq=False)
class TurnedFace(FaceModel):
    """A face, shoulders included, as it stands in a view.

    Attributes:
        straight: the face itself
        turn: (3, 3) rotation about the neck
    """

    straight: FaceModel
    turn: np.ndarray

    def vertices(self, weights: np.ndarray) -> np.ndarray:
        """(V, 3) positions for (M,) morph weights."""
        return _turn(self.straight.vertices(weights), self.turn)


def turned(face: FaceModel, view: View) -> TurnedFace:
    """Turn a face to a view; its morphs and its gaze turn with it."""
    turn = rotation(view)
    left, right = (replace(eye, centre=_turn(eye.centre, turn)) for eye in face.eyes)
    own = {field.name: getattr(face, field.name) for field in fields(FaceModel)}
    own |= {
        "neutral": _turn(face.neutral, turn),
        "strands": _turn(face.strands, turn),
        "eyes": (left, right),
    }
    return TurnedFace(**own, straight=face, turn=turn)


def rotation(view: View) -> np.ndarray:
    """(3, 3) of a view."""
    return head.rotation(np.deg2rad([view.pitch, view.yaw, 0.0]))


def seen(picture: np.ndarray, view: View, side: int) -> np.ndarray:
    """A (S, S, 3) uint8 picture as the view has it: cropped to the face, `side` pixels square."""
    size = len(picture)
    reach = round(size * view.crop / 2)
    left, top = size // 2 - reach, max(0, round(size * 0.48) - reach)
    part = picture[top : top + 2 * reach, left : left + 2 * reach]
    part = part[:, ::-1] if view.is_mirrored else part
    scaled = Image.fromarray(part).resize((side, side), Image.Resampling.LANCZOS)
    return (255 * (np.asarray(scaled) / 255) ** view.gamma).round().astype(np.uint8)


def _turn(points: np.ndarray, turn: np.ndarray) -> np.ndarray:
    return (_NECK + (points - _NECK) @ turn.T).astype(np.float32)
