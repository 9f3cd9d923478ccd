"""Where the windows lie."""

import numpy as np


def window_bounds(duration: float, window: float, hop: float) -> tuple[np.ndarray, np.ndarray]:
    """Place windows that lie wholly inside a recording.

    A recording shorter than one window is one window.

    Args:
        duration: of the recording, s
        window: length of a window, s
        hop: from one start to the next, s

    Returns:
        (W,) starts and (W,) ends in seconds, W >= 1
    """
    # The millisecond forgives rounding: 4.0 s at 3 s and 0.5 s is three windows.
    count = max(1, int(np.floor((duration - window) / hop + 1e-3)) + 1)
    starts = np.arange(count) * hop
    return starts, np.minimum(starts + window, duration)
