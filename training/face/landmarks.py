"""Where a face's features are, and the soft steps that paint and hair are laid out with."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Landmarks:
    """Where the features of the neutral face are, dm; sides are symmetric.

    Attributes:
        eye_x, eye_y: centre of the person's left eye
        mouth_y: height of the line between the lips
        nose_y: height of the tip of the nose
    """

    eye_x: float
    eye_y: float
    mouth_y: float
    nose_y: float


def ramp(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """Smooth step from 0 at `low` to 1 at `high`."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)
