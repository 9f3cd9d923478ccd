"""Who a face is: a blend of MakeHuman's identity targets, a haircut and a few colours."""

from dataclasses import dataclass, field

import numpy as np

from training.face.haircut import SHORT, Haircut
from training.face.source import AnnyData

Colour = tuple[float, float, float]
"""sRGB, each in [0, 255]."""


@dataclass(frozen=True)
class Identity:
    """An adult. Shares are blended linearly, so any mixture is a face.

    Attributes:
        name: of the avatar, as settings, files and the command line call it
        title: what people who choose it read
        female: 0 = male, 1 = female
        old: 0 = young adult, 1 = old
        ancestry: shares of MakeHuman's three ancestry targets, summing to 1
        bias: ARKit morphs that belong to the neutral face, e.g. {"eyeWideLeft": 0.2}
        details: extra targets and their weights, e.g. {"nose/nose-width1-decr": 0.2}
        skin, lips, hair, iris, shirt: colours
        brow: colour of the brows; that of the hair where None
        brow_weight: how broad and dense the brows are, about 1
        blush: how much redder cheeks, nose and lids are than the rest, about 1
        lines: how deep the lines of age are, in [0, 1]
        spots: how many freckles or spots of age there are, in [0, 1]
        beard: how much the shaved beard shows, in [0, 1]
        gloss: how much the skin shines, about 1
        haircut: how the hair is worn
    """

    name: str = "neutral"
    title: str = "Adult"
    female: float = 0.5
    old: float = 0.12
    ancestry: dict[str, float] = field(
        default_factory=lambda: {"caucasian": 0.45, "african": 0.25, "asian": 0.3}
    )
    details: dict[str, float] = field(
        default_factory=lambda: {
            "head/head-scale-horiz-decr": 0.25,
            "mouth/mouth-angles-up": 0.25,
        }
    )
    bias: dict[str, float] = field(
        default_factory=lambda: {
            "eyeWideLeft": 0.3,
            "eyeWideRight": 0.3,
            "mouthSmileLeft": 0.12,
            "mouthSmileRight": 0.12,
            "jawOpen": -0.045,
        }
    )
    skin: Colour = (214, 168, 144)
    lips: Colour = (182, 112, 101)
    hair: Colour = (82, 58, 43)
    iris: Colour = (98, 72, 48)
    shirt: Colour = (62, 92, 108)
    brow: Colour | None = None
    brow_weight: float = 1.0
    blush: float = 1.0
    lines: float = 0.0
    spots: float = 0.0
    beard: float = 0.0
    gloss: float = 1.0
    haircut: Haircut = SHORT


def shape(data: AnnyData, positions: np.ndarray, identity: Identity) -> np.ndarray:
    """Move the base mesh to an identity.

    Args:
        data: where the targets are
        positions: (V, 3) base mesh
        identity: whom to make

    Returns:
        (V, 3) neutral positions
    """
    shaped = positions.copy()
    for path, weight in target_weights(identity).items():
        if weight:
            shaped += weight * data.target(path, len(positions))
    return shaped


def target_weights(identity: Identity) -> dict[str, float]:
    """Which MakeHuman targets make an identity, and how much of each."""
    weights = dict(identity.details)
    sexes = {"female": identity.female, "male": 1 - identity.female}
    ages = {"young": 1 - identity.old, "old": identity.old}
    for sex, sex_share in sexes.items():
        for age, age_share in ages.items():
            share = sex_share * age_share
            build = f"macrodetails/universal-{sex}-{age}-averagemuscle-averageweight"
            weights[build] = share
            for ancestry, ancestry_share in identity.ancestry.items():
                weights[f"macrodetails/{ancestry}-{sex}-{age}"] = share * ancestry_share
    return weights
