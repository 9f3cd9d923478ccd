"""Does anything of the faces tear, cross, jump, flicker or show through?

`python -m benchmarks.face_check [--avatar NAME] [--seconds 60] [--size 384]`
poses each avatar as a minute of speech through all emotions, in each of the 52 morphs and in all
pairs that can meet at full weight, measures the mesh, and looks for holes and flicker in the
pictures. It ends with one JSON object, and with status 1 when a limit is passed.

Limits, and why they are not 0: see LIMITS.
"""

import argparse
import itertools
import json
import sys
from dataclasses import asdict
from typing import Final

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from benchmarks.face_geometry import Faults, Geometry, fastest
from benchmarks.face_motion import speaking_through_emotions
from verhm.face.collisions import settle
from verhm.face.head import LARGEST
from verhm.face.motion import close_lids
from verhm.face.picture import background
from verhm.face.rendering import Renderer
from verhm.face.rig import FaceModel, avatar_titles, load_face
from verhm.labels import MORPHS

# What natural folding makes of each figure, and what a viewer at 1080 pixels does not see:
# one pixel of such a picture is 0.3 mm.
LIMITS: Final = {
    "turned": 40.0,  # mm²; beside a full smile and in the furrow of a frown skin folds on itself
    "rolled": 12.0,  # percent; red of the lips that is rolled in, lid skin that goes into its fold
    "lids": 1.5,  # mm; a closed upper lid covers the lower one's edge
    "behind": 1.0,  # mm, where they overlap by less than 1
    "lips": 2.5,  # mm; behind the line where they meet, soft lips are pressed out of shape
    "teeth": 1.0,  # mm; at the corner of a mouth that laughs as wide as it can
    "eyes": 0.3,  # mm
    "stretch": 6.0,  # times; thin skin between open lips
    "ajar": 0.5,  # mm left open across the middle nine tenths of a closed eye
    "speed": 15.0,  # mm per frame of 1/30 s; a short blink closes wide eyes in two, lashes first
    "holes": 0.0,  # pixels of wall that show through the head
    "flicker": 0.0,  # pixels of a pose that are others after other poses were drawn
    "restless": 12.0,  # pixels; lashes and edges of teeth are thinner than one
}


CLEAR: Final = 24  # levels of difference that are seen
MIXED: Final = 45  # levels from the wall's up to which a pixel holds some of it; skin has over 60
NUDGE: Final = 2e-5  # radians
_SIDES: Final = ("", "Left", "Right")


def main() -> None:
    """Check, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.face_check")
    parser.add_argument("--avatar", help="only this one")
    parser.add_argument("--seconds", type=float, default=60.0, help="of speech")
    parser.add_argument("--size", type=int, default=384, help="of the pictures, px")
    options = parser.parse_args()
    names = [options.avatar] if options.avatar else list(avatar_titles())
    motion = speaking_through_emotions(options.seconds).weights
    found = {name: check(load_face(name=name), motion, options.size) for name in names}
    for name, figures in found.items():
        for what, value in figures.items():
            mark = "  ← passes its limit" if value > LIMITS[what.split(" ")[0]] else ""
            print(f"{name:16} {what:32} {value:8.2f}{mark}")
    print(json.dumps(found))
    sys.exit(
        any(
            value > LIMITS[what.split(" ")[0]]
            for each in found.values()
            for what, value in each.items()
        )
    )


def check(face: FaceModel, motion: np.ndarray, size: int) -> dict[str, float]:
    """All figures of a face by name, each the worst that was found."""
    geometry = Geometry(face)
    spoken, speed = in_motion(face, geometry, motion)
    figures = {f"{name} in motion": value for name, value in asdict(spoken).items()}
    figures |= asdict(at_full_weight(face, geometry))
    figures["ajar"] = slit_of_blinks(face, geometry)
    figures["speed"] = speed
    return figures | in_pictures(face, motion[::15], size)


def in_motion(face: FaceModel, geometry: Geometry, motion: np.ndarray) -> tuple[Faults, float]:
    """The worst faults of (F, M) weights, every third frame of which is measured, and the speed."""
    worst, speed, before = Faults(), 0.0, None
    for frame, weights in enumerate(tqdm(motion, desc=f"{face.name}, speaking", leave=False)):
        posed = face.vertices(weights)
        speed = speed if before is None else max(speed, fastest(before, posed))
        before = posed
        if frame % 3 == 0:
            worst = worst.worst(geometry.measure(posed))
    return worst, speed


def at_full_weight(face: FaceModel, geometry: Geometry) -> Faults:
    """The worst faults of each morph, and of each pair of morphs that move the same skin."""
    worst = Faults()
    for names in tqdm([*((name,) for name in MORPHS), *colliding_pairs(face)], leave=False):
        worst = worst.worst(geometry.measure(face.vertices(pose(*names))))
    return worst


def colliding_pairs(face: FaceModel) -> list[tuple[str, str]]:
    """Pairs of morphs that both move some vertex by 2 mm or more, unless they are opposites.

    Nobody looks up and down, or draws a corner of the mouth up and down, at once at full weight;
    of a pair of sides one is enough.
    """
    offsets = face.offsets.toarray().reshape(len(face.moving), 3, len(MORPHS))
    strong = np.linalg.norm(offsets, axis=1) > 0.02
    shared = strong.T.astype(np.float32) @ strong.astype(np.float32)
    return [
        (one, other)
        for (a, one), (b, other) in itertools.combinations(enumerate(MORPHS), 2)
        if shared[a, b] > 3
        and not one.endswith("Right")
        and frozenset((_plain(one), _plain(other))) not in OPPOSITES
    ]


OPPOSITES: Final = {
    frozenset(pair)
    for pair in (
        ("eyeLookUp", "eyeLookDown"),
        ("eyeLookIn", "eyeLookOut"),
        ("eyeBlink", "eyeWide"),
        ("eyeSquint", "eyeWide"),
        ("mouthSmile", "mouthFrown"),
        ("browDown", "browOuterUp"),
        ("browDown", "browInnerUp"),
        ("mouthPucker", "mouthStretch"),
        ("mouthPucker", "mouthSmile"),
        ("mouthFunnel", "mouthClose"),
    )
}


def _plain(name: str) -> str:
    return name.removesuffix("Left").removesuffix("Right")


def pose(*names: str) -> np.ndarray:
    """(M,) some morphs at full weight."""
    return np.isin(MORPHS, names).astype(np.float32)


# What a blink comes over: faces that lift the lower lid, or have lowered the upper one.
BLINKED_OVER: Final = (
    (),
    ("mouthSmile", "cheekSquint"),
    ("mouthSmile", "cheekSquint", "eyeSquint"),
    ("eyeSquint",),
    ("eyeLookDown",),
    ("eyeLookDown", "cheekSquint"),
)


def slit_of_blinks(face: FaceModel, geometry: Geometry) -> float:
    """The widest opening in mm that a whole blink leaves over any of the faces."""
    both = [[name + side for name in names for side in _SIDES] for names in BLINKED_OVER]
    shown = close_lids(settle(np.stack([pose(*names) for names in both])), np.ones((len(both), 1)))
    return max(float(geometry.openings(face.vertices(weights)).max()) for weights in shown)


def in_pictures(face: FaceModel, frames: np.ndarray, size: int) -> dict[str, float]:
    """Holes in the head and unrest where hardly anything moves, over (F, M) weights.

    The head is turned from picture to picture, as far as it ever is.
    """
    holes, flicker, restless = 0, 0, 0
    rng = np.random.default_rng(0)
    nudge = 1e-3 * rng.choice([-1.0, 1.0], len(MORPHS))
    heads = LARGEST * rng.uniform(-1, 1, (len(frames), 3))
    with Renderer(face, size) as renderer:
        for weights, head in zip(
            tqdm(frames, desc=f"{face.name}, drawn", leave=False), heads, strict=True
        ):
            picture = renderer.draw(weights, head).astype(int)
            near = (weights + nudge).clip(0, 1).astype(np.float32)
            nudged = renderer.draw(near, head + NUDGE).astype(int)
            restless = max(restless, unrest(picture, nudged))
            neutral = renderer.draw(np.zeros_like(weights), head).astype(int)
            holes = max(holes, int((wall_inside(picture) & ~is_beside_wall(neutral)).sum()))
            again = renderer.draw(weights, head)
            flicker = max(flicker, int((again != picture).any(axis=2).sum()))
    return {"holes": float(holes), "flicker": float(flicker), "restless": float(restless)}


def unrest(picture: np.ndarray, nudged: np.ndarray) -> int:
    """How many pixels show something else although nothing moved as far as a pixel.

    Where an edge moves by a part of a pixel, a pixel takes a level that lies between those around
    it. Surfaces that change places, though nothing has moved, leave that range.
    """
    appeared = np.zeros(picture.shape[:2], dtype=bool)
    for now, before in ((nudged, picture), (picture, nudged)):
        highest, lowest = (
            each(before, (3, 3, 1)) for each in (ndimage.maximum_filter, ndimage.minimum_filter)
        )
        appeared |= (np.maximum(now - highest, lowest - now) > CLEAR).any(axis=2)
    return int(appeared.sum())


def is_beside_wall(picture: np.ndarray) -> np.ndarray:
    """(size, size) pixels that show at least a part of the wall, and those beside them.

    Between a cheek and the hair that hangs beside it there is wall, more or less of it.
    """
    mixed = (np.abs(picture - background(len(picture))) < MIXED).all(axis=2)
    return ndimage.binary_dilation(mixed, np.ones((3, 3)))


def wall_inside(picture: np.ndarray) -> np.ndarray:
    """(size, size) pixels that show the wall but are surrounded by what stands before it."""
    wall = background(len(picture))
    is_wall = (np.abs(picture - wall) < 2.5).all(axis=2)
    regions, _ = ndimage.label(is_wall)
    border = np.concatenate([regions[0], regions[:, 0], regions[:, -1]])
    return is_wall & ~np.isin(regions, border)


if __name__ == "__main__":
    main()
