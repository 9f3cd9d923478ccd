"""A plain crew-neck shirt: the body pushed outwards, cut by a plane, with a rolled collar."""

import numpy as np
from scipy import ndimage

from training.face.atlas import place
from training.face.body import Body
from training.face.part import Part, compact, join, triangulate
from training.face.surface import clip, longest_loop, vertex_normals

# The collar's plane: its height at the front and at the back of the neck, dm.
FRONT = (0.75, 5.66)  # z, y
BACK = (-0.60, 6.26)
TUBE = 0.050  # radius of the roll, dm
AROUND, ALONG = 14, 160


def shirts(bodies: list[Body]) -> list[Part]:
    """One shirt for each of some identities' smooth bodies (which must reach below the picture).

    All are cut where the first one's is, so that they have the same triangles.
    """
    triangles = triangulate(bodies[0].quads)
    cloths = [body.positions + 0.075 * vertex_normals(body.positions, triangles) for body in bodies]
    x, y, z = cloths[0].T
    slope = (BACK[1] - FRONT[1]) / (BACK[0] - FRONT[0])
    height = y - (FRONT[1] + slope * (z - FRONT[0]))
    near = np.hypot(x, z - 0.1) < 2.0
    points, kept, edges = clip(np.hstack(cloths), triangles, np.where(near, height, -1.0))
    used, (kept,) = compact(kept)
    loop = longest_loop(edges)
    return [
        join("shirt", [_part(all_of[used], kept, _weave(all_of[used])), _roll(all_of[loop])])
        for all_of in np.split(points, len(bodies), axis=1)
    ]


def _weave(points: np.ndarray) -> np.ndarray:
    # Back and forth, so that the pattern has no seam.
    return 1 - np.abs(1 - (points[:, :2] * 0.8 + 40) % 2.0)


def _part(points: np.ndarray, triangles: np.ndarray, uv: np.ndarray) -> Part:
    count = len(points)
    return Part(
        "shirt",
        points,
        np.arange(count),
        place("shirt", uv),
        triangles,
        None,
        np.ones(count),
        np.zeros(count),
    )


def _roll(loop: np.ndarray) -> Part:
    """A tube along a closed line, smoothed and evenly spaced."""
    angle = np.unwrap(np.arctan2(loop[:, 0], loop[:, 2] - loop[:, 2].mean()))
    order = np.argsort(angle % (2 * np.pi))
    around = (angle % (2 * np.pi))[order]
    even = np.linspace(0, 2 * np.pi, ALONG, endpoint=False)
    line = np.column_stack(
        [np.interp(even, around, loop[order, axis], period=2 * np.pi) for axis in range(3)]
    )
    line = ndimage.gaussian_filter1d(line, 3.0, axis=0, mode="wrap")
    forward = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    outward = line - line.mean(axis=0)
    outward -= (outward * forward).sum(axis=1, keepdims=True) * forward
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    upward = np.cross(forward, outward)
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    # Higher than thick, as a ribbed collar is.
    ring = (
        line[:, None]
        + 0.55 * TUBE * np.cos(turn)[None, :, None] * outward[:, None]
        + 1.5 * TUBE * np.sin(turn)[None, :, None] * upward[:, None]
    )
    index = np.arange(ALONG * AROUND).reshape(ALONG, AROUND)
    onward, beside = np.roll(index, -1, axis=0), np.roll(index, -1, axis=1)
    both = np.roll(onward, -1, axis=1)
    quads = np.stack([index, onward, both, beside], axis=-1).reshape(-1, 4)
    triangles = triangulate(quads)
    flat = ring.reshape(-1, 3)
    outwards = vertex_normals(flat, triangles) * (flat - np.repeat(line, AROUND, axis=0))
    if outwards.sum() < 0:
        triangles = triangles[:, ::-1]
    return _part(flat, triangles, _weave(flat))
