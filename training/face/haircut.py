"""How hair is worn: lengths, fall and curl, and where it begins."""

from dataclasses import dataclass
from typing import Final

Line = tuple[tuple[float, float], ...]
"""Heights above the eyes (dm) by the angle from straight ahead (degrees)."""

# A soft middle, higher corners, down the temples to the sideburns, over the ears, to the nape.
SOFT_LINE: Final[Line] = (
    (0, 0.62), (12, 0.63), (22, 0.65), (29, 0.62), (36, 0.51), (42, 0.37), (48, 0.22), (54, 0.06),
    (60, -0.10), (72, -0.16), (84, 0.10), (100, 0.14), (114, -0.06), (128, -0.42), (180, -0.60),
)  # fmt: skip
# Rounder, without corners, and no sideburns.
ROUND_LINE: Final[Line] = (
    (0, 0.64), (12, 0.635), (22, 0.60), (30, 0.53), (37, 0.43), (43, 0.32), (49, 0.20), (55, 0.10),
    (62, 0.04), (72, 0.02), (84, 0.12), (100, 0.14), (114, -0.06), (128, -0.42), (180, -0.60),
)  # fmt: skip
# The corners have gone back with the years.
RECEDED_LINE: Final[Line] = (
    (0, 0.66), (10, 0.67), (20, 0.74), (27, 0.76), (34, 0.66), (40, 0.48), (46, 0.29), (53, 0.09),
    (60, -0.08), (72, -0.16), (84, 0.10), (100, 0.14), (114, -0.06), (128, -0.42), (180, -0.60),
)  # fmt: skip


@dataclass(frozen=True)
class Haircut:
    """Lengths are decimetres.

    Attributes:
        line: where it begins
        strands, points: how many single hairs are made, each with how many points
        top, side: lengths on the crown and around the ears
        between: heights above the eyes from and up to which the one becomes the other
        rise_top, rise_side: how steeply hairs leave the scalp, as the tangent of the angle
        parting: x of the parting; hairs beside it fall to either side
        fall: how much hairs give way to gravity, 0 = they follow the scalp, 1 = they hang
        lowest: below the eyes, where hanging hair is cut off
        stand: how far hanging hair keeps from the head
        curl, turns: radius of the coils and how many each hair has
        gather: how much hairs gather in locks, in [0, 1]
        grey: share of hairs without colour, in [0, 1]
    """

    line: Line = SOFT_LINE
    strands: int = 26_000
    points: int = 9
    top: float = 0.60
    side: float = 0.20
    between: tuple[float, float] = (0.35, 0.90)
    rise_top: float = 0.85
    rise_side: float = 0.42
    parting: float = -0.36
    fall: float = 0.0
    lowest: float = 9.0
    stand: float = 0.01
    curl: float = 0.0
    turns: float = 0.0
    gather: float = 0.45
    grey: float = 0.0


SHORT: Final = Haircut()
COILS: Final = Haircut(
    line=ROUND_LINE, strands=24_000, points=14, top=0.29, side=0.06, between=(0.0, 0.7),
    rise_top=6.0, rise_side=5.0,
    curl=0.022, turns=3.5, gather=0.30,
)  # fmt: skip
PARTED: Final = Haircut(
    line=RECEDED_LINE, top=0.50, side=0.15, rise_top=0.70, rise_side=0.25, parting=0.30,
    gather=0.50, grey=0.06,
)  # fmt: skip
BOB: Final = Haircut(
    line=ROUND_LINE, strands=24_000, points=16, top=2.3, side=1.5, rise_top=0.30, rise_side=0.20,
    parting=-0.20, fall=1.0, lowest=0.92, stand=0.09, gather=0.40, grey=0.5,
)  # fmt: skip
