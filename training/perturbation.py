"""Copies of a clip as another voice, room or line might have sounded."""

import numpy as np
import soxr
from scipy import signal

from verhm.types import Waveform

SPEED = (0.92, 1.09)  # pitch, formants and tempo together
VOICES = (0.80, 1.25)  # speeds between which a speaker passes for a smaller or larger one
_NOISE = (12.0, 35.0)  # dB below the clip
_TILT = 6.0  # dB between the two ends of the band, at most
_TELEPHONE = 0.25  # share of copies that went through a telephone band
_BAND = (300.0, 3_400.0)  # Hz


def perturb(
    waveform: Waveform, rng: np.random.Generator, speeds: tuple[float, float] = SPEED
) -> tuple[Waveform, float]:
    """Change speed and pitch, colour, bandwidth and noise a little.

    Args:
        waveform: a clip
        rng: decides how
        speeds: between which the speed lies

    Returns:
        the copy, and its speed: what was at time t is at t / speed now
    """
    speed = float(np.exp(rng.uniform(*np.log(speeds))))
    samples = soxr.resample(waveform.samples, speed * waveform.sample_rate, waveform.sample_rate)
    samples = colour(samples, float(rng.uniform(-_TILT, _TILT)))
    if rng.random() < _TELEPHONE:
        band = signal.butter(4, _BAND, "bandpass", fs=waveform.sample_rate, output="sos")
        samples = signal.sosfilt(band, samples)
    samples = add_noise(samples, float(rng.uniform(*_NOISE)), rng)
    return Waveform(samples.astype(np.float32), waveform.sample_rate), speed


def colour(samples: np.ndarray, tilt: float) -> np.ndarray:
    """Raise (or, negative, lower) the high frequencies by `tilt` dB against the low ones."""
    # A first-order shelf: y[n] = x[n] - a x[n-1], whose gains at the band's two ends differ by
    # (1 + a) / (1 - a).
    ratio = 10 ** (tilt / 20)
    return signal.lfilter([1.0, -(ratio - 1) / (ratio + 1)], [1.0], samples)


def add_noise(samples: np.ndarray, snr: float, rng: np.random.Generator) -> np.ndarray:
    """Add white or pink noise `snr` dB below the samples' mean power."""
    noise = rng.standard_normal(len(samples))
    if rng.random() < 0.5:
        spectrum = np.fft.rfft(noise)
        spectrum /= np.sqrt(np.arange(1, len(spectrum) + 1))
        noise = np.fft.irfft(spectrum, len(samples))
    power = np.mean(np.square(samples, dtype=np.float64)) / np.mean(noise**2)
    return samples + noise * np.sqrt(power) * 10 ** (-snr / 20)
