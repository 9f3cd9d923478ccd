"""What years and razors leave on skin: lines, spots, a shaved beard; painted, not modelled."""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from training.face.landmarks import Landmarks, ramp

Crease = tuple[np.ndarray, float, float]
"""(N, 2) points x, y on the person's left; half width in dm; strength in [0, 1]."""


def lines(position: np.ndarray, marks: Landmarks) -> np.ndarray:
    """(H, W) how much the lines of age darken the skin; negative where it bulges beside them.

    Args:
        position: (H, W, 3) neutral positions of the texture's pixels
        marks: where the features are
    """
    shade = np.zeros(position.shape[:2])
    front = ramp(position[..., 2], 0.45, 0.85)
    seen = front > 0
    points = np.column_stack([np.abs(position[seen][:, 0]), position[seen][:, 1]])
    dark = np.zeros(len(points))
    for path, width, strength in _creases(marks):
        along = np.linspace(0, len(path) - 1, 60)
        dense = np.column_stack(
            [np.interp(along, np.arange(len(path)), path[:, axis]) for axis in range(2)]
        )
        away, nearest = cKDTree(ndimage.gaussian_filter1d(dense, 4, axis=0, mode="nearest")).query(
            points, distance_upper_bound=4 * width
        )
        near = np.isfinite(away)
        fade = np.sin(np.pi * (0.04 + 0.92 * nearest[near] / 60)) ** 0.8
        share = away[near] / width
        dark[near] += strength * fade * (np.exp(-(share**2)) - 0.3 * np.exp(-((share - 2) ** 2)))
    shade[seen] = dark.clip(-0.12, 0.6)
    return shade * front


def _creases(marks: Landmarks) -> Iterator[Crease]:
    x, y, nose, mouth = marks.eye_x, marks.eye_y, marks.nose_y, marks.mouth_y
    for height, reach in ((0.36, 0.34), (0.45, 0.42), (0.54, 0.34)):
        points = [(0, y + height), (0.5 * reach, y + height + 0.012), (reach, y + height - 0.03)]
        yield np.array(points), 0.012, 0.15
    yield np.array([(0.05, y + 0.08), (0.045, y + 0.15), (0.055, y + 0.22)]), 0.010, 0.16
    for angle, length in ((-0.55, 0.10), (-0.15, 0.12), (0.25, 0.12), (0.6, 0.09)):
        corner = np.array([x + 0.155, y - 0.02 + 0.03 * angle])
        way = np.array([np.cos(angle), np.sin(angle)])
        yield np.array([corner, corner + 0.5 * length * way, corner + length * way]), 0.006, 0.17
    bag = [(x - 0.14, y - 0.11), (x, y - 0.165), (x + 0.13, y - 0.12)]
    yield np.array(bag), 0.014, 0.17
    fold = [(0.165, nose + 0.01), (0.24, nose - 0.09), (0.305, mouth + 0.06), (0.315, mouth - 0.02)]
    yield np.array(fold), 0.020, 0.22
    yield np.array([(0.27, mouth - 0.03), (0.285, mouth - 0.12), (0.275, mouth - 0.2)]), 0.014, 0.10
    for at in (0.03, 0.07, 0.115, 0.16):
        yield np.array([(at, mouth + 0.085), (1.05 * at, mouth + 0.14)]), 0.004, 0.09


def spots(position: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(H, W) how much freckles and spots of age cover the skin, in [0, 1]."""
    flat = position.reshape(-1, 3)
    skin = flat[rng.choice(len(flat), 260, replace=False)]
    sizes = rng.gamma(2.0, 0.006, len(skin)).clip(0.004, 0.04)
    cover = np.zeros(len(flat))
    tree = cKDTree(flat)
    for spot, size in zip(skin, sizes, strict=True):
        near = np.array(tree.query_ball_point(spot, 2 * size), int)
        if len(near):
            away = np.linalg.norm(flat[near] - spot, axis=1) / size
            cover[near] = np.maximum(cover[near], rng.uniform(0.3, 0.8) * np.exp(-(away**4)))
    return cover.reshape(position.shape[:2])


def beard(position: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """(H, W) how dense a shaved beard is: lip, chin, jaw and throat, not the cheeks."""
    across, up, depth = np.moveaxis(position, -1, 0)
    side = np.abs(across)
    # Its upper border falls from the sideburns to the corner of the mouth.
    border = marks.mouth_y + 0.02 + 0.55 * ramp(side, 0.34, 0.62)
    low = ramp(border - up, -0.05, 0.10) * ramp(up, marks.mouth_y - 0.95, marks.mouth_y - 0.45)
    lip = np.exp(-(((up - marks.mouth_y - 0.13) / 0.055) ** 4)) * ramp(0.27 - side, 0.0, 0.06)
    cover = np.maximum(low, 0.9 * lip) * ramp(depth, 0.0, 0.35)
    stubble = ndimage.gaussian_filter(rng.normal(size=up.shape), 0.9)
    return (cover * (0.75 + 0.25 * stubble / stubble.std())).clip(0, 1)
