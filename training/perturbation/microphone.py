"""Microphones: gentle changes of the spectrum."""

import numpy as np
from scipy import signal

from verhm.model.features import SAMPLE_RATE

_FREQUENCIES = (100.0, 7_000.0)  # Hz of a peak
_WIDTHS = (0.7, 2.0)  # Q of a peak
_PEAKS = 4


def colour(samples: np.ndarray, tilt: float) -> np.ndarray:
    """Raise (or, negative, lower) the high frequencies by `tilt` dB against the low ones."""
    # A first-order shelf: y[n] = x[n] - a x[n-1], whose gains at the band's two ends differ by
    # (1 + a) / (1 - a).
    ratio = 10 ** (tilt / 20)
    return signal.lfilter([1.0, -(ratio - 1) / (ratio + 1)], [1.0], samples)


def peak(samples: np.ndarray, frequency: float, gain: float, width: float) -> np.ndarray:
    """Raise or lower a band.

    The peaking filter of Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter
    coefficients".

    Args:
        samples: (T,)
        frequency: Hz of the middle of the band
        gain: dB there
        width: Q, larger is narrower
    """
    turn = 2 * np.pi * frequency / SAMPLE_RATE
    alpha, amplitude = np.sin(turn) / (2 * width), 10 ** (gain / 40)
    middle = -2 * np.cos(turn)
    return signal.lfilter(
        [1 + alpha * amplitude, middle, 1 - alpha * amplitude],
        [1 + alpha / amplitude, middle, 1 - alpha / amplitude],
        samples,
    )


def equalise(samples: np.ndarray, most: float, rng: np.random.Generator) -> np.ndarray:
    """Pass through a made-up microphone: a few peaks and dips of at most `most` dB."""
    for _ in range(_PEAKS):
        frequency = float(np.exp(rng.uniform(*np.log(_FREQUENCIES))))
        samples = peak(samples, frequency, rng.uniform(-most, most), rng.uniform(*_WIDTHS))
    return samples
