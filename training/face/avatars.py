"""The faces that can be chosen. The first is the default, and the one whose morphs all share."""

from typing import Final

from training.face.haircut import BOB, COILS, PARTED
from training.face.identity import Identity

# Lids a little open and corners of the mouth a little up: the base mesh looks tired and sullen.
_AWAKE: Final = {
    "eyeWideLeft": 0.25,
    "eyeWideRight": 0.25,
    "mouthSmileLeft": 0.10,
    "mouthSmileRight": 0.10,
    "jawOpen": -0.045,
}

NEUTRAL: Final = Identity()
YOUNGER_WOMAN: Final = Identity(
    name="younger-woman",
    title="Woman in her thirties",
    female=1.0,
    old=0.24,
    ancestry={"african": 0.82, "caucasian": 0.12, "asian": 0.06},
    details={
        "mouth/mouth-angles-up": 0.3,
        "head/head-oval": 0.25,
        "neck/neck-scale-horiz-decr": 0.3,
        "eyebrows/eyebrows-trans-up": 0.3,
    },
    bias=_AWAKE,
    skin=(134, 88, 64),
    lips=(138, 66, 62),
    hair=(38, 29, 25),
    iris=(62, 42, 30),
    shirt=(124, 76, 66),
    brow=(34, 25, 22),
    brow_weight=0.8,
    blush=0.45,
    lines=0.1,
    gloss=0.9,
    haircut=COILS,
)
MAN: Final = Identity(
    name="man",
    title="Man in his forties",
    female=0.0,
    old=0.34,
    ancestry={"asian": 0.88, "caucasian": 0.12, "african": 0.0},
    details={"mouth/mouth-angles-up": 0.5},
    bias=_AWAKE | {"eyeWideLeft": 0.10, "eyeWideRight": 0.10, "browInnerUp": -0.12},
    skin=(207, 164, 130),
    lips=(170, 112, 98),
    hair=(40, 34, 32),
    iris=(66, 46, 33),
    shirt=(84, 90, 98),
    brow=(38, 31, 28),
    brow_weight=1.1,
    blush=0.8,
    lines=0.22,
    spots=0.12,
    beard=0.4,
    haircut=PARTED,
)
OLDER_WOMAN: Final = Identity(
    name="older-woman",
    title="Woman in her sixties",
    female=1.0,
    old=0.70,
    ancestry={"caucasian": 1.0, "african": 0.0, "asian": 0.0},
    details={"mouth/mouth-angles-up": 0.5, "neck/neck-scale-horiz-decr": 0.3},
    bias=_AWAKE | {"eyeWideLeft": 0.15, "eyeWideRight": 0.15},
    skin=(222, 180, 160),
    lips=(184, 124, 116),
    hair=(150, 143, 138),
    iris=(98, 110, 112),
    shirt=(92, 96, 120),
    brow=(128, 112, 100),
    brow_weight=0.8,
    blush=1.0,
    lines=0.65,
    spots=0.5,
    haircut=BOB,
)
AVATARS: Final = (NEUTRAL, YOUNGER_WOMAN, MAN, OLDER_WOMAN)
