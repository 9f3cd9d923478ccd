"""Puts the face together: shape, parts, light, texture, hair."""

from pathlib import Path

import numpy as np

from training.face.asset import write_face
from training.face.atlas import REGIONS, place
from training.face.baking import bake_skin, blank
from training.face.body import Body, refine_forehead, regions, skin_part, smooth_body
from training.face.eyes import eyeballs
from training.face.folds import fold_shades
from training.face.hair import grow
from training.face.identity import Identity, shape
from training.face.lashes import lashes
from training.face.occlusion import ambient_light
from training.face.part import Part, compact, triangulate
from training.face.patches import paint_patches
from training.face.shirt import shirt
from training.face.skin import Landmarks, paint_skin
from training.face.source import AnnyData, BaseMesh
from training.face.surface import vertex_normals
from training.face.teeth import teeth
from verhm.labels import MORPHS

LOWEST_SKIN = 4.9  # dm; below is under the shirt
LOWEST_SHIRT = 3.9


def build_face(data: AnnyData, identity: Identity, folder: Path) -> None:
    """Build an identity's face and write it."""
    mesh = data.mesh()
    positions = shape(data, mesh.positions, identity)
    morphs = data.morphs(len(positions))
    positions = positions + np.einsum("m,mvc->vc", bias(identity), morphs)
    plain = smooth_body(mesh, positions, morphs, "body", LOWEST_SKIN)
    body = refine_forehead(plain)
    eyes = eyeballs(mesh, positions)
    light = _skin_light(body, plain, eyes)
    marks = _landmarks(mesh, positions, body)
    head = triangulate(body.quads[~_is_ear(data, body)])
    parts = [
        skin_part(body, light, _skin_gloss(data, body)),
        *eyes,
        *teeth(mesh, positions, morphs),
        _tongue(mesh, positions, morphs),
        lashes(mesh, positions, morphs),
        shirt(smooth_body(mesh, positions, morphs, "body", LOWEST_SHIRT)),
    ]
    atlas = blank()
    left, top, right, bottom = REGIONS["skin"]
    atlas[top:bottom, left:right] = paint_skin(data, bake_skin(body), marks, identity)
    paint_patches(atlas, identity)
    folds = fold_shades(body.positions, body.morphs, triangulate(body.quads), marks)
    edges = {
        "left_lid": upper_lid(body, eyes[0]),
        "right_lid": upper_lid(body, eyes[1]),
        "lips": lips(body),
    }
    texture = atlas.clip(0, 255).astype(np.uint8)
    write_face(folder, identity, parts, folds, edges, texture, grow(body.positions, head, marks))


def bias(identity: Identity) -> np.ndarray:
    """(M,) morph weights that belong to the neutral face."""
    return np.array([identity.bias.get(name, 0.0) for name in MORPHS])


def _landmarks(mesh: BaseMesh, positions: np.ndarray, body: Body) -> Landmarks:
    eye = positions[np.unique(mesh.quads["helper-l-eye"])]
    gap = positions[np.unique(mesh.quads["helper-upper-teeth"])][:, 1].min()
    front = body.positions[np.argmax(body.positions[:, 2])]
    return Landmarks(float(eye[:, 0].mean()), float(eye[:, 1].mean()), float(gap), float(front[1]))


def _skin_light(body: Body, plain: Body, eyes: list[Part]) -> np.ndarray:
    triangles = triangulate(body.quads)
    normals = vertex_normals(body.positions, triangles)
    # Without the finer points in between, the surface is enough to be in the way.
    coarse = triangulate(plain.quads.reshape(-1, 4, 4)[:, :, 0])
    blockers = [plain.positions[coarse]]
    blockers += [eye.positions[eye.vertex[eye.triangles[::4]]] for eye in eyes]
    light = ambient_light(body.positions, normals, np.concatenate(blockers), rays=48)
    for _ in range(2):
        light = _calm(light, triangles)
    light[np.unique(body.quads[regions(body) == "mouth"])] *= 0.55
    return 0.10 + 0.90 * light**0.65


def _calm(light: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Each value becomes its neighbours' mean, or stays where it is between them."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    total = np.bincount(a, light[b], minlength=len(light))
    mean = total / np.maximum(np.bincount(a, minlength=len(light)), 1)
    return 0.3 * np.clip(light, mean - 0.15, mean + 0.15) + 0.7 * mean


def _is_ear(data: AnnyData, body: Body) -> np.ndarray:
    """(Q,) quads of the ears."""
    mask = data.mask("ears")
    uv = body.source_uv.mean(axis=1)
    row = ((1 - uv[:, 1]) * (mask.shape[0] - 1)).astype(int)
    return mask[row, (uv[:, 0] * (mask.shape[1] - 1)).astype(int)] > 0.3


def _skin_gloss(data: AnnyData, body: Body) -> np.ndarray:
    """Lips shine most."""
    gloss = np.full(len(body.positions), 0.25)
    mask = data.mask("lips")
    uv = body.source_uv.reshape(-1, 2)
    row = ((1 - uv[:, 1]) * (mask.shape[0] - 1)).astype(int)
    column = (uv[:, 0] * (mask.shape[1] - 1)).astype(int)
    np.maximum.at(gloss, body.quads.ravel(), 0.25 + 0.5 * mask[row, column])
    gloss[np.unique(body.quads[regions(body) == "mouth"])] = 0.3
    return gloss


def _tongue(mesh: BaseMesh, positions: np.ndarray, morphs: np.ndarray) -> Part:
    used, (quads,) = compact(mesh.quads["helper-tongue"])
    # It rests lower and farther back than in the base mesh, behind the lower teeth.
    points = positions[used] - np.array([0, 0.075, 0.07])
    low, high = points.min(axis=0), points.max(axis=0)
    uv = ((points - low) / (high - low))[:, [0, 2]]
    depth = high[2] - points[:, 2]
    return Part(
        "tongue",
        points,
        np.arange(len(used)),
        place("tongue", uv),
        triangulate(quads),
        morphs[:, used],
        np.clip(0.62 - 1.1 * depth, 0.12, 1),
        np.full(len(used), 0.5),
    )


def lips(body: Body) -> np.ndarray:
    """(2,) the middle of the upper lip's lower edge and of the lower lip's upper edge."""
    x, y, z = body.positions.T
    middle = np.flatnonzero((np.abs(x) < 0.004) & (z > z.max() - 0.22) & (y > 6.45) & (y < 6.8))
    moved = body.morphs[MORPHS.index("jawOpen"), middle, 1] < -0.05
    upper, lower = middle[~moved], middle[moved]
    return np.array([upper[np.argmin(y[upper])], lower[np.argmax(y[lower])]])


def upper_lid(body: Body, eye: Part) -> np.ndarray:
    """Vertices along the edge of the upper lid over an eye, by ascending x."""
    region = regions(body)
    edge = np.intersect1d(body.quads[region == "socket"], body.quads[region == "skin"])
    centre = eye.positions.mean(axis=0)
    near = edge[np.abs(body.positions[edge, 0] - centre[0]) < 0.3]
    near = near[np.argsort(body.positions[near, 0])]
    corners = body.positions[near[[0, -1]]]
    line = np.interp(body.positions[near, 0], corners[:, 0], corners[:, 1])
    return near[body.positions[near, 1] >= line - 1e-6]
