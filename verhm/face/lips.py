"""Lips that meet where speech wants them to, whatever the face feels."""

from typing import Final

import numpy as np

from verhm.face.easing import ease
from verhm.labels import MORPHS

# How far each morph at full weight parts the lips in the middle, mm; negative: brings them
# together. Read off the default avatar, on which morphs add up; those of the others, bent to their
# shape, do nearly the same. A name without a side stands for both.
PARTING: Final = {
    **{"jawOpen": 34.3, "mouthClose": -34.4, "mouthFunnel": 12.4, "mouthPucker": -2.7},
    **{"jawForward": 1.4, "mouthLeft": -1.4, "mouthRight": -1.4, "mouthSmile": -1.4},
    **{"mouthDimple": 0.2, "mouthStretch": 0.3, "mouthFrown": 0.1, "mouthPress": -1.1},
    **{"mouthRollLower": -2.5, "mouthRollUpper": -1.2, "mouthShrugLower": -5.0},
    **{"mouthShrugUpper": 3.5, "mouthLowerDown": 2.0, "mouthUpperUp": 2.5},
    **{"cheekPuff": -1.2, "noseSneer": 0.1},
}
REST: Final = -1.9  # mm; at rest the lips press on each other
PARTED: Final = 2.0  # mm; from here on a mouth is not about to close
# What presses lips together that an expression would part.
_PRESS: Final = ("mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper")


def gap(weights: np.ndarray) -> np.ndarray:
    """(F, 1) mm between the lips of (F, M) weights; at most 0 where they meet."""
    return REST + weights @ _PARTING[:, None]


def meeting(speech: np.ndarray) -> np.ndarray:
    """(F, 1) how surely speech of (F, M) weights holds the lips together.

    1 where they meet, 0 where they are clearly apart, smooth in between.
    """
    return 1 - ease(gap(speech) / PARTED)


def press(weights: np.ndarray, speech: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Press lips together that something beside speech has parted.

    Args:
        weights: (F, M) in [0, 1], speech with what was added to it
        speech: (F, M) in [0, 1]
        share: (F, 1) of what they were parted to take back; where it is 1, lips that meet in
            speech meet as firmly again, unless what presses them is at its limit

    Returns:
        (F, M) in [0, 1]
    """
    parted = (gap(weights) - np.minimum(gap(speech), 0)).clip(0)
    pressed = weights.copy()
    pressed[:, _PRESS_COLUMNS] += parted * share / _PRESS_REACH
    return pressed.clip(0, 1)


def _parting() -> np.ndarray:
    """(M,) the table by column."""
    plain = [name.removesuffix("Left").removesuffix("Right") for name in MORPHS]
    return np.array(
        [
            PARTING.get(name, PARTING.get(stem, 0.0))
            for name, stem in zip(MORPHS, plain, strict=True)
        ]
    )


_PARTING: Final = _parting()
_PRESS_COLUMNS: Final = [MORPHS.index(name) for name in _PRESS]
_PRESS_REACH: Final = -float(_PARTING[_PRESS_COLUMNS].sum())  # mm closed by all at full weight
