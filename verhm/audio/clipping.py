"""Samples cut off by an overdriven microphone or recorder."""

import numpy as np

# Resampling and lossy coding put ripples on what was cut off flat: this share of the recording's
# own peak finds within a tenth what exact equality finds before them, and next to nothing (less
# than one sample in 10,000) in sound that was not cut off.
_NEAR_PEAK = 0.95
_RUN = 3  # samples
_BLOCK = 1 << 20  # samples at once


def clipped_per_frame(samples: np.ndarray, peak: float, length: int) -> np.ndarray:
    """Count the samples near the peak that stand in runs of three or more of one sign.

    Args:
        samples: (T,) sound
        peak: the recording's largest absolute sample
        length: of a frame, in samples

    Returns:
        (F,) number in each whole frame
    """
    count = len(samples) // length
    if peak <= 0:
        return np.zeros(count)
    size = max(1, _BLOCK // length) * length
    counts = [np.zeros(0)]
    for start in range(0, count * length, size):
        end = min(start + size, count * length)
        # Runs may cross the border: two samples more on either side decide them.
        first, last = max(start - _RUN + 1, 0), min(end + _RUN - 1, len(samples))
        part = samples[first:last]
        limit = _NEAR_PEAK * peak
        is_clipped = _in_runs(part >= limit) | _in_runs(part <= -limit)
        inside = is_clipped[start - first : end - first]
        counts.append(inside.reshape(-1, length).sum(axis=1))
    return np.concatenate(counts)


def _in_runs(is_high: np.ndarray) -> np.ndarray:
    """Where true stands in a run of at least three."""
    starts = is_high[:-2] & is_high[1:-1] & is_high[2:]
    found = np.zeros_like(is_high)
    for shift in range(_RUN):
        found[shift : shift + len(starts)] |= starts
    return found
