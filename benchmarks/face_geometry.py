"""What can be wrong with a posed face, measured in millimetres and degrees.

Everything is measured beside the neutral face, which was looked at: lips that lie on each other
there already overlap a little, as skin is soft and the mesh is not.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from verhm.face.rig import Eye, FaceModel
from verhm.labels import MORPHS

MILLIMETRES: Final = 100.0  # of the rig's lengths, which are decimetres
NEAR_EDGE: Final = 0.10  # dm from the edges of lids and from the red of lips, where skin rolls
SHINY: Final = 0.5  # gloss from which skin is lip
CORNER: Final = 0.2  # dm from the middle; farther out both lips are one skin
LINING: Final = 0.1  # dm behind a lip's red, where its inside is still lip
BARELY: Final = 0.005  # dm deeper than at rest; less is not looked into
OUTSIDE: Final = 0.002  # dm over its own skin, where a vertex is asked whether it is in other skin
LID_EDGE: Final = 0.025  # dm
CLEAR_OF_BALL: Final = 0.3  # mm before an eyeball; a rim that rests nearer may meet the cornea
# Points of a triangle, by its corners: the middle, and those of the edges, where it lies deepest.
WITHIN: Final = np.array([(1, 1, 1), (1.5, 1.5, 0), (1.5, 0, 1.5), (0, 1.5, 1.5)]) / 3
AROUND: Final = 16  # triangles that are looked at for the one before a tooth


@dataclass(frozen=True)
class Faults:
    """Each is the worst of a pose; 0 is a face without faults.

    Attributes:
        turned: mm² of skin that faces more than 90° away from where it does in the neutral face,
            less what is near the edges of lids and lips, which roll
        rolled: share of the triangles near those edges that do, in percent
        lids: mm that an upper lid's edge goes below the lower one's
        behind: mm that it is behind the lower one's where it is below it
        lips: mm that a lip goes deeper into the other one than in the neutral face
        teeth: mm that a tooth or a gum stands out of the skin before it
        eyes: mm that an eyeball stands out of skin that is before it in the neutral face
        stretch: how many times longer than in the neutral face an edge of 2 mm or more is
    """

    turned: float = 0.0
    rolled: float = 0.0
    lids: float = 0.0
    behind: float = 0.0
    lips: float = 0.0
    teeth: float = 0.0
    eyes: float = 0.0
    stretch: float = 0.0

    def worst(self, other: "Faults") -> "Faults":
        """The larger of each."""
        pairs = ((getattr(self, each.name), getattr(other, each.name)) for each in fields(self))
        return Faults(*(max(pair) for pair in pairs))


class Geometry:
    """Measures poses of one face."""

    def __init__(self, face: FaceModel) -> None:
        self._face = face
        skin = face.parts["skin"]
        triangles = self._skin = face.vertex_triangles[skin.triangles]
        is_inside = np.zeros(len(face.neutral), dtype=bool)
        is_inside[face.inside] = True
        self._outer = triangles[~is_inside[triangles].all(axis=1)]
        moves = face.is_moving[self._outer].any(axis=1)
        self._moving = self._outer[moves]
        self._neutral_normals = _normals(face.neutral, self._moving)
        self._areas = MILLIMETRES**2 * _areas(face.neutral, self._moving)
        lids = [edge for eye in face.eyes for edge in (eye.lid, eye.lower_lid)]
        red = np.flatnonzero(face.gloss[skin.vertices] > SHINY)
        edges = np.concatenate([red, *lids])
        away = cKDTree(face.neutral[edges]).query(face.neutral[self._moving].mean(axis=1))[0]
        self._rolls = away < NEAR_EDGE
        self._pairs = np.unique(
            np.sort(self._moving[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)), axis=0
        )
        self._lengths = _lengths(face.neutral, self._pairs)
        self._front = np.setdiff1d(np.unique(self._moving), face.inside)
        self._upper, self._lower = self._lips()
        self._whole_upper, self._whole_lower = self._lined(self._upper, self._lower)
        self._hidden = np.r_[face.parts["teeth"].vertices, face.parts["gums"].vertices]
        self._before = {eye.vertices.start: self._skin_before(eye) for eye in face.eyes}
        self._pressed_at_rest = 0.0
        self._pressed_at_rest = self._pressed(face.neutral)

    def measure(self, posed: np.ndarray) -> Faults:
        """Measure (V, 3) positions."""
        now = _normals(posed, self._moving)
        turned = (now * self._neutral_normals).sum(axis=1) < 0
        below, behind = (
            max(pair) for pair in zip(*(_lids(posed, eye) for eye in self._face.eyes), strict=True)
        )
        length = _lengths(posed, self._pairs)
        ratio = length / np.maximum(self._lengths, 1e-4)
        return Faults(
            turned=float(self._areas[turned & ~self._rolls].sum()),
            rolled=100 * float(turned[self._rolls].mean()),
            lids=below,
            behind=behind,
            lips=max(0.0, self._pressed(posed) - self._pressed_at_rest),
            teeth=self._bitten(posed),
            eyes=max(self._poke(posed, eye) for eye in self._face.eyes),
            stretch=float(ratio[length > 0.02].max()),
        )

    def openings(self, posed: np.ndarray) -> np.ndarray:
        """(2, 9) mm between the lids of both eyes, across the middle nine tenths of their width."""
        return np.array(
            [_opening(posed, eye, np.linspace(0.05, 0.95, 9)) for eye in self._face.eyes]
        )

    def _lips(self) -> tuple[np.ndarray, np.ndarray]:
        """Vertices of the upper and of the lower lip that give way to each other."""
        face = self._face
        of_lips = np.abs(face.neutral[face.seams.upper, 1] - face.neutral[face.lips[0], 1]) < 0.2
        relief = face.seams.relief[:, of_lips].sum(axis=1).reshape(-1, 3)[:, 1]
        front = np.isin(face.moving, self._front)
        return face.moving[front & (relief > 0.2)], face.moving[front & (relief < -0.2)]

    def _lined(self, upper: np.ndarray, lower: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both lips with their insides, so that skin behind a lip is not taken for skin in it.

        The inside belongs to the lip beside it that drops as far with the jaw.
        """
        face, neutral = self._face, self._face.neutral
        drop = 6 * (face.linear(np.isin(MORPHS, "jawOpen").astype(np.float32)) - neutral)[:, 1]
        both = np.concatenate([upper, lower])
        inside = face.inside[np.abs(neutral[face.inside, 0]) < CORNER]
        inside = inside[cKDTree(neutral[both]).query(neutral[inside])[0] < LINING]
        places = np.column_stack([neutral, drop])
        nearest = cKDTree(places[both]).query(places[inside])[1]
        is_upper = nearest < len(upper)
        return np.append(upper, inside[is_upper]), np.append(lower, inside[~is_upper])

    def _pressed(self, posed: np.ndarray) -> float:
        """How deep one lip is in the other."""
        normals = _vertex_normals(posed, self._skin)
        found = [
            _depth(posed, normals, one, other)
            for one, other in ((self._upper, self._whole_lower), (self._lower, self._whole_upper))
        ]
        depth, lips = np.concatenate(found), np.concatenate([self._upper, self._lower])
        doubtful = np.flatnonzero(depth > self._pressed_at_rest / MILLIMETRES + BARELY)
        over = posed[lips[doubtful]] + OUTSIDE * normals[lips[doubtful]]
        depth[doubtful] *= _turns(over, posed[self._skin]) > 0.5
        return MILLIMETRES * float(depth.max(initial=0.0))

    def _bitten(self, posed: np.ndarray) -> float:
        """How far a tooth or a gum is in front of the skin that covers it, seen from in front."""
        points, corners = posed[self._hidden], posed[self._outer]
        normals = _normals(posed, self._outer)[:, 2]
        low, high = points.min(axis=0) - 0.2, points.max(axis=0) + 0.2
        middle = corners.mean(axis=1)
        is_near = ((middle > low) & (middle < high))[:, :2].all(axis=1) & (middle[:, 2] > low[2])
        chosen = (normals > 0.2) & is_near
        return MILLIMETRES * float(_before(points, corners[chosen], normals[chosen]).max(initial=0))

    def _poke(self, posed: np.ndarray, eye: Eye) -> float:
        """mm that an eyeball stands out of skin that lies before it in the neutral face."""
        triangles = self._before[eye.vertices.start]
        return float(_depth_in_ball(posed, triangles, eye).max(initial=0.0))

    def _skin_before(self, eye: Eye) -> np.ndarray:
        """(T, 3) outer triangles around an eye, without those that go in behind its lids."""
        middles = self._face.neutral[self._outer].mean(axis=1)
        away = np.linalg.norm(middles - eye.centre, axis=1)
        edge = self._face.neutral[np.concatenate([eye.lid, eye.lower_lid])]
        # An edge that the ball comes through only shows a hair's breadth more of it.
        is_edge = cKDTree(edge).query(middles)[0] < LID_EDGE
        near = self._outer[(away < 1.6 * eye.radius) & (middles[:, 2] > eye.centre[2]) & ~is_edge]
        return near[_depth_in_ball(self._face.neutral, near, eye) < -CLEAR_OF_BALL]


def _depth_in_ball(posed: np.ndarray, triangles: np.ndarray, eye: Eye) -> np.ndarray:
    """(T,) mm that each triangle's deepest point lies within the eyeball; below 0 before it."""
    way = (WITHIN @ posed[triangles]) - eye.centre
    away = np.linalg.norm(way, axis=2, keepdims=True)
    ball = posed[eye.vertices] - eye.centre
    radius = np.linalg.norm(ball, axis=1)
    towards = cKDTree(ball / radius[:, None]).query(way / away)[1]
    return MILLIMETRES * (radius[towards] - away[..., 0]).max(axis=1)


def fastest(before: np.ndarray, after: np.ndarray) -> float:
    """mm that the fastest vertex moves from one frame to the next."""
    return MILLIMETRES * float(np.linalg.norm(after - before, axis=1).max())


def _opening(posed: np.ndarray, eye: Eye, shares: np.ndarray, axis: int = 1) -> np.ndarray:
    ends = posed[eye.lid][:, 0]
    x = ends.min() + shares * np.ptp(ends)
    heights = []
    for edge in (eye.lid, eye.lower_lid):
        points = posed[edge][np.argsort(posed[edge, 0], kind="stable")]
        heights.append(np.interp(x, points[:, 0], points[:, axis]))
    return MILLIMETRES * (heights[0] - heights[1])


def _lids(posed: np.ndarray, eye: Eye) -> tuple[float, float]:
    """mm that the upper lid's edge is below the lower one's, and behind it there."""
    shares = np.linspace(0.08, 0.92, 25)
    gap = _opening(posed, eye, shares)
    depth = _opening(posed, eye, shares, axis=2)
    return max(0.0, float(-gap.min())), float((-depth[gap < 0]).max(initial=0.0))


def _depth(
    posed: np.ndarray, normals: np.ndarray, one: np.ndarray, other: np.ndarray
) -> np.ndarray:
    """How far some vertices are below the surface of which others are the nearest ones, dm."""
    away, nearest = cKDTree(posed[other]).query(posed[one])
    foot = other[nearest]
    depth = -((posed[one] - posed[foot]) * normals[foot]).sum(axis=1)
    return np.where(away < 0.08, depth, 0.0).clip(0)


def _turns(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(N,) how often (T, 3, 3) triangles wind around points: once around what is within them.

    Solid angles by Van Oosterom & Strackee 1983, doi:10.1109/TBME.1983.325207.
    """
    turns = np.zeros(len(points))
    for index, point in enumerate(points):
        a, b, c = np.moveaxis(corners - point, 1, 0).astype(float)
        ra, rb, rc = (np.linalg.norm(each, axis=1) for each in (a, b, c))
        spanned = (a * np.cross(b, c)).sum(axis=1)
        dots = [(one * other).sum(axis=1) for one, other in ((a, b), (b, c), (c, a))]
        around = ra * rb * rc + dots[0] * rc + dots[1] * ra + dots[2] * rb
        turns[index] = np.arctan2(spanned, around).sum() / (2 * np.pi)
    return turns


def _before(points: np.ndarray, corners: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """(N,) how far points stand out of the foremost triangle that covers them from in front.

    Args:
        points: (N, 3)
        corners: (T, 3, 3) of triangles
        facing: (T,) how much each faces forward, in [0, 1]

    Returns:
        (N,) along the triangle's normal; 0 where nothing covers a point or it stands behind
    """
    nearest = cKDTree(corners.mean(axis=1)[:, :2]).query(points[:, :2], k=AROUND)[1]
    front, out = np.full(len(points), -np.inf), np.zeros(len(points))
    for triangle in nearest.T:
        a, b, c = (corners[triangle, corner] for corner in range(3))
        (bx, by), (cx, cy), (px, py) = ((each - a)[:, :2].T for each in (b, c, points))
        area = np.maximum(bx * cy - cx * by, 1e-12)
        to_b, to_c = (px * cy - cx * py) / area, (bx * py - px * by) / area
        here = a[:, 2] + to_b * (b - a)[:, 2] + to_c * (c - a)[:, 2]
        covers = (to_b >= 0) & (to_c >= 0) & (to_b + to_c <= 1) & (here > front)
        front = np.where(covers, here, front)
        out = np.where(covers, (points[:, 2] - here) * facing[triangle], out)
    return out.clip(0)


def _normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (positions[triangles[:, corner]] for corner in range(3))
    normals = np.cross(b - a, c - a)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _vertex_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (positions[triangles[:, corner]] for corner in range(3))
    flat = np.cross(b - a, c - a)
    normals = np.stack(
        [
            sum(
                np.bincount(triangles[:, corner], flat[:, axis], minlength=len(positions))
                for corner in range(3)
            )
            for axis in range(3)
        ],
        axis=1,
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _areas(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (positions[triangles[:, corner]] for corner in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def _lengths(positions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    return np.linalg.norm(positions[pairs[:, 0]] - positions[pairs[:, 1]], axis=1)
