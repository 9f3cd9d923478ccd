"""Lids and lips that meet: skin gives way where morphs together would move it through skin.

Morphs add up, and were each made alone. At most places that is enough; where two edges close on
each other it is not: a squint on top of a blink would lift the lower lid through the upper one.
This is about places; how much of each morph there can be at once is `verhm.face.collisions`'.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

_OVER_BALL: Final = 1.06  # of an eyeball's radius, as far as the cornea bulges
_YIELD: Final = 0.002  # dm that lids may come nearer to the ball than that
_SOFT: Final = 0.005  # dm that lips and lids give way themselves where they press on each other


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
        return (-self.room - self.reach @ weights).clip(0)

    @property
    def room(self) -> np.ndarray:
        """(K,) dm by which the edges may come nearer than in the neutral face."""
        return self.rest - np.minimum(self.rest, 0) + np.float32(_SOFT)


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


def find_cover(skin: np.ndarray, centre: np.ndarray, radius: float, moves: np.ndarray) -> Cover:
    """The skin before an eyeball that (V,) morphs move, among (V, 3) neutral positions."""
    way = skin - centre
    away = np.sqrt((way * way).sum(axis=1))
    vertices = np.flatnonzero(moves & (way[:, 2] > 0.3 * radius) & (away < 1.5 * radius))
    least = np.minimum(away[vertices], radius * np.float32(_OVER_BALL)) - np.float32(_YIELD)
    return Cover(vertices, least)
