"""Decibels, and sound cut into short frames."""

import numpy as np

from verhm.types import SpeechActivity, Waveform

_FLOOR = 1e-12  # power; -120 dB, below what 16 bits can hold
_BLOCK = 6000  # frames at once


def decibels(power: np.ndarray | float) -> np.ndarray:
    """Level of a power relative to 1, never below -120 dB."""
    return 10 * np.log10(np.maximum(power, _FLOOR))


def frame_power(waveform: Waveform, length: int) -> np.ndarray:
    """Mean square of each whole frame, without the recording's constant offset.

    Args:
        waveform: sound
        length: of a frame, in samples

    Returns:
        (F,) power; 1 is full scale
    """
    count = len(waveform.samples) // length
    frames = waveform.samples[: count * length].reshape(count, length)
    offset = float(waveform.samples.mean(dtype=np.float64)) if len(waveform.samples) else 0.0
    power = [np.zeros(0)]
    for first in range(0, count, _BLOCK):
        block = frames[first : first + _BLOCK].astype(np.float64) - offset
        power.append(np.mean(np.square(block), axis=1))
    return np.concatenate(power)


def contains(activity: SpeechActivity, times: np.ndarray) -> np.ndarray:
    """(F,) whether each time lies in speech."""
    return np.searchsorted(activity.spans.ravel(), times, side="right") % 2 == 1
