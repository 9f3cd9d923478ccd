"""When the eyes close, from a seed."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from verhm.face.easing import ease

# Between blinks, in conversation: about log-normal with a median near 3.5 s (Bentivoglio et al.
# 1997, doi:10.1002/mds.870120629: 17 to 26 blinks a minute at rest and in conversation).
MEDIAN_PAUSE: Final = 3.2  # s
SPREAD: Final = 0.45  # of the logarithm
SHORTEST_PAUSE, LONGEST_PAUSE = 0.8, 9.0  # s
SHORTEST, LONGEST = 0.15, 0.30  # s, a whole blink
CLOSING: Final = 0.38  # share of a blink in which the lids fall; they rise more slowly


def blink(times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(F,) how far the lids are closed, in [0, 1], at ascending times in seconds."""
    closed = np.zeros(len(times))
    if not len(times):
        return closed
    for start, length in _blinks(float(times[-1]), rng):
        first, last = np.searchsorted(times, [start, start + length])
        phase = (times[first:last] - start) / length
        fall = phase / CLOSING
        # Lids stay down for a moment: a sixth of the blink.
        rise = 1 - (phase - CLOSING - 1 / 6) / (1 - CLOSING - 1 / 6)
        closed[first:last] = ease(np.minimum(fall, rise))
    return closed


def _blinks(end: float, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Start and length of each blink until `end`."""
    at = rng.uniform(0.5, MEDIAN_PAUSE)
    while at < end:
        length = rng.uniform(SHORTEST, LONGEST)
        yield at, length
        pause = MEDIAN_PAUSE * np.exp(SPREAD * rng.normal())
        at += length + float(np.clip(pause, SHORTEST_PAUSE, LONGEST_PAUSE))
