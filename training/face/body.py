"""Head, neck and the inside of mouth and lids, cut from the base mesh and smoothed."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from training.face.atlas import place, unroll
from training.face.part import Part, compact, triangulate
from training.face.source import BaseMesh
from training.face.subdivision import split, subdivide, subdivide_corners
from verhm.labels import MORPHS

# Rectangles of MakeHuman's own texture space (left, bottom, right, top) that hold only the inside
# of the lids and only the inside of the mouth; everything else is skin.
SOCKETS = (0.0, 0.5, 0.2, 0.7)
MOUTH = (0.7, 0.0, 1.0, 0.14)

# A face whose folds are spread out, for laying out the texture.
SPREAD_OUT = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0, "jawOpen": 0.2}


@dataclass(frozen=True, eq=False)
class Body:
    """Smooth body surface.

    Attributes:
        positions: (V, 3)
        morphs: (M, V, 3)
        quads: (Q, 4)
        source_uv: (Q, 4, 2) corners in MakeHuman's own texture space
    """

    positions: np.ndarray
    morphs: np.ndarray
    quads: np.ndarray
    source_uv: np.ndarray


def is_above(mesh: BaseMesh, positions: np.ndarray, lowest: float) -> np.ndarray:
    """(Q,) which of the body's quads lie above a height, dm."""
    return (positions[mesh.quads["body"], 1] > lowest).all(axis=1)


def smooth_body(
    mesh: BaseMesh, positions: np.ndarray, morphs: np.ndarray, kept: np.ndarray
) -> Body:
    """Cut some of the body's quads out and subdivide them once.

    Args:
        mesh: the topology
        positions: (V, 3) of the identity
        morphs: (M, V, 3)
        kept: (Q,) which quads; the same for all identities, as they share what is made of them
    """
    used, (quads,) = compact(mesh.quads["body"][kept])
    step = subdivide(quads, len(used))
    return Body(
        step.operator @ positions[used],
        apply_to_morphs(step.operator, morphs[:, used]),
        step.quads,
        subdivide_corners(mesh.uv[mesh.quad_uv["body"][kept]]),
    )


def is_forehead(body: Body) -> np.ndarray:
    """(Q,) quads of forehead and brows, where the mesh is coarse."""
    x, y, z = np.moveaxis(body.positions[body.quads].mean(axis=1), -1, 0)
    return (np.abs(x) < 0.55) & (y > 7.36) & (y < 8.0) & (z > 0.75) & (regions(body) == "skin")


def refine(body: Body, chosen: np.ndarray) -> Body:
    """Give some quads, (Q,) chosen, enough vertices for wrinkles."""
    step = split(body.quads, len(body.positions), chosen)
    source_uv = subdivide_corners(body.source_uv[chosen])
    return Body(
        step.operator @ body.positions,
        apply_to_morphs(step.operator, body.morphs),
        step.quads,
        np.concatenate([body.source_uv[~chosen], source_uv]),
    )


def apply_to_morphs(operator: sparse.csr_array, morphs: np.ndarray) -> np.ndarray:
    """(M, V', 3): a matrix over vertices applied to every morph."""
    flat = morphs.transpose(1, 0, 2).reshape(morphs.shape[1], -1)
    return (operator @ flat).reshape(-1, len(morphs), 3).transpose(1, 0, 2)


def skin_part(body: Body, light: np.ndarray, gloss: np.ndarray) -> Part:
    """The body with texture corners: skin unrolled, the insides on plain patches."""
    region = regions(body)
    weights = np.array([SPREAD_OUT.get(name, 0.0) for name in MORPHS])
    spread = body.positions + np.tensordot(weights, body.morphs, 1)
    laid = {
        "skin": unroll(spread),
        "mouth": _flat(spread, centre=(0.0, 6.7)),
        "socket": _flat(spread, centre=(0.0, 7.3)),
    }
    names = sorted(laid)
    code = np.array([names.index(name) for name in region])
    key = body.quads * len(names) + code[:, None]
    corner, inverse = np.unique(key, return_inverse=True)
    vertex = corner // len(names)
    uv = np.zeros((len(corner), 2))
    for index, name in enumerate(names):
        chosen = corner % len(names) == index
        uv[chosen] = place(name, laid[name][vertex[chosen]])
    triangles = triangulate(inverse.reshape(body.quads.shape))
    return Part("skin", body.positions, vertex, uv, triangles, body.morphs, light, gloss)


def regions(body: Body) -> np.ndarray:
    """(Q,) "skin", "mouth" or "socket"."""
    centre = body.source_uv.mean(axis=1)
    names = np.full(len(centre), "skin", dtype="U6")
    names[_inside(centre, SOCKETS)] = "socket"
    names[_inside(centre, MOUTH)] = "mouth"
    return names


def _inside(points: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    left, bottom, right, top = box
    x, y = points.T
    return (x > left) & (x < right) & (y > bottom) & (y < top)


def _flat(positions: np.ndarray, centre: tuple[float, float]) -> np.ndarray:
    return (0.5 + (positions[:, :2] - centre) * 0.6).clip(0, 1)
