"""The order in which triangles are drawn, so that corners they share are worked out once.

Graphics hardware, and what stands in for it, remembers the corners that it has worked out last.
Triangles that lie side by side should therefore follow each other: the method is Tipsify (Sander,
Nehab & Barczak 2007, "Fast triangle reordering for vertex locality and reduced overdraw").
"""

from typing import Final

import numpy as np

REMEMBERED: Final = 24  # corners; more than older hardware keeps, and less than a browser does


def draw_order(triangles: np.ndarray, remembered: int = REMEMBERED) -> np.ndarray:
    """(T,) a permutation of triangles after which neighbours follow each other.

    Args:
        triangles: (T, 3) corners
        remembered: how many corners are taken to be remembered
    """
    if not len(triangles):
        return np.zeros(0, dtype=int)
    fans = _Fans(triangles, remembered)
    corner: int | None = int(triangles[0, 0])
    while corner is not None:
        corner = fans.draw_around(corner)
    return np.array(fans.order)


class _Fans:
    """Draws all that is left around a corner, then around one of those it has touched."""

    def __init__(self, triangles: np.ndarray, remembered: int) -> None:
        corners = int(triangles.max()) + 1
        flat = triangles.ravel()
        self._triangles = triangles.tolist()
        self._starts = np.searchsorted(np.sort(flat), np.arange(corners + 1)).tolist()
        self._around = (np.argsort(flat, kind="stable") // 3).tolist()
        self._left = np.bincount(flat, minlength=corners).tolist()
        self._last_used = [-remembered - 1] * corners
        self._is_drawn = [False] * len(triangles)
        self._remembered, self._clock = remembered, 0
        self._dead_ends: list[int] = []
        self._next_unseen = 0
        self.order: list[int] = []

    def draw_around(self, corner: int) -> int | None:
        """Draw the fan of a corner; returns the corner to go on with, None when all are drawn."""
        touched: list[int] = []
        for triangle in self._around[self._starts[corner] : self._starts[corner + 1]]:
            if not self._is_drawn[triangle]:
                self._draw(triangle)
                touched += self._triangles[triangle]
        self._dead_ends += touched
        best = max(touched, key=self._worth, default=corner)
        return best if self._left[best] else self._leave_dead_end()

    def _draw(self, triangle: int) -> None:
        self._is_drawn[triangle] = True
        self.order.append(triangle)
        for corner in self._triangles[triangle]:
            self._left[corner] -= 1
            if self._clock - self._last_used[corner] > self._remembered:
                self._clock += 1
                self._last_used[corner] = self._clock

    def _worth(self, corner: int) -> int:
        """The longer ago a corner was used, the sooner; unless its fan would have it forgotten."""
        if not self._left[corner]:
            return -1
        age = self._clock - self._last_used[corner]
        return age if age + 2 * self._left[corner] <= self._remembered else 0

    def _leave_dead_end(self) -> int | None:
        while self._dead_ends:
            corner = self._dead_ends.pop()
            if self._left[corner]:
                return corner
        while self._next_unseen < len(self._left):
            if self._left[self._next_unseen]:
                return self._next_unseen
            self._next_unseen += 1
        return None
