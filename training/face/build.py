"""Puts the faces together: shapes, parts, light, textures, hair."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.face.asset import Figure, Shared, write_faces
from training.face.atlas import REGIONS, place
from training.face.baking import Layout, blank, lay_out
from training.face.body import Body, is_above, is_forehead, refine, regions, skin_part, smooth_body
from training.face.eyes import eyeballs
from training.face.folds import fold_shades
from training.face.hair import grow
from training.face.identity import Identity
from training.face.landmarks import Landmarks
from training.face.lashes import follow_lids, lashes
from training.face.light import lid_light, skin_light
from training.face.part import Part, compact, triangulate
from training.face.patches import paint_patches
from training.face.sculpture import Sculpture, sculpt
from training.face.seams import Lids, find_lids, lid_seams, lip_seams, meet_lids
from training.face.shirt import shirts
from training.face.skin import paint_skin
from training.face.source import AnnyData, BaseMesh
from training.face.teeth import teeth
from verhm.labels import MORPHS

LOWEST_SKIN = 4.9  # dm; below is under the shirt
LOWEST_SHIRT = 3.9


@dataclass(frozen=True, eq=False)
class Draft:
    """An identity's geometry.

    Attributes:
        identity: who it is
        coarse, body: its skin before and after the forehead was refined
        eyes: the left and the right one
        others: teeth, gums, tongue, lashes and shirt
        lids: of the left and of the right eye
        marks: where its features are
    """

    identity: Identity
    coarse: Body
    body: Body
    eyes: list[Part]
    others: list[Part]
    lids: list[Lids]
    marks: Landmarks


def build_faces(data: AnnyData, identities: tuple[Identity, ...], folder: Path) -> None:
    """Build the identities' faces and write them; the first one's topology is everybody's."""
    drafts = _drafts(data, identities)
    layout = lay_out(drafts[0].body)
    figures = [_figure(data, draft, layout) for draft in drafts]
    write_faces(folder, _shared(drafts[0]), figures)


def _drafts(data: AnnyData, identities: tuple[Identity, ...]) -> list[Draft]:
    mesh = data.mesh()
    sculptures = sculpt(data, mesh, identities)
    first = sculptures[0].positions
    high, higher = (is_above(mesh, first, lowest) for lowest in (LOWEST_SHIRT, LOWEST_SKIN))
    forehead = is_forehead(smooth_body(mesh, first, sculptures[0].morphs, higher))
    cloths = shirts([smooth_body(mesh, one.positions, one.morphs, high) for one in sculptures])
    lids: list[Lids] = []
    drafts = []
    for one, cloth in zip(sculptures, cloths, strict=True):
        coarse = smooth_body(mesh, one.positions, one.morphs, higher)
        body = refine(coarse, forehead)
        eyes = eyeballs(mesh, one.positions)
        # Read off the first face; the others have the same vertices.
        lids = lids or [
            find_lids(body, eye.positions.mean(axis=0), side)
            for eye, side in zip(eyes, ("Left", "Right"), strict=True)
        ]
        drafts.append(_draft(mesh, one, coarse, body, eyes, lids, cloth))
    return drafts


def _draft(
    mesh: BaseMesh,
    one: Sculpture,
    coarse: Body,
    body: Body,
    eyes: list[Part],
    lids: list[Lids],
    cloth: Part,
) -> Draft:
    for pair in lids:
        body = meet_lids(body, pair)
    edges = np.concatenate([edge for pair in lids for edge in (pair.upper, pair.lower)])
    others = [
        *teeth(mesh, one.positions, one.morphs),
        _tongue(mesh, one.positions, one.morphs),
        follow_lids(lashes(mesh, one.positions, one.morphs), body, edges),
        cloth,
    ]
    marks = _landmarks(mesh, one.positions, body)
    return Draft(one.identity, coarse, body, eyes, others, lids, marks)


def _landmarks(mesh: BaseMesh, positions: np.ndarray, body: Body) -> Landmarks:
    eye = positions[np.unique(mesh.quads["helper-l-eye"])]
    gap = positions[np.unique(mesh.quads["helper-upper-teeth"])][:, 1].min()
    front = body.positions[np.argmax(body.positions[:, 2])]
    return Landmarks(float(eye[:, 0].mean()), float(eye[:, 1].mean()), float(gap), float(front[1]))


def _figure(data: AnnyData, draft: Draft, layout: Layout) -> Figure:
    identity, body = draft.identity, draft.body
    light = skin_light(body, draft.coarse, draft.eyes)
    gloss = _skin_gloss(data, body, identity.gloss)
    atlas = blank()
    left, top, right, bottom = REGIONS["skin"]
    skin = layout.show(body.positions)
    atlas[top:bottom, left:right] = paint_skin(data, skin, draft.marks, identity)
    paint_patches(atlas, identity)
    # What hangs over the ears must know of them; what is cut short must not climb them.
    quads = body.quads if identity.haircut.fall else body.quads[~_is_ear(data, body)]
    brightness = float(np.mean(identity.hair))
    hair = grow(body.positions, triangulate(quads), draft.marks, identity.haircut, brightness)
    parts = [skin_part(body, light, gloss), *draft.eyes, *draft.others]
    return Figure(identity, parts, atlas.clip(0, 255).astype(np.uint8), hair)


def _shared(draft: Draft) -> Shared:
    body = draft.body
    folds = fold_shades(body.positions, body.morphs, triangulate(body.quads), draft.marks)
    for pair, eye in zip(draft.lids, draft.eyes, strict=True):
        folds[pair.blink] = lid_light(body, draft.coarse, eye, pair.blink)
    left, right = draft.lids
    edges = {
        "left_lid": left.upper,
        "left_lower_lid": left.lower,
        "right_lid": right.upper,
        "right_lower_lid": right.lower,
        "lips": lips(body),
        "inside": np.unique(body.quads[regions(body) != "skin"]),
    }
    seams = [seam for pair in draft.lids for seam in lid_seams(body, pair)]
    return Shared(folds, edges, [*seams, *lip_seams(body)])


def _is_ear(data: AnnyData, body: Body) -> np.ndarray:
    """(Q,) quads of the ears."""
    mask = data.mask("ears")
    uv = body.source_uv.mean(axis=1)
    row = ((1 - uv[:, 1]) * (mask.shape[0] - 1)).astype(int)
    return mask[row, (uv[:, 0] * (mask.shape[1] - 1)).astype(int)] > 0.3


def _skin_gloss(data: AnnyData, body: Body, share: float) -> np.ndarray:
    """Lips shine most."""
    plain = 0.25 * share
    gloss = np.full(len(body.positions), plain)
    mask = data.mask("lips")
    uv = body.source_uv.reshape(-1, 2)
    row = ((1 - uv[:, 1]) * (mask.shape[0] - 1)).astype(int)
    column = (uv[:, 0] * (mask.shape[1] - 1)).astype(int)
    np.maximum.at(gloss, body.quads.ravel(), plain + 0.5 * mask[row, column])
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
