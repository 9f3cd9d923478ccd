"""Muscles that pull against each other, or all at the same skin: none may tear the face."""

from typing import Final

import numpy as np

from verhm.labels import MORPHS


def _pairs(one: str, other: str) -> list[tuple[int, int]]:
    """Columns of two morphs, side by side."""
    return [
        (MORPHS.index(one + side), MORPHS.index(other + side))
        for side in ("", "Left", "Right")
        if one + side in MORPHS
    ]


# One undoes the other: only what the stronger has more of shows.
OPPOSED: Final = (
    *_pairs("mouthSmile", "mouthFrown"),
    *_pairs("eyeLookUp", "eyeLookDown"),
    *_pairs("eyeLookIn", "eyeLookOut"),
    *_pairs("jawLeft", "jawRight"),
    *_pairs("mouthLeft", "mouthRight"),
)
# Both do the same, and together go no further than this: the second gives way to the first.
# The lower lid covers at most half of an open eye; the corners of the mouth stay on the cheeks.
CROWDED: Final = (
    *((*pair, 1.2) for pair in _pairs("cheekSquint", "eyeSquint")),
    *((*pair, 1.0) for pair in _pairs("mouthSmile", "mouthStretch")),
    *((*pair, 1.0) for pair in _pairs("mouthSmile", "mouthDimple")),
    *((*pair, 1.7) for pair in _pairs("noseSneer", "mouthUpperUp")),
)
_JAW, _CLOSE = MORPHS.index("jawOpen"), MORPHS.index("mouthClose")


def settle(weights: np.ndarray) -> np.ndarray:
    """Let what cannot be together give way.

    Continuous in the weights, so that nothing jumps; a face without collisions stays as it is.

    Args:
        weights: (F, M) in [0, 1]

    Returns:
        (F, M), none above what it was
    """
    settled = weights.copy()
    for one, other in OPPOSED:
        both = np.minimum(settled[:, one], settled[:, other])
        settled[:, one] -= both
        settled[:, other] -= both
    for first, second, limit in CROWDED:
        settled[:, second] = np.minimum(settled[:, second], (limit - settled[:, first]).clip(0))
    # ARKit's mouthClose shuts the lips of an open jaw; beyond it they would cross.
    settled[:, _CLOSE] = np.minimum(settled[:, _CLOSE], settled[:, _JAW])
    return settled
