"""Where each part lies in the one texture, so that the whole face is one draw call."""

from typing import Final

import numpy as np

WIDTH: Final = 1536  # px
HEIGHT: Final = 1536  # px

# Left, top, right, bottom in pixels from the upper left corner.
REGIONS: Final = {
    "skin": (0, 0, 1536, 1264),
    "iris": (8, 1272, 264, 1528),
    "mouth": (280, 1280, 392, 1392),
    "socket": (408, 1280, 520, 1392),
    "tongue": (536, 1280, 648, 1392),
    "tooth": (664, 1280, 776, 1392),
    "gum": (280, 1408, 392, 1520),
    "lash": (408, 1408, 520, 1520),
    "shirt": (536, 1408, 648, 1520),
}


def place(name: str, uv: np.ndarray) -> np.ndarray:
    """Move (C, 2) corners in [0, 1] of a region to corners of the whole texture."""
    left, top, right, bottom = REGIONS[name]
    x = left + uv[:, 0] * (right - left)
    y = bottom - uv[:, 1] * (bottom - top)
    return np.column_stack([x / WIDTH, 1 - y / HEIGHT])


# The axis of the cylinder that the skin is unrolled from, and the heights it covers (dm).
AXIS_Z: Final = 0.15
LOWEST, HIGHEST = 5.35, 8.55
WIDEST: Final = np.deg2rad(150)
SPREAD: Final = 0.55


def unroll(positions: np.ndarray) -> np.ndarray:
    """Texture corners of skin: a cylinder that gives the front more room than the back.

    Args:
        positions: (V, 3) of a face with closed lids and a slightly open mouth, so that nothing
            that shows later is folded away

    Returns:
        (V, 2) in [0, 1] of the region "skin"
    """
    angle = np.arctan2(positions[:, 0], positions[:, 2] - AXIS_Z).clip(-WIDEST, WIDEST)
    across = 0.5 + 0.5 * np.sin(angle * SPREAD) / np.sin(WIDEST * SPREAD)
    up = (positions[:, 1] - LOWEST) / (HIGHEST - LOWEST)
    return np.column_stack([across, up.clip(0, 1)])
