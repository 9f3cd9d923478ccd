"""What can be seen of a posed face from straight in front, without drawing it."""

from dataclasses import dataclass

import numpy as np

from verhm.face.rig import FaceModel

STEP = 0.006  # dm between the points that are looked at


@dataclass(frozen=True)
class Region:
    """A rectangle in front of the face, dm."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y of the points."""
        return np.arange(self.left, self.right, STEP), np.arange(self.bottom, self.top, STEP)


def mouth(face: FaceModel) -> Region:
    x, y, _ = face.neutral[list(face.lips)].mean(axis=0)
    return Region(x - 0.30, x + 0.30, y - 0.40, y + 0.15)


def eye(face: FaceModel, side: int) -> Region:
    ball = face.eyes[side]
    x, y, _ = ball.centre
    reach = 0.8 * ball.radius
    return Region(x - reach, x + reach, y - reach, y + reach)


def visible(face: FaceModel, weights: np.ndarray, region: Region, *parts: str) -> float:
    """Area in mm² of the region in which one of the parts is in front of all others."""
    posed = face.vertices(np.asarray(weights, np.float32))
    corners = posed[face.vertex_triangles]
    low, high = corners.min(axis=1), corners.max(axis=1)
    near = (high[:, 0] > region.left) & (low[:, 0] < region.right)
    near &= (high[:, 1] > region.bottom) & (low[:, 1] < region.top) & (high[:, 2] > 0.9)
    wanted = np.zeros(len(corners), bool)
    for name in parts:
        wanted[face.parts[name].triangles] = True
    xs, ys = region.axes
    depth, owned = np.full((len(ys), len(xs)), -np.inf), np.zeros((len(ys), len(xs)), bool)
    for triangle in np.flatnonzero(near):
        _cover(corners[triangle], bool(wanted[triangle]), xs, ys, depth, owned)
    return float(owned.sum()) * (100 * STEP) ** 2


def _cover(
    corners: np.ndarray,
    is_wanted: bool,
    xs: np.ndarray,
    ys: np.ndarray,
    depth: np.ndarray,
    owned: np.ndarray,
) -> None:
    """Put one triangle in front of what lies behind it; `depth` and `owned` are changed."""
    (left, bottom, _), (right, top, _) = corners.min(axis=0), corners.max(axis=0)
    columns = slice(*np.searchsorted(xs, [left, right]))
    rows = slice(*np.searchsorted(ys, [bottom, top]))
    x, y = np.meshgrid(xs[columns], ys[rows])
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if not x.size or abs(area) < 1e-9:
        return
    b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
    c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
    z = az + b * (bz - az) + c * (cz - az)
    front = (b >= 0) & (c >= 0) & (b + c <= 1) & (z > depth[rows, columns])
    depth[rows, columns] = np.where(front, z, depth[rows, columns])
    owned[rows, columns] = np.where(front, is_wanted, owned[rows, columns])
