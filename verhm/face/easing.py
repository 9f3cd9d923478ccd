"""From one state to another without a jerk."""

import numpy as np


def ease(share: np.ndarray) -> np.ndarray:
    """Shares of a way, of any shape, for shares of a time: slow at both ends, in [0, 1] always."""
    within = np.clip(share, 0, 1)
    return within * within * (3 - 2 * within)
