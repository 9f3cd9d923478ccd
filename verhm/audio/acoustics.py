"""Pitch and loudness of a voice over time.

Pitch is YIN (de Cheveigné & Kawahara 2002, doi:10.1121/1.1458024), written out here because its
own measure of aperiodicity is what tells voiced from unvoiced, and librosa's function keeps that
to itself; librosa also takes seconds to import and to compile.
"""

import itertools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

from verhm.audio.levels import contains, decibels
from verhm.types import Acoustics, SpeechActivity, Waveform

_LOWEST, _HIGHEST = 65.0, 500.0  # Hz
_HOP = 0.02  # s between pitch frames
_WINDOW = 0.032  # s compared with itself: two periods of the lowest voice
_TROUGH = 0.15  # the first dip below this is the period (step 4 of the paper; 0.1 to 0.15 there)
_UNVOICED = 0.45  # aperiodicity from which on there is no pitch
_LEAST_VOICED = 2  # frames in a step for it to have a pitch
_BLOCK = 2000  # frames at once: 20 MB


def measure_acoustics(waveform: Waveform, activity: SpeechActivity, step: float = 0.1) -> Acoustics:
    """Measure pitch and loudness on a regular grid.

    Args:
        waveform: mono sound
        activity: where somebody speaks; there is no pitch elsewhere
        step: s between values, at least 0.04

    Returns:
        one value per whole step: the median pitch of its voiced frames, or NaN, and its RMS level
    """
    count = max(1, int(waveform.duration / step + 1e-6))
    times = (np.arange(count) + 0.5) * step
    frame_times = np.arange(_HOP / 2, count * step, _HOP)
    frame_times = frame_times[contains(activity, frame_times)]
    pitch = _pitch_at(waveform, frame_times)
    return Acoustics(
        times=times,
        pitch=_median_per_step(pitch, (frame_times / step).astype(int), count),
        loudness=_loudness(waveform, step, count),
    )


def yin(frames: np.ndarray, sample_rate: int, window: int) -> np.ndarray:
    """Pitch of each frame by the YIN method.

    Args:
        frames: (F, N) sound; N is the window plus the longest period
        sample_rate: Hz
        window: samples that are compared with themselves, shifted by a period

    Returns:
        (F,) Hz, NaN where nothing repeats
    """
    shortest, longest = int(sample_rate / _HIGHEST), frames.shape[1] - window
    difference = _normalised_difference(frames.astype(np.float64), window)
    inner = difference[:, shortest:longest]
    is_dip = (inner <= difference[:, shortest - 1 : longest - 1]) & (
        inner < difference[:, shortest + 1 : longest + 1]
    )
    is_deep = is_dip & (inner < _TROUGH)
    deepest = np.argmin(np.where(is_dip, inner, np.inf), axis=1)
    chosen = np.where(is_deep.any(axis=1), is_deep.argmax(axis=1), deepest)
    rows = np.arange(len(frames))
    before, here, after = (difference[rows, chosen + shortest + shift] for shift in (-1, 0, 1))
    # Vertex of the parabola through the dip and its neighbours (step 5).
    curvature = before - 2 * here + after
    offset = 0.5 * (before - after) / np.where(curvature > 0, curvature, np.inf)
    return np.where(
        is_dip[rows, chosen] & (here < _UNVOICED),
        sample_rate / (chosen + shortest + offset),
        np.nan,
    )


def _normalised_difference(frames: np.ndarray, window: int) -> np.ndarray:
    """(F, L + 1) cumulative mean normalised difference for lags 0 … L (equations 6 to 8)."""
    longest = frames.shape[1] - window
    size = fft.next_fast_len(frames.shape[1] + window, real=True)
    head = fft.rfft(frames[:, :window], size, axis=1)
    product = fft.irfft(np.conj(head) * fft.rfft(frames, size, axis=1), size, axis=1)
    energy = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    energy = energy[:, window:] - energy[:, :-window]
    difference = energy[:, :1] + energy - 2 * product[:, : longest + 1]
    difference[:, 0] = 0.0
    lags = np.arange(longest + 1)
    mean = np.cumsum(difference, axis=1)
    # Silence has no difference at all and must not look periodic.
    return np.where(mean > 1e-12 * energy[:, :1] + 1e-20, difference * lags / (mean + 1e-20), 1.0)


def _pitch_at(waveform: Waveform, times: np.ndarray) -> np.ndarray:
    """(F,) pitch in Hz around each time, in blocks of bounded size."""
    sample_rate = waveform.sample_rate
    window = round(_WINDOW * sample_rate)
    length = window + int(np.ceil(sample_rate / _LOWEST)) + 1
    if len(waveform.samples) < length:
        return np.full(len(times), np.nan)
    views = sliding_window_view(waveform.samples, length)
    starts = np.clip(np.round(times * sample_rate).astype(int) - length // 2, 0, len(views) - 1)
    blocks = [
        yin(views[starts[first : first + _BLOCK]], sample_rate, window)
        for first in range(0, len(starts), _BLOCK)
    ]
    return np.concatenate([np.zeros(0), *blocks])


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
