"""Eyelashes: single curved hairs bound to the base mesh's lash strips."""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from training.face.atlas import place
from training.face.body import Body
from training.face.eyes import fit_sphere
from training.face.part import Part
from training.face.source import BaseMesh

STRIPS = (
    ("helper-l-eyelashes-1", "helper-l-eye", 22, 0.36),
    ("helper-r-eyelashes-1", "helper-r-eye", 22, 0.36),
    ("helper-l-eyelashes-2", "helper-l-eye", 60, 1.15),
    ("helper-r-eyelashes-2", "helper-r-eye", 60, 1.15),
)
OUTWARDS = 0.006  # dm that lashes stand off the lid, which is thicker than in the base mesh
HALF_WIDTH = 0.0032  # dm at the root; a real lash is thinner, but these stand for several


def lashes(mesh: BaseMesh, positions: np.ndarray, morphs: np.ndarray) -> Part:
    """All lashes as narrow triangles; their roots and tips follow the strips' morphs."""
    binds = [
        _bind(mesh.quads[group], positions, fit_sphere(positions[np.unique(mesh.quads[eye])])[0],
              count, length)
        for group, eye, count, length in STRIPS
    ]  # fmt: skip
    bind = np.concatenate(binds)
    points = bind @ positions
    moved = np.einsum("nv,mvc->mnc", bind, morphs, optimize=True)
    sides = [positions[np.unique(mesh.quads[eye])].mean(axis=0) for _, eye, _, _ in STRIPS]
    centres = np.repeat(sides, [2 * count for _, _, count, _ in STRIPS], axis=0)
    outward = points - centres
    points = points + OUTWARDS * outward / np.linalg.norm(outward, axis=1, keepdims=True)
    roots, tips = points[0::2], points[1::2]
    along = np.gradient(roots, axis=0)
    width = np.repeat([HALF_WIDTH * min(1.0, length) for *_, length in STRIPS],
                      [count for _, _, count, _ in STRIPS])[:, None]  # fmt: skip
    side = width * along / np.linalg.norm(along, axis=1, keepdims=True)
    corners = np.stack([roots - side, roots + side, tips], axis=1).reshape(-1, 3)
    offsets = np.stack([moved[:, 0::2], moved[:, 0::2], moved[:, 1::2]], axis=2)
    count = len(corners)
    both_sides = np.arange(count).reshape(-1, 3)
    return Part(
        "lashes",
        corners,
        np.arange(count),
        place("lash", np.full((count, 2), 0.5)),
        np.concatenate([both_sides, both_sides[:, ::-1]]),
        offsets.reshape(len(morphs), count, 3),
        np.ones(count),
        np.zeros(count),
    )


def follow_lids(part: Part, body: Body, edges: np.ndarray) -> Part:
    """Let each lash move as the lid's edge does under it, and turn as its strip does.

    Args:
        part: the lashes
        body: the skin that they stand on
        edges: vertices of the skin along all lids' edges
    """
    assert part.morphs is not None, "lashes are made with morphs"
    roots = part.positions.reshape(-1, 3, 3)[:, :2].mean(axis=1)
    away, nearest = cKDTree(body.positions[edges]).query(roots, k=2)
    share = 1 / np.maximum(away, 1e-6)
    share /= share.sum(axis=1, keepdims=True)
    skin = (body.morphs[:, edges[nearest]] * share[None, ..., None]).sum(axis=2)
    morphs = part.morphs.reshape(len(part.morphs), -1, 3, 3)
    correction = skin - morphs[:, :, 0]
    moved = (morphs + correction[:, :, None]).reshape(part.morphs.shape)
    return replace(part, morphs=moved)


def _bind(
    quads: np.ndarray, positions: np.ndarray, eye: np.ndarray, count: int, length: float
) -> np.ndarray:
    """(2 count, V) rows that give root and tip of each lash from the mesh's vertices."""
    border = _border(quads)
    distance = np.linalg.norm(positions[border] - eye, axis=1)
    # Across the strip the distance from the eye grows from the lid's edge to the free edge.
    far = distance > (distance.min() + distance.max()) / 2
    inner, outer = (_by_x(border[chosen], positions) for chosen in (~far, far))
    share = np.linspace(0.04, 0.96, count)
    roots = _along(inner, positions, share)
    tips = _along(outer, positions, share)
    rows = np.empty((2 * count, len(positions)))
    rows[0::2] = roots
    rows[1::2] = roots + length * (tips - roots)
    return rows


def _border(quads: np.ndarray) -> np.ndarray:
    pairs = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, uses = np.unique(pairs, axis=0, return_counts=True)
    return np.unique(edges[uses == 1])


def _by_x(vertices: np.ndarray, positions: np.ndarray) -> np.ndarray:
    return vertices[np.argsort(positions[vertices, 0])]


def _along(row: np.ndarray, positions: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(count, V) rows that interpolate along a row of vertices by x."""
    x = positions[row, 0]
    wanted = x[0] + share * (x[-1] - x[0])
    after = np.searchsorted(x, wanted).clip(1, len(x) - 1)
    part = (wanted - x[after - 1]) / np.maximum(x[after] - x[after - 1], 1e-9)
    rows = np.zeros((len(share), len(positions)))
    index = np.arange(len(share))
    rows[index, row[after - 1]] += 1 - part
    rows[index, row[after]] += part
    return rows
