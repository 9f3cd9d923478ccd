"""Rooms: the direct sound, and a tail that dies away."""

import numpy as np
from scipy import signal

from verhm.model.features import SAMPLE_RATE

_GAP = 0.0025  # s from the direct sound to the first of the tail: a wall half a metre away


def impulse_response(t60: float, ratio: float, rng: np.random.Generator) -> np.ndarray:
    """Make up a room's response: an impulse and exponentially decaying noise.

    The statistical model of late reverberation (Polack 1988; Moorer 1979, "About this
    reverberation business", doi:10.2307/3680280). It has no early reflections.

    Args:
        t60: s in which the tail falls by 60 dB
        ratio: dB of the direct sound's energy over the tail's
        rng: draws the tail

    Returns:
        (N,) whose first sample, 1, is the direct sound
    """
    times = np.arange(round(t60 * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(times)) * 10 ** (-3 * times / t60)
    tail[times < _GAP] = 0.0
    tail *= 10 ** (-ratio / 20) / np.linalg.norm(tail)
    tail[0] = 1.0
    return tail


def reverberate(
    samples: np.ndarray, t60: float, ratio: float, rng: np.random.Generator
) -> np.ndarray:
    """Hear a voice in a room; what rings on after the end is cut off."""
    return signal.fftconvolve(samples, impulse_response(t60, ratio, rng))[: len(samples)]
