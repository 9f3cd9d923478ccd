"""Writes what is known per vertex into texture pixels."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from training.face.atlas import HEIGHT, REGIONS, WIDTH, unroll
from training.face.body import SPREAD_OUT, Body, regions
from verhm.labels import MORPHS


@dataclass(frozen=True, eq=False)
class SkinMap:
    """What each pixel of the skin's texture shows; pixels outside hold their nearest neighbour's.

    Attributes:
        position: (H, W, 3) neutral position, dm
        source_uv: (H, W, 2) place in MakeHuman's texture space
        covered: (H, W) whether some skin lies there
    """

    position: np.ndarray
    source_uv: np.ndarray
    covered: np.ndarray

    def sample(self, mask: np.ndarray, blur: float = 2.0) -> np.ndarray:
        """(H, W) values of a mask over MakeHuman's texture space."""
        smooth = ndimage.gaussian_filter(mask, blur)
        height, width = mask.shape
        x = self.source_uv[..., 0] * width - 0.5
        y = (1 - self.source_uv[..., 1]) * height - 0.5
        return ndimage.map_coordinates(smooth, [y, x], order=1, mode="nearest")


@dataclass(frozen=True, eq=False)
class Layout:
    """Which point of the skin each pixel of its texture shows, whoever's skin it is.

    Attributes:
        corner: (H, W, 3) vertices of the triangle there
        share: (H, W, 3) of each in the point
        source_uv: (H, W, 2) place in MakeHuman's texture space
        covered: (H, W) whether some skin lies there; other pixels hold their nearest neighbour's
    """

    corner: np.ndarray
    share: np.ndarray
    source_uv: np.ndarray
    covered: np.ndarray

    def show(self, positions: np.ndarray) -> SkinMap:
        """The map of an identity with (V, 3) neutral positions."""
        place = sum(
            self.share[..., index, None] * positions[self.corner[..., index]] for index in range(3)
        )
        return SkinMap(np.asarray(place, np.float32), self.source_uv, self.covered)


def lay_out(body: Body) -> Layout:
    """Find the outermost triangle of all skin quads at each pixel of the skin's texture region."""
    left, top, right, bottom = REGIONS["skin"]
    size = (bottom - top, right - left)
    weights = np.array([SPREAD_OUT.get(name, 0.0) for name in MORPHS])
    spread = body.positions + np.tensordot(weights, body.morphs, 1)
    uv = unroll(spread)
    pixels = np.column_stack([uv[:, 0] * size[1], (1 - uv[:, 1]) * size[0]])
    radius = np.hypot(spread[:, 0], spread[:, 2])
    chosen = regions(body) == "skin"
    quads, source = body.quads[chosen], body.source_uv[chosen]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    source = np.concatenate([source[:, [0, 1, 2]], source[:, [0, 2, 3]]])
    found = np.full(size, -1)
    shares = np.zeros((*size, 3), np.float32)
    depth = np.full(size, -np.inf, np.float32)
    for index, corners in enumerate(triangles):
        _fill(index, pixels[corners], radius[corners], found, shares, depth)
    covered = found >= 0
    nearest = ndimage.distance_transform_edt(~covered, return_distances=False, return_indices=True)
    found, shares = found[tuple(nearest)], shares[tuple(nearest)]
    source_uv = np.einsum("hwc,hwcd->hwd", shares, source.astype(np.float32)[found])
    return Layout(triangles[found], shares, source_uv, covered)


def _fill(
    index: int,
    points: np.ndarray,
    radius: np.ndarray,
    found: np.ndarray,
    shares: np.ndarray,
    depth: np.ndarray,
) -> None:
    """Note one triangle and the shares of its corners where it lies outermost."""
    low = np.floor(points.min(axis=0)).astype(int).clip(0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + 1, depth.shape[::-1])
    if (high <= low).any():
        return
    x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
    first, second = points[1] - points[0], points[2] - points[0]
    area = first[0] * second[1] - first[1] * second[0]
    if abs(area) < 1e-9:
        return
    dx, dy = x - points[0, 0], y - points[0, 1]
    b = (dx * second[1] - dy * second[0]) / area
    c = (dy * first[0] - dx * first[1]) / area
    share = np.stack([1 - b - c, b, c], axis=-1)
    window = (slice(low[1], high[1]), slice(low[0], high[0]))
    far = share @ radius
    # A little beyond the edges, so that no gap is left between neighbours.
    shown = (share > -0.02).all(axis=-1) & (far > depth[window])
    depth[window][shown] = far[shown]
    found[window][shown] = index
    shares[window][shown] = share[shown]


def blank() -> np.ndarray:
    """(H, W, 3) an empty atlas."""
    return np.full((HEIGHT, WIDTH, 3), 128, np.float32)
