"""Lids and lips that meet: skin gives way where morphs together would move it through skin.

Morphs add up, and were each made alone. At most places that is enough; where two edges close on
each other it is not: a squint on top of a blink would lift the lower lid through the upper one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from verhm.labels import MORPHS

_CLOSE: Final = MORPHS.index("mouthClose")
_JAW: Final = MORPHS.index("jawOpen")
_OVER_BALL: Final = 1.03  # of an eyeball's radius; lids slide over the cornea, which bulges
_YIELD: Final = 0.002  # dm that lids may come nearer to the ball than that
_SOFT: Final = 0.005  # dm that lips and lids give way themselves where they press on each other


def _crowd(limit: float, **amounts: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Columns of morphs, what each does at full weight, and how much of it there can be."""
    columns = np.array([MORPHS.index(name) for name in amounts])
    return columns, np.array(list(amounts.values()), np.float32), limit


# What draws a corner of the mouth outwards, by how many mm: beyond the limit, a little more than a
# full smile does alone, the corner would roll over the cheek. And what presses the lips together,
# in shares of what each can do alone.
_CROWDS: Final = (
    *(
        _crowd(
            8.5,
            **{
                f"mouthSmile{side}": 7.55,
                f"mouthDimple{side}": 5.24,
                f"mouthStretch{side}": 5.38,
                f"mouthPress{side}": 5.99,
                f"mouth{side}": 5.73,
            },
        )
        for side in ("Left", "Right")
    ),
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


@dataclass(frozen=True, eq=False)
class Seams:
    """Places where two edges meet.

    Attributes:
        upper, lower: (K,) vertex of each edge
        rest: (K,) how far the upper one is above the lower one in the neutral face, dm; lips that
            lie on each other overlap a little
        reach: (K, M) how far each morph parts them at full weight
        relief: (3 A, K) sparse; offsets of the moving vertices that part the edges by 1 dm
    """

    upper: np.ndarray
    lower: np.ndarray
    rest: np.ndarray
    reach: np.ndarray
    relief: sparse.csr_array

    def excess(self, weights: np.ndarray) -> np.ndarray:
        """(K,) dm by which (M,) morph weights would move one edge too far through the other."""
        least = np.minimum(self.rest, 0) - np.float32(_SOFT)
        return (least - self.rest - self.reach @ weights).clip(0)


@dataclass(frozen=True, eq=False)
class Cover:
    """Skin that slides over an eyeball: a morph moves it along lines, the ball bulges before it.

    Attributes:
        vertices: (C,)
        least: (C,) how near the ball's centre each may come, dm
    """

    vertices: np.ndarray
    least: np.ndarray

    def slide(self, posed: np.ndarray, centre: np.ndarray) -> None:
        """Move what is too near outwards, in place."""
        way = posed[self.vertices] - centre
        away = np.sqrt(np.einsum("vc,vc->v", way, way))
        posed[self.vertices] += way * (self.least / away - 1).clip(0)[:, None]


def find_cover(skin: np.ndarray, centre: np.ndarray, radius: float, blinks: np.ndarray) -> Cover:
    """The skin before an eyeball that (V,) a blink moves, among (V, 3) neutral positions."""
    way = skin - centre
    away = np.sqrt((way * way).sum(axis=1))
    vertices = np.flatnonzero(blinks & (way[:, 2] > 0.3 * radius) & (away < 1.5 * radius))
    least = np.minimum(away[vertices], radius * np.float32(_OVER_BALL)) - np.float32(_YIELD)
    return Cover(vertices, least)


def settle(weights: np.ndarray) -> np.ndarray:
    """(M,) weights as skin can hold them; those that leave each other room stay as they are.

    Of what crowds the same skin, all give way alike; what closes the lips over an open jaw needs
    an open jaw. Continuous, so that nothing jumps.
    """
    settled = np.array(weights)
    for columns, amounts, limit in _CROWDS:
        load = float(amounts @ settled[columns])
        if load > limit:
            settled[columns] *= np.float32(limit / load)
    settled[_CLOSE] = min(settled[_CLOSE], settled[_JAW])
    return settled
