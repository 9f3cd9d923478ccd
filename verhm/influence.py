"""What moves a window's result, as it is shown: words and pictures, ready for any screen."""

from dataclasses import dataclass
from typing import Final

from verhm.language import N_

NOTE: Final = N_(
    "What the model's figure rests on, not what the person felt. Decision support, not a diagnosis."
)


@dataclass(frozen=True)
class Influence:
    """An `Explanation` in words and pictures; it says what the model's figure rests on.

    Attributes:
        emotion: the window's likeliest
        probability: of it, calibrated, in [0, 1]
        sentences: the patches that move it most
        light, dark: PNG of the spectrogram with every patch's influence, for either kind of screen
    """

    emotion: str
    probability: float
    sentences: tuple[str, ...]
    light: bytes
    dark: bytes
