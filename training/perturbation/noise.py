"""Noise, by its colour and by its distance from the voice."""

from collections.abc import Sequence

import numpy as np


def add(samples: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """Add noise whose mean power lies `snr` dB below that of the samples, pauses included.

    Args:
        samples: (T,)
        noise: (T,) of any level, but not silent
        snr: dB
    """
    ratio = np.mean(np.square(samples, dtype=np.float64)) / np.mean(noise**2)
    return samples + noise * np.sqrt(ratio) * 10 ** (-snr / 20)


def white(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) noise with the same power in every hertz."""
    return rng.standard_normal(length)


def pink(length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) noise with the same power in every octave."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), length)


def speech_shaped(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(T,) noise with the long-term spectrum of a voice: its own spectrum at random phases."""
    spectrum = np.abs(np.fft.rfft(samples))
    phases = rng.uniform(0, 2 * np.pi, len(spectrum))
    return np.fft.irfft(spectrum * np.exp(1j * phases), len(samples))


def babble(voices: Sequence[np.ndarray], length: int, rng: np.random.Generator) -> np.ndarray:
    """(T,) sum of voices at one level, each repeated as needed and begun anywhere."""
    total = np.zeros(length)
    for voice in voices:
        start = rng.integers(len(voice))
        total += np.resize(np.roll(voice, -start), length) / np.std(voice)
    return total
