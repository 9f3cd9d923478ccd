"""Sounds in which nobody speaks: nothing may be found in them."""

from collections.abc import Callable
from typing import Final

import numpy as np

from training.perturbation.noise import pink, white
from verhm.model.features import SAMPLE_RATE
from verhm.types import Waveform

_PEAK = 0.3  # of full scale
_HISS = 0.0003  # RMS: -70 dBFS
_TONES = (110.0, 1_760.0)  # Hz
_BEAT = 0.5  # s
_OVERTONES = 8
_TRIADS = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (-3, 0, 4))  # I IV V vi, in semitones above the root
_SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def silence(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) zeros."""
    return np.zeros(length)


def hiss(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) the faint noise of an open microphone."""
    return _HISS * rng.standard_normal(length)


def tone(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) one sine."""
    return np.sin(2 * np.pi * _draw_frequency(rng) * np.arange(length) / SAMPLE_RATE)


def sweep(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) a sine that wanders from one frequency to others."""
    steps = [_draw_frequency(rng) for _ in range(8)]
    frequency = np.interp(np.arange(length), np.linspace(0, length, len(steps)), steps)
    return np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)


def chords(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) triads on a keyboard, one a beat."""
    return _play(length, lambda: _TRIADS[rng.integers(len(_TRIADS))], 110.0)


def melody(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) single notes of a scale, in the range of a voice, one a beat."""
    return _play(length, lambda: (_SCALE[rng.integers(len(_SCALE))],), 220.0)


def drums(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) bursts of noise, one a beat."""
    times = np.arange(length) / SAMPLE_RATE % _BEAT
    return rng.standard_normal(length) * np.exp(-times / 0.05)


Stimulus = Callable[[int, np.random.Generator], np.ndarray]
STIMULI: Final[dict[str, Stimulus]] = {
    "silence": silence,
    "microphone hiss": hiss,
    "white noise": white,
    "pink noise": pink,
    "tone": tone,
    "sweeping tone": sweep,
    "chords": chords,
    "melody": melody,
    "drums": drums,
}


def make_stimulus(name: str, duration: float, rng: np.random.Generator) -> Waveform:
    """One of `STIMULI`, of so many seconds; loud, unless its loudness is the point of it."""
    samples = STIMULI[name](round(duration * SAMPLE_RATE), rng)
    if name not in ("silence", "microphone hiss"):
        samples = samples * (_PEAK / np.abs(samples).max())
    return Waveform(samples.astype(np.float32), SAMPLE_RATE)


def _draw_frequency(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(_TONES))))


def _play(length: int, draw: Callable[[], tuple[int, ...]], root: float) -> np.ndarray:
    """(T,) drawn notes, in semitones above the root (Hz), with overtones that die away."""
    times = np.arange(round(_BEAT * SAMPLE_RATE)) / SAMPLE_RATE
    envelope = np.minimum(times / 0.01, 1.0) * np.exp(-times / 0.3)
    beats = []
    for _ in range(-(-length // len(times))):
        pitches = [root * 2 ** (semitone / 12) for semitone in draw()]
        partials = [
            np.sin(2 * np.pi * number * pitch * times) / number**2
            for pitch in pitches
            for number in range(1, _OVERTONES + 1)
        ]
        beats.append(np.sum(partials, axis=0) * envelope)
    return np.concatenate(beats)[:length]
