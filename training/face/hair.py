"""Grows hair: single strands, combed along the scalp, gathered in locks, coiled or hanging."""

import numpy as np
from scipy.spatial import cKDTree

from training.face.asset import Hair
from training.face.haircut import Haircut
from training.face.landmarks import Landmarks, ramp
from training.face.skin import hairline
from training.face.surface import vertex_normals

LOCKS = 700
COLOURLESS = 105.0  # brightness of a grey hair, sRGB


def grow(
    positions: np.ndarray,
    triangles: np.ndarray,
    marks: Landmarks,
    cut: Haircut,
    brightness: float,
) -> Hair:
    """Cover the scalp of a head with hair.

    Args:
        positions: (V, 3) neutral head
        triangles: (T, 3) of the head that carries hair or is in its way
        marks: where the features are
        cut: how it is worn
        brightness: of the hair's colour, mean of sRGB
    """
    rng = np.random.default_rng(3)
    roots, normals = _roots(positions, triangles, marks, cut, rng)
    paths = _grow(roots, normals, _Scalp(positions, triangles), marks, cut, rng)
    heads = rng.choice(len(roots), LOCKS, replace=False)
    lock = heads[cKDTree(roots[heads]).query(roots)[1]]
    along = np.linspace(0, 1, cut.points)[None, :, None]
    paths = paths + cut.gather * along**1.3 * (paths[lock] - paths)
    tone = 1 + 0.10 * rng.normal(size=len(roots)) + 0.10 * rng.normal(size=len(roots))[lock]
    tone = tone.clip(0.6, 1.5)
    is_grey = rng.uniform(size=len(roots)) < cut.grey
    tone[is_grey] *= max(1.15, COLOURLESS / brightness)
    return Hair(paths + _coils(normals, cut, rng), tone)


def _coils(normals: np.ndarray, cut: Haircut, rng: np.random.Generator) -> np.ndarray:
    """(H, P, 3) offsets that wind each hair around its own way."""
    along = np.linspace(0, 1, cut.points)
    helper = np.where(np.abs(normals[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])
    across = np.cross(helper, normals)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    beside = np.cross(normals, across)
    start = rng.uniform(0, 2 * np.pi, len(normals))
    turn = (
        start[:, None] + 2 * np.pi * cut.turns * along * rng.choice([-1, 1], len(normals))[:, None]
    )
    radius = cut.curl * ramp(along, 0.0, 0.3)
    ring = np.cos(turn)[..., None] * across[:, None] + np.sin(turn)[..., None] * beside[:, None]
    return radius[None, :, None] * ring


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
    cut: Haircut,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    corners = positions[triangles]
    centre = corners.mean(axis=1)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    # Fewer at the back, which the picture never shows.
    height = hairline(centre, marks, cut.line)
    chance = area * ramp(height, -0.05, 0.10) * (0.25 + ramp(centre[:, 2], -0.6, 0.1))
    picked = rng.choice(len(triangles), cut.strands, p=chance / chance.sum())
    share = rng.dirichlet([1, 1, 1], cut.strands)
    roots = np.einsum("nc,ncd->nd", share, corners[picked])
    normals = vertex_normals(positions, triangles)
    mixed = np.einsum("nc,ncd->nd", share, normals[triangles[picked]])
    return roots, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def _comb(points: np.ndarray, marks: Landmarks, cut: Haircut) -> np.ndarray:
    """(N, 3) which way the hair is combed: back and to the side on top, back and down below."""
    x, y, z = points.T
    one = np.ones_like(x)
    top = ramp(y, marks.eye_y + 0.42, marks.eye_y + 0.92)[:, None]
    # The hair beside the parting falls to either side.
    over = np.tanh((x - cut.parting) / 0.10)
    front = ramp(z, 0.55, 1.0)
    crown = np.column_stack([(0.8 - 0.25 * front) * over, 0.15 + 0.5 * front, -0.75 * one])
    side = np.column_stack([0.10 * np.sign(x), -0.55 * one, -0.80 * one])
    nape = np.column_stack([0 * x, -one, -0.2 * one])
    behind = ramp(-z, 0.2, 0.6)[:, None]
    comb = (top * crown + (1 - top) * side) * (1 - behind) + nape * behind
    # What hangs is swept off the parting and the forehead first, then falls.
    face = ramp(z, 0.40, 0.80)
    swept = np.maximum(ramp(0.40 - np.abs(x - cut.parting), 0.0, 0.25), face)
    hanging = np.column_stack([over * swept, -1.0 * (1 - face) - 0.15, -0.15 - 0.75 * face])
    comb = (1 - cut.fall) * comb + cut.fall * hanging
    return comb / np.linalg.norm(comb, axis=1, keepdims=True)


def _grow(
    roots: np.ndarray,
    normals: np.ndarray,
    scalp: _Scalp,
    marks: Landmarks,
    cut: Haircut,
    rng: np.random.Generator,
) -> np.ndarray:
    """(H, P, 3) paths."""
    top = ramp(roots[:, 1] - marks.eye_y, *cut.between)
    edge = ramp(hairline(roots, marks, cut.line), -0.02, 0.22)
    length = (cut.side + (cut.top - cut.side) * top) * (0.30 + 0.70 * edge)
    length = length * rng.uniform(0.7, 1.1, len(roots))
    rise = (cut.rise_side + (cut.rise_top - cut.rise_side) * top) * (0.45 + 0.55 * edge)
    wander = rng.normal(0, 0.13, roots.shape)
    end = marks.eye_y - cut.lowest + rng.normal(0, 0.025, len(roots))
    paths, point, normal = [roots], roots, normals
    for step in range(1, cut.points):
        along = step / (cut.points - 1)
        comb = _comb(point, marks, cut) + wander
        flat = comb - (comb * normal).sum(axis=1, keepdims=True) * normal
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        lift = (rise * (1 - along) ** 1.2 - 0.28 * along * (1 - cut.fall))[:, None]
        way = flat + lift * normal
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        way = _hang(way, point, wander, marks, cut.fall)
        stride = length / (cut.points - 1) * ramp(point[:, 1] - end, 0.0, 0.06)
        point = point + way * stride[:, None]
        height, normal = scalp(point)
        keep = 0.010 + (cut.stand - 0.010) * along
        # It does not sink into the head; what hangs does not stand off it much either.
        off = np.minimum(height - keep, 0) + 0.5 * cut.fall * np.maximum(height - 1.5 * keep, 0)
        point = point - off[:, None] * normal
        paths.append(point)
    return np.stack(paths, axis=1)


def _hang(
    way: np.ndarray, point: np.ndarray, wander: np.ndarray, marks: Landmarks, fall: float
) -> np.ndarray:
    """Let hair below the crown hang, and keep it behind the temples, out of the face."""
    share = (fall * ramp(marks.eye_y + 0.45 - point[:, 1], 0.0, 0.4))[:, None]
    down = np.column_stack([np.zeros(len(point)), -np.ones(len(point)), np.zeros(len(point))])
    down[:, 2] -= 0.9 * ramp(point[:, 2], 0.35, 0.75)
    down[:, 0] -= 0.12 * np.sign(point[:, 0]) * ramp(marks.eye_y - 0.5 - point[:, 1], 0.0, 0.4)
    mixed = (1 - share) * way + share * (down + 0.25 * wander)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
