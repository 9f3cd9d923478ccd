"""Muscles that pull against each other, or all at the same skin: none may tear the face.

This is arithmetic on weights, before anything is posed; where posed skin meets skin all the same,
`verhm.face.contact` parts it.
"""

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


def _crowd(limit: float, **amounts: float) -> tuple[list[int], np.ndarray, float]:
    """Columns of morphs, what each does at full weight, and how much of it there can be."""
    return [MORPHS.index(name) for name in amounts], np.array(list(amounts.values())), limit


def _corner(side: str) -> tuple[list[int], np.ndarray, float]:
    """What draws a corner of the mouth outwards, by how many mm.

    Beyond the limit, a little more than a full smile does alone, it would roll over the cheek.
    """
    widening = {"Smile": 7.55, "Dimple": 5.24, "Stretch": 5.38, "Press": 5.99, "": 5.73}
    return _crowd(8.5, **{f"mouth{name}{side}": reach for name, reach in widening.items()})


_SIDES: Final = ("Left", "Right")
# One undoes the other: only what the stronger has more of shows.
OPPOSED: Final = (
    *_pairs("mouthSmile", "mouthFrown"),
    *_pairs("eyeLookUp", "eyeLookDown"),
    *_pairs("eyeLookIn", "eyeLookOut"),
    *_pairs("jawLeft", "jawRight"),
    *_pairs("mouthLeft", "mouthRight"),
)
# Together these go no further than this: the second gives way to the first.
# The lower lid covers at most half of an open eye.
CROWDED: Final = (
    *((*pair, 1.2) for pair in _pairs("cheekSquint", "eyeSquint")),
    *((*pair, 1.7) for pair in _pairs("noseSneer", "mouthUpperUp")),
    # A lip that is pushed out like a funnel and rolled in as well would fold into itself.
    *((*pair, 1.2) for pair in _pairs("mouthFunnel", "mouthRollLower")),
    *((*pair, 1.2) for pair in _pairs("mouthFunnel", "mouthRollUpper")),
    # A wide open jaw draws the corners of the mouth down: no smile is full then.
    *((MORPHS.index("jawOpen"), MORPHS.index(f"mouthSmile{side}"), 1.6) for side in _SIDES),
    # Both lower the upper lid; behind a closed one nobody sees how far an eye looks down.
    *((*pair, 1.4) for pair in _pairs("eyeBlink", "eyeLookDown")),
)
# Of these, all give way alike.
CROWDS: Final = (
    _corner("Left"),
    _corner("Right"),
    # What presses the lips together, in shares of what each can do alone.
    _crowd(
        2.0,
        mouthPressLeft=0.5,
        mouthPressRight=0.5,
        mouthRollLower=1.0,
        mouthRollUpper=1.0,
        mouthShrugLower=1.0,
    ),
    # A jaw that is pushed forward has its teeth where the upper lip would roll in.
    _crowd(1.3, jawForward=1.0, mouthRollUpper=0.8),
)
_JAW, _CLOSE = MORPHS.index("jawOpen"), MORPHS.index("mouthClose")


def settle(weights: np.ndarray) -> np.ndarray:
    """Let what cannot be together give way.

    Continuous in the weights, so that nothing jumps; a face without collisions stays as it is, and
    so does one that has settled.

    Args:
        weights: (…, M) in [0, 1]

    Returns:
        (…, M), none above what it was
    """
    settled = np.array(weights)
    for one, other in OPPOSED:
        both = np.minimum(settled[..., one], settled[..., other])
        settled[..., one] -= both
        settled[..., other] -= both
    for first, second, limit in CROWDED:
        room = (limit - settled[..., first]).clip(0)
        settled[..., second] = np.minimum(settled[..., second], room)
    for columns, amounts, limit in CROWDS:
        load = settled[..., columns] @ amounts
        settled[..., columns] *= (limit / np.maximum(load, limit))[..., None]
    # ARKit's mouthClose shuts the lips of an open jaw; beyond it they would cross.
    settled[..., _CLOSE] = np.minimum(settled[..., _CLOSE], settled[..., _JAW])
    return settled
