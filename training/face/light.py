"""How much light reaches the skin, and how that changes where lids unfold."""

import numpy as np

from training.face.body import Body, regions
from training.face.occlusion import ambient_light
from training.face.part import Part, triangulate
from training.face.surface import vertex_normals

BRIGHTEST = 0.6  # largest relative gain of skin that comes out of the fold above a lid


def skin_light(body: Body, coarse: Body, eyes: list[Part]) -> np.ndarray:
    """(V,) light on the neutral skin, in [0, 1].

    Args:
        body: the skin
        coarse: the same without the finer points of the forehead, enough to be in the way
        eyes: the eyeballs, which are in the way too
    """
    triangles = triangulate(body.quads)
    every = np.arange(len(body.positions))
    light = _arriving(body.positions, triangles, every, _blockers(coarse.positions, coarse, eyes))
    for _ in range(2):
        light = _calm(light, triangles)
    light[np.unique(body.quads[regions(body) == "mouth"])] *= 0.55
    return 0.10 + 0.90 * light**0.65


def lid_light(body: Body, coarse: Body, eye: Part, blink: int) -> np.ndarray:
    """(V,) relative change of the light on an eye's lids when they close.

    An open lid's skin lies in a fold; closed, it would show as a broad dark crease.
    """
    triangles = triangulate(body.quads)
    offsets = body.morphs[blink]
    near = np.linalg.norm(body.positions - eye.positions.mean(axis=0), axis=1) < 0.42
    chosen = np.flatnonzero(near & (np.abs(offsets).max(axis=1) > 0.004))
    light = []
    for weight in (0.0, 1.0):
        posed = body.positions + weight * offsets
        blockers = _blockers(coarse.positions + weight * coarse.morphs[blink], coarse, [eye])
        whole = np.zeros(len(posed))
        whole[chosen] = _arriving(posed, triangles, chosen, blockers)
        light.append(0.10 + 0.90 * whole**0.65)
    change = np.zeros(len(body.positions))
    change[chosen] = (light[1] / light[0])[chosen] - 1
    for _ in range(3):
        change = _calm(change, triangles)
    # Nothing may change where the lid does not move: the picture keeps still there.
    fade = np.clip(np.abs(offsets).max(axis=1) / 0.03, 0, 1)
    return (change * fade).clip(-0.3, BRIGHTEST)


def _blockers(positions: np.ndarray, coarse: Body, eyes: list[Part]) -> np.ndarray:
    corners = triangulate(coarse.quads.reshape(-1, 4, 4)[:, :, 0])
    balls = [eye.positions[eye.vertex[eye.triangles[::4]]] for eye in eyes]
    return np.concatenate([positions[corners], *balls])


def _arriving(
    positions: np.ndarray, triangles: np.ndarray, chosen: np.ndarray, blockers: np.ndarray
) -> np.ndarray:
    normals = vertex_normals(positions, triangles)
    return ambient_light(positions[chosen], normals[chosen], blockers, rays=48)


def _calm(light: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Each value becomes its neighbours' mean, or stays where it is between them."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    total = np.bincount(a, light[b], minlength=len(light))
    mean = total / np.maximum(np.bincount(a, minlength=len(light)), 1)
    return 0.3 * np.clip(light, mean - 0.15, mean + 0.15) + 0.7 * mean
