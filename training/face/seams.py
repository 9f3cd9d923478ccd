"""Where skin meets skin: lids that close on each other, lips that do not pass through."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from training.face.body import Body, regions
from training.face.landmarks import ramp
from verhm.labels import MORPHS

OVERLAP: Final = 0.002  # dm that a closed upper lid covers of the lower one's edge
IN_FRONT: Final = 0.004  # dm that it lies in front of it
LID_REACH: Final = 0.12  # dm from a lid's edge; farther skin does not follow its correction
FORWARD: Final = 0.6  # dm that the upper lid gives way forward for each dm that it would overlap
LID_PLACES: Final = (-0.8, -0.4, 0.0, 0.4, 0.8)  # of half the opening's width
LIP_PLACES: Final = (-0.16, -0.08, 0.0, 0.08, 0.16)  # x, dm
LIP_REACH: Final = 0.10  # dm from the line between the lips; farther skin does not give way


@dataclass(frozen=True, eq=False)
class Lids:
    """The edges of one eye's lids, each by ascending x.

    Attributes:
        upper, lower: vertices
        blink: the morph that closes them
    """

    upper: np.ndarray
    lower: np.ndarray
    blink: int


@dataclass(frozen=True, eq=False)
class Seam:
    """One place where two edges meet.

    Attributes:
        upper, lower: vertex of each edge
        relief: (V, 3) offsets that part the edges there by 1 dm
    """

    upper: int
    lower: int
    relief: np.ndarray


def find_lids(body: Body, centre: np.ndarray, side: str) -> Lids:
    """The lids' edges around an eyeball."""
    region = regions(body)
    edge = np.intersect1d(body.quads[region == "socket"], body.quads[region == "skin"])
    near = edge[np.abs(body.positions[edge, 0] - centre[0]) < 0.3]
    near = near[np.argsort(body.positions[near, 0], kind="stable")]
    corners = body.positions[near[[0, -1]]]
    line = np.interp(body.positions[near, 0], corners[:, 0], corners[:, 1])
    height = body.positions[near, 1] - line
    return Lids(near[height >= -1e-6], near[height <= 1e-6], MORPHS.index(f"eyeBlink{side}"))


def meet_lids(body: Body, lids: Lids) -> Body:
    """Let a blink at full weight close an eye from corner to corner, the upper lid in front.

    Each point of the upper edge goes to the point of the lower one that is as far along it. The
    skin around follows, less and less.
    """
    neutral = body.positions
    closed = neutral + body.morphs[lids.blink]
    upper, lower = _way_along(neutral[lids.upper]), _way_along(neutral[lids.lower])
    target = np.column_stack([np.interp(upper, lower, closed[lids.lower, axis]) for axis in (1, 2)])
    # In the corners the lids are one skin.
    inside = np.sin(np.pi * upper.clip(0, 1)) ** 0.3
    lift = target - [OVERLAP, -IN_FRONT] * inside[:, None] - closed[lids.upper, 1:]
    lift[:, 1] = lift[:, 1].clip(0)
    lift = ndimage.gaussian_filter1d(lift, 0.7, axis=0, mode="nearest")
    nearest, share = _near_upper(body, lids)
    follows = np.flatnonzero(share)
    morphs = body.morphs.copy()
    morphs[lids.blink, follows, 1:] += share[follows, None] * lift[nearest[follows]]
    return replace(body, morphs=morphs)


def _near_upper(body: Body, lids: Lids) -> tuple[np.ndarray, np.ndarray]:
    """(V,) the nearest point of the upper lid's edge, and how near it is: 1 on it, 0 far away."""
    edges = np.concatenate([lids.upper, lids.lower])
    away, nearest = cKDTree(body.positions[edges]).query(body.positions)
    is_upper = nearest < len(lids.upper)
    return np.where(is_upper, nearest, 0), np.where(is_upper, 1 - ramp(away, 0.0, LID_REACH), 0.0)


def _way_along(points: np.ndarray) -> np.ndarray:
    """(N,) share of a line's length up to each of its (N, 3) points."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps) / steps.sum()])


def lid_seams(body: Body, lids: Lids) -> Iterator[Seam]:
    """Places along an eye's lids; what parts them is less of the blink."""
    neutral, offsets = body.positions, body.morphs[lids.blink]
    ends = neutral[lids.upper[[0, -1]], 0]
    places = ends.mean() + np.ptp(ends) / 2 * np.array(LID_PLACES)
    ways = _way_along(neutral[lids.upper]), _way_along(neutral[lids.lower])
    near = _near_upper(body, lids)[1]
    for index, place in enumerate(places):
        above = np.argmin(np.abs(neutral[lids.upper, 0] - place))
        below = np.argmin(np.abs(ways[1] - ways[0][above]))
        hat = _hat(neutral[:, 0], places, index)
        relief = -offsets * (hat * (offsets[:, 1] < 0))[:, None]
        upper, lower = int(lids.upper[above]), int(lids.lower[below])
        relief /= relief[upper, 1] - relief[lower, 1]
        # What lifts the lower lid also pushes it forward, and the upper one stays in front.
        relief[:, 2] += FORWARD * hat * near
        yield Seam(upper, lower, relief)


def lip_seams(body: Body) -> Iterator[Seam]:
    """Places along the mouth; what parts them moves both lips, less and less away from the line."""
    neutral = body.positions
    upper, lower = find_lips(body)
    both = np.concatenate([upper, lower])
    line = np.interp(
        neutral[:, 0],
        LIP_PLACES,
        [neutral[_near(neutral, both, x), 1].mean() for x in LIP_PLACES],
    )
    fade = np.clip(1 - np.abs(neutral[:, 1] - line) / LIP_REACH, 0, 1) ** 2
    fade *= ramp(0.25 - np.abs(neutral[:, 0]), 0, 0.09)
    fade *= ramp(neutral[:, 2], neutral[both, 2].min() - 0.10, neutral[both, 2].min())
    way = np.where(_goes_with_jaw(body), -0.5, 0.5) * fade
    for index, place in enumerate(LIP_PLACES):
        above, below = _near(neutral, upper, place), _near(neutral, lower, place)
        relief = np.zeros_like(neutral)
        relief[:, 1] = way * _hat(neutral[:, 0], np.array(LIP_PLACES), index)
        over = above[np.argmin(neutral[above, 1])]
        under = below[np.argmax(neutral[below, 1])]
        yield Seam(int(over), int(under), relief / (relief[over, 1] - relief[under, 1]))


def find_lips(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of the upper and of the lower lip near the line between them, less the corners."""
    x, y, z = body.positions.T
    front = z[np.abs(x) < 0.05].max()
    band = (np.abs(x) < 0.19) & (z > front - 0.25) & (y > 6.6) & (y < 6.73)
    lower = _goes_with_jaw(body)
    return np.flatnonzero(band & ~lower), np.flatnonzero(band & lower)


def _goes_with_jaw(body: Body) -> np.ndarray:
    """(V,) whether skin around the mouth moves with the jaw; the corners go half the way."""
    drop = -body.morphs[MORPHS.index("jawOpen"), :, 1]
    at = np.abs(body.positions[:, 0])
    return drop > np.interp(at, [0, 0.06, 0.12, 0.18, 0.22], [0.19, 0.18, 0.145, 0.11, 0.125])


def _near(positions: np.ndarray, vertices: np.ndarray, x: float) -> np.ndarray:
    return vertices[np.abs(positions[vertices, 0] - x) < 0.013]


def _hat(x: np.ndarray, places: np.ndarray, index: int) -> np.ndarray:
    """(V,) share of a place in what happens at x; all places' shares sum to 1."""
    return np.interp(x, places, np.eye(len(places))[index])
