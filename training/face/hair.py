"""Grows a short haircut: single strands, combed along the scalp and gathered in locks."""

import numpy as np
from scipy.spatial import cKDTree

from training.face.asset import Hair
from training.face.skin import Landmarks, hairline, ramp
from training.face.surface import vertex_normals

POINTS = 9
LOCKS = 700
PARTING = -0.36  # x, dm


def grow(
    positions: np.ndarray, triangles: np.ndarray, marks: Landmarks, strands: int = 26_000
) -> Hair:
    """Cover the scalp of a head with hair.

    Args:
        positions: (V, 3) neutral head
        triangles: (T, 3) of the head without the ears
        marks: where the features are
        strands: how many
    """
    rng = np.random.default_rng(3)
    roots, normals = _roots(positions, triangles, marks, strands, rng)
    normal_at = _Scalp(positions, triangles)
    paths = _grow(roots, normals, normal_at, marks, rng)
    heads = rng.choice(len(roots), LOCKS, replace=False)
    lock = heads[cKDTree(roots[heads]).query(roots)[1]]
    along = np.linspace(0, 1, POINTS)[None, :, None]
    gather = 0.45 * along**1.3
    paths = paths + gather * (paths[lock] - paths)
    tone = 1 + 0.10 * rng.normal(size=len(roots)) + 0.10 * rng.normal(size=len(roots))[lock]
    return Hair(paths, tone.clip(0.6, 1.5))


class _Scalp:
    """Nearest point of the head and its normal."""

    def __init__(self, positions: np.ndarray, triangles: np.ndarray) -> None:
        used = np.unique(triangles)
        self._points = positions[used]
        self._normals = vertex_normals(positions, triangles)[used]
        self._tree = cKDTree(self._points)

    def __call__(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Signed heights (N,) above the head and normals (N, 3), smoothed over neighbours."""
        distance, index = self._tree.query(points, k=6)
        weight = 1 / (distance + 0.01)
        weight /= weight.sum(axis=1, keepdims=True)
        normal = (self._normals[index] * weight[..., None]).sum(axis=1)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        foot = (self._points[index] * weight[..., None]).sum(axis=1)
        return ((points - foot) * normal).sum(axis=1), normal


def _roots(
    positions: np.ndarray,
    triangles: np.ndarray,
    marks: Landmarks,
    count: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    corners = positions[triangles]
    centre = corners.mean(axis=1)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    # Fewer at the back, which the picture never shows.
    chance = (
        area * ramp(hairline(centre, marks), -0.05, 0.10) * (0.25 + ramp(centre[:, 2], -0.6, 0.1))
    )
    picked = rng.choice(len(triangles), count, p=chance / chance.sum())
    share = rng.dirichlet([1, 1, 1], count)
    roots = np.einsum("nc,ncd->nd", share, corners[picked])
    normals = vertex_normals(positions, triangles)
    mixed = np.einsum("nc,ncd->nd", share, normals[triangles[picked]])
    return roots, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def _comb(points: np.ndarray, marks: Landmarks) -> np.ndarray:
    """(N, 3) which way the hair is combed: back and to the side on top, back and down below."""
    x, y, z = points.T
    one = np.ones_like(x)
    top = ramp(y, marks.eye_y + 0.42, marks.eye_y + 0.92)[:, None]
    # The parting lies on the person's right; the hair beside it falls to either side.
    over = np.tanh((x - PARTING) / 0.10)
    front = ramp(z, 0.55, 1.0)
    crown = np.column_stack([(0.8 - 0.25 * front) * over, 0.15 + 0.5 * front, -0.75 * one])
    side = np.column_stack([0.10 * np.sign(x), -0.55 * one, -0.80 * one])
    nape = np.column_stack([0 * x, -one, -0.2 * one])
    behind = ramp(-z, 0.2, 0.6)[:, None]
    comb = (top * crown + (1 - top) * side) * (1 - behind) + nape * behind
    return comb / np.linalg.norm(comb, axis=1, keepdims=True)


def _grow(
    roots: np.ndarray,
    normals: np.ndarray,
    scalp: _Scalp,
    marks: Landmarks,
    rng: np.random.Generator,
) -> np.ndarray:
    """(H, P, 3) paths."""
    top = ramp(roots[:, 1], marks.eye_y + 0.35, marks.eye_y + 0.90)
    edge = ramp(hairline(roots, marks), -0.02, 0.22)
    length = (0.13 + 0.52 * top) * (0.30 + 0.70 * edge) * rng.uniform(0.7, 1.1, len(roots))
    rise = (0.22 + 0.80 * top) * (0.45 + 0.55 * edge)
    wander = rng.normal(0, 0.13, roots.shape)
    paths, point, normal = [roots], roots, normals
    for step in range(1, POINTS):
        along = step / (POINTS - 1)
        comb = _comb(point, marks) + wander
        flat = comb - (comb * normal).sum(axis=1, keepdims=True) * normal
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        lift = (rise * (1 - along) ** 1.2 - 0.28 * along)[:, None]
        way = flat + lift * normal
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        point = point + way * (length / (POINTS - 1))[:, None]
        height, normal = scalp(point)
        sunk = np.minimum(height - 0.010, 0)
        point = point - sunk[:, None] * normal
        paths.append(point)
    return np.stack(paths, axis=1)
