"""Small edits that change nothing one hears, and changes of level."""

import numpy as np

_STEP = 2.0**-15  # of 16 bits


def gain(samples: np.ndarray, decibels: float) -> np.ndarray:
    """Raise the level; what would go beyond full scale is cut off there, as a recorder does."""
    return np.clip(samples * 10 ** (decibels / 20), -1.0, 1.0)


def dither(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Round to 16 bits with triangular dither of two steps' width (Lipshitz et al. 1992)."""
    noise = rng.triangular(-1.0, 0.0, 1.0, len(samples))
    return np.round(samples / _STEP + noise) * _STEP


def trim(samples: np.ndarray, count: int) -> np.ndarray:
    """Begin `count` samples later, and end with as much silence."""
    return np.pad(samples[count:], (0, min(count, len(samples))))
