"""Puts the face together: shape, parts, light, texture, hair."""

from pathlib import Path

import numpy as np

from training.face.asset import write_face
from training.face.atlas import REGIONS
from training.face.baking import bake_skin, blank
from training.face.body import Body, regions, skin_part, smooth_body
from training.face.eyes import eyeballs
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

LOWEST_SKIN = 5.35  # dm; below is under the shirt
LOWEST_SHIRT = 3.9


def build_face(data: AnnyData, identity: Identity, folder: Path) -> None:
    """Build an identity's face and write it."""
    mesh = data.mesh()
    positions = shape(data, mesh.positions, identity)
    morphs = data.morphs(len(positions))
    body = smooth_body(mesh, positions, morphs, "body", LOWEST_SKIN)
    eyes = eyeballs(mesh, positions)
    light = _skin_light(body, eyes)
    marks = _landmarks(mesh, positions, body)
    head = triangulate(body.quads)
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
    folds = np.zeros((len(MORPHS), len(body.positions)))
    lids = (upper_lid(body, eyes[0]), upper_lid(body, eyes[1]))
    texture = atlas.clip(0, 255).astype(np.uint8)
    write_face(folder, identity, parts, folds, lids, texture, grow(body.positions, head, marks))


def _landmarks(mesh: BaseMesh, positions: np.ndarray, body: Body) -> Landmarks:
    eye = positions[np.unique(mesh.quads["helper-l-eye"])]
    gap = positions[np.unique(mesh.quads["helper-upper-teeth"])][:, 1].min()
    front = body.positions[np.argmax(body.positions[:, 2])]
    return Landmarks(float(eye[:, 0].mean()), float(eye[:, 1].mean()), float(gap), float(front[1]))


def _skin_light(body: Body, eyes: list[Part]) -> np.ndarray:
    triangles = triangulate(body.quads)
    normals = vertex_normals(body.positions, triangles)
    # The unsmoothed corners are enough to be in the way: every fourth new quad's first corner.
    coarse = body.quads.reshape(-1, 4, 4)[:, :, 0]
    blockers = [body.positions[triangulate(coarse)]]
    blockers += [eye.positions[eye.vertex[eye.triangles[::4]]] for eye in eyes]
    return ambient_light(body.positions, normals, np.concatenate(blockers), rays=48)


def _skin_gloss(data: AnnyData, body: Body) -> np.ndarray:
    """Lips shine most, then nose and forehead."""
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
    from training.face.atlas import place

    points = positions[used]
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
        np.clip(0.75 - 1.0 * depth, 0.15, 1),
        np.full(len(used), 0.5),
    )


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
