"""How each morph darkens the skin where it folds: wrinkles finer than the mesh's own shape."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from training.face.landmarks import Landmarks, ramp
from training.face.surface import vertex_normals
from verhm.labels import MORPHS

CREASE: Final = 0.6  # darkening per unit of added concavity
DARKEST, LIGHTEST = -0.34, 0.10

Line = tuple[np.ndarray, float, float]
"""(N, 2) points x, y on the person's left; half width in dm; strength."""


def fold_shades(
    positions: np.ndarray, morphs: np.ndarray, triangles: np.ndarray, marks: Landmarks
) -> np.ndarray:
    """(M, V) relative change of brightness at full weight.

    Args:
        positions: (V, 3) neutral skin
        morphs: (M, V, 3)
        triangles: (T, 3)
        marks: where the features are
    """
    before = concavity(positions, triangles)
    front = ramp(positions[:, 2], 0.55, 0.95)
    shades = np.zeros(morphs.shape[:2])
    for column, name in enumerate(MORPHS):
        if name.startswith(("eyeLook", "eyeBlink", "tongue")):
            continue
        added = concavity(positions + morphs[column], triangles) - before
        shades[column] = -CREASE * _smooth(added, triangles) * front
        side = 1.0 if name.endswith("Left") else -1.0 if name.endswith("Right") else 0.0
        shades[column] += painted(positions, wrinkles(name, marks), side) * front
    return shades.clip(DARKEST, LIGHTEST)


def concavity(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V,) how far each vertex lies below its neighbours, in units of their distance."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    count = np.maximum(np.bincount(a, minlength=len(positions)), 1)
    offset = positions[b] - positions[a]
    length = np.bincount(a, np.linalg.norm(offset, axis=1), minlength=len(positions)) / count
    mean = np.stack(
        [np.bincount(a, offset[:, axis], minlength=len(positions)) for axis in range(3)], axis=1
    )
    normals = vertex_normals(positions, triangles)
    return ((mean / count[:, None]) * normals).sum(axis=1) / np.maximum(length, 1e-9)


def _smooth(values: np.ndarray, triangles: np.ndarray, times: int = 2) -> np.ndarray:
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    count = np.maximum(np.bincount(a, minlength=len(values)), 1)
    for _ in range(times):
        values = 0.4 * values + 0.6 * np.bincount(a, values[b], minlength=len(values)) / count
    return values


def painted(positions: np.ndarray, lines: Iterable[Line], side: float) -> np.ndarray:
    """(V,) brightness of soft lines; `side` 1 or -1 for the person's left or right, 0 for both."""
    x, y = positions[:, 0], positions[:, 1]
    mirrored = np.abs(x) if side == 0 else side * x
    shade = np.zeros(len(positions))
    for points, width, strength in lines:
        along = np.linspace(0, 1, 40)
        knots = np.linspace(0, 1, len(points))
        path = np.column_stack([np.interp(along, knots, points[:, axis]) for axis in range(2)])
        away = np.hypot(mirrored[:, None] - path[:, 0], y[:, None] - path[:, 1])
        nearest = away.argmin(axis=1)
        fade = np.sin(np.pi * (0.12 + 0.76 * along[nearest])) ** 0.7
        distance = away.min(axis=1) / width
        # A dark furrow beside a lighter bulge.
        profile = np.exp(-(distance**2)) - 0.25 * np.exp(-((distance - 2.2) ** 2))
        shade -= strength * fade * profile
    return shade


def wrinkles(name: str, marks: Landmarks) -> list[Line]:
    """The lines that a morph draws, on the person's left (or on both sides)."""
    x, y, nose, mouth = marks.eye_x, marks.eye_y, marks.nose_y, marks.mouth_y
    plain = name.removesuffix("Left").removesuffix("Right")
    if plain == "browInnerUp":
        return [_line((0, y + h), (0.16, y + h + 0.012), (0.30, y + h - 0.02), width=0.014,
                      strength=0.15) for h in (0.36, 0.44, 0.52)]  # fmt: skip
    if plain == "browOuterUp":
        return [_line((0.08, y + h), (0.28, y + h + 0.01), (0.46, y + h - 0.05), width=0.014,
                      strength=0.11) for h in (0.37, 0.45, 0.53)]  # fmt: skip
    if plain == "browDown":
        frown = _line((0.052, y + 0.07), (0.046, y + 0.16), (0.058, y + 0.27), width=0.016,
                      strength=0.30)  # fmt: skip
        return [frown, _line((0.0, y + 0.03), (0.06, y + 0.035), width=0.012, strength=0.16)]
    if plain == "noseSneer":
        bridge = [_line((0.01, y - h), (0.075, y - h - 0.03), width=0.010, strength=0.14)
                  for h in (0.03, 0.075, 0.12)]  # fmt: skip
        return [*bridge, _nasolabial(nose, mouth, 0.15)]
    if plain in ("mouthSmile", "mouthUpperUp"):
        return [_nasolabial(nose, mouth, 0.13)]
    if plain in ("cheekSquint", "eyeSquint"):
        corner = (x + 0.145, y - 0.03)
        return [_line(corner, (corner[0] + 0.10 * np.cos(a), corner[1] + 0.10 * np.sin(a)),
                      width=0.010, strength=0.13) for a in (-0.5, 0.0, 0.45)]  # fmt: skip
    if plain == "mouthFrown":
        return [_line((0.27, mouth - 0.01), (0.295, mouth - 0.10), (0.29, mouth - 0.16),
                      width=0.020, strength=0.20)]  # fmt: skip
    return []


def _nasolabial(nose: float, mouth: float, strength: float) -> Line:
    start, bend, end = (0.165, nose + 0.0), (0.255, nose - 0.10), (0.325, mouth + 0.03)
    return _line(start, bend, end, width=0.019, strength=strength)


def _line(*points: tuple[float, float], width: float, strength: float) -> Line:
    return np.array(points), width, strength
