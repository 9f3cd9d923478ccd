"""Copies of a clip as another voice, room, microphone or line might have sounded."""

import numpy as np

from training.perturbation.line import mobile, mp3, opus, telephone
from training.perturbation.microphone import colour, equalise
from training.perturbation.noise import add, pink, speech_shaped, white
from training.perturbation.room import reverberate
from training.perturbation.voice import change_pitch, change_speed
from verhm.model.features import SAMPLE_RATE
from verhm.types import Waveform

SPEED = (0.92, 1.09)  # pitch, formants and tempo together
VOICES = (0.80, 1.25)  # speeds between which a speaker passes for a smaller or larger one

# Shares of the copies that something is done to; most copies stay near to the clip.
_PITCH_SHARE, _ROOM_SHARE, _PEAK_SHARE, _LINE_SHARE, _NOISE_SHARE = 0.3, 0.4, 0.5, 0.4, 0.8
_SEMITONES = (-1.5, 1.5)
_T60 = (0.2, 0.9)  # s
_DIRECT = (0.0, 12.0)  # dB of the direct sound over the room's tail
_TILT = 6.0  # dB between the two ends of the band, at most
_PEAK = 6.0  # dB of a peak of the microphone, at most
_NOISE = (5.0, 30.0)  # dB below the clip
_OPUS = (10.0, 32.0)  # kbit/s


def perturb(
    waveform: Waveform, rng: np.random.Generator, speeds: tuple[float, float] = SPEED
) -> tuple[Waveform, float]:
    """Send a clip another way: voice, then room, microphone, noise and line.

    The level is left alone: the network does not hear it.

    Args:
        waveform: a clip at 16 kHz
        rng: decides how
        speeds: between which the speed lies

    Returns:
        the copy, and its speed: what was at time t is at t / speed now
    """
    if waveform.sample_rate != SAMPLE_RATE:
        raise ValueError(f"clips are perturbed at {SAMPLE_RATE} Hz, not {waveform.sample_rate}")
    speed = float(np.exp(rng.uniform(*np.log(speeds))))
    samples = change_speed(waveform.samples, speed)
    if rng.random() < _PITCH_SHARE:
        samples = change_pitch(samples, rng.uniform(*_SEMITONES))
    if rng.random() < _ROOM_SHARE:
        samples = reverberate(samples, rng.uniform(*_T60), rng.uniform(*_DIRECT), rng)
    samples = colour(samples, rng.uniform(-_TILT, _TILT))
    if rng.random() < _PEAK_SHARE:
        samples = equalise(samples, _PEAK, rng)
    if rng.random() < _NOISE_SHARE:
        samples = add(samples, _some_noise(samples, rng), rng.uniform(*_NOISE))
    if rng.random() < _LINE_SHARE:
        # A codec cuts off what goes beyond full scale, which peaks and noise may have led to.
        samples = _some_line(samples / max(1.0, np.abs(samples).max()), rng)
    return Waveform(samples.astype(np.float32), SAMPLE_RATE), speed


def _some_noise(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(T,) white, pink or speech-shaped noise."""
    kind = rng.integers(3)
    if kind == 0:
        return white(len(samples), rng)
    return pink(len(samples), rng) if kind == 1 else speech_shaped(samples, rng)


def _some_line(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The samples after a telephone, half of the time, or after a wide-band codec."""
    kind = rng.integers(4)
    if kind == 0:
        return telephone(samples)
    if kind == 1:
        return mobile(samples)
    return opus(samples, rng.uniform(*_OPUS)) if kind == 2 else mp3(samples)
