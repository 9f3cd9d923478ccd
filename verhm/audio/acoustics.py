"""Pitch and loudness of a voice over time.

Pitch is YIN (de Cheveigné & Kawahara 2002, doi:10.1121/1.1458024) as librosa has it. YIN names a
pitch for every frame; only where a frame also resembles itself one period later is it believed.
"""

import itertools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from verhm.audio.levels import contains, decibels
from verhm.audio.pitch import yin
from verhm.stages import Progress, Stage, no_progress
from verhm.types import Acoustics, SpeechActivity, Waveform

_LOWEST, _HIGHEST = 65.0, 500.0  # Hz
_HOP = 0.02  # s between pitch frames
_FRAME = 0.064  # s; half of it is compared with itself: two periods of the lowest voice
_PERIODIC = 0.7  # correlation with itself one period later, from which on a frame is voiced
_LEAST_VOICED = 2  # frames in a step for it to have a pitch
_BLOCK = 2000  # frames at once: 20 MB


def measure_acoustics(
    waveform: Waveform,
    activity: SpeechActivity,
    step: float = 0.1,
    progress: Progress = no_progress,
) -> Acoustics:
    """Measure pitch and loudness on a regular grid.

    Args:
        waveform: mono sound
        activity: where somebody speaks; there is no pitch elsewhere
        step: s between values, at least 0.04
        progress: told the share done; may raise `Cancelled`

    Returns:
        one value per whole step: the median pitch of its voiced frames, or NaN, and its RMS level
    """
    count = max(1, int(waveform.duration / step + 1e-6))
    times = (np.arange(count) + 0.5) * step
    frame_times, pitch = _pitch(waveform, progress)
    pitch[~contains(activity, frame_times)] = np.nan
    return Acoustics(
        times=times,
        pitch=_median_per_step(
            pitch, np.minimum((frame_times / step).astype(int), count - 1), count
        ),
        loudness=_loudness(waveform, step, count),
    )


def _pitch(waveform: Waveform, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """(F,) times in s and (F,) pitch in Hz, NaN where nothing repeats; in bounded memory."""
    sample_rate = waveform.sample_rate
    length, hop = round(_FRAME * sample_rate), round(_HOP * sample_rate)
    count = max(0, (len(waveform.samples) - length) // hop + 1)
    pitch = [np.zeros(0)]
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        block = waveform.samples[first * hop : (last - 1) * hop + length]
        pitch.append(_voiced_pitch(block, sample_rate, length, hop))
        progress(Stage.SPEECH, last / count)
    times = (np.arange(count) * hop + length / 2) / sample_rate
    return times, np.concatenate(pitch)


def _voiced_pitch(samples: np.ndarray, sample_rate: int, length: int, hop: int) -> np.ndarray:
    frequency = yin(
        samples,
        fmin=_LOWEST,
        fmax=_HIGHEST,
        sr=sample_rate,
        frame_length=length,
        hop_length=hop,
        center=False,
    )
    frames = sliding_window_view(samples, length)[::hop].astype(np.float64)
    period = np.round(sample_rate / frequency).astype(int)
    similarity = self_similarity(frames, period, length // 2)
    return np.where(similarity >= _PERIODIC, frequency, np.nan)


def self_similarity(frames: np.ndarray, period: np.ndarray, window: int) -> np.ndarray:
    """Correlation of each frame's start with the stretch one period later.

    Args:
        frames: (F, N) sound; N is at least the window plus the longest period
        period: (F,) samples
        window: samples compared

    Returns:
        (F,) Pearson's r in [-1, 1]; 0 where there is no sound
    """
    later = np.take_along_axis(frames, period[:, None] + np.arange(window), axis=1)
    pair = np.stack([frames[:, :window], later])
    pair -= pair.mean(axis=2, keepdims=True)
    energy = np.sqrt(np.prod(np.sum(np.square(pair), axis=2), axis=0))
    return np.sum(pair[0] * pair[1], axis=1) / np.maximum(energy, 1e-12)


def _median_per_step(values: np.ndarray, steps: np.ndarray, count: int) -> np.ndarray:
    """(count,) median of the values in each step, NaN where too few are there."""
    is_known = np.isfinite(values)
    values, steps = values[is_known], steps[is_known]
    order = np.lexsort((values, steps))
    values = values[order]
    sizes = np.bincount(steps, minlength=count)
    first = np.cumsum(sizes) - sizes
    medians = np.full(count, np.nan)
    full = np.flatnonzero(sizes >= _LEAST_VOICED)
    lower, upper = (sizes[full] - 1) // 2, sizes[full] // 2
    medians[full] = (values[first[full] + lower] + values[first[full] + upper]) / 2
    return medians


def _loudness(waveform: Waveform, step: float, count: int) -> np.ndarray:
    edges = np.round(np.arange(count + 1) * step * waveform.sample_rate).astype(int)
    edges = np.minimum(edges, len(waveform.samples))
    power = [
        np.mean(np.square(waveform.samples[start:end], dtype=np.float64)) if end > start else 0.0
        for start, end in itertools.pairwise(edges)
    ]
    return decibels(np.array(power))
