"""Copies of a clip as another voice, room, microphone or line might have sounded."""

from collections.abc import Callable
from typing import Final

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
    """Change the speed, and one thing more: pitch, room, microphone, noise or line.

    One thing at a time: copies that everything had happened to taught a linear head more about
    such copies, but made it much worse on clean clips of another corpus. The level is left alone:
    the network does not hear it.

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
    happen = list(_SHARES)[rng.choice(len(_SHARES), p=list(_SHARES.values()))]
    samples = happen(change_speed(waveform.samples, speed), rng)
    return Waveform(samples.astype(np.float32), SAMPLE_RATE), speed


def _pitch(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return change_pitch(samples, rng.uniform(*_SEMITONES))


def _room(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return reverberate(samples, rng.uniform(*_T60), rng.uniform(*_DIRECT), rng)


def _microphone(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return equalise(colour(samples, rng.uniform(-_TILT, _TILT)), _PEAK, rng)


def _noise(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """White, pink or speech-shaped noise below the samples."""
    kind = rng.integers(3)
    if kind == 0:
        noise = white(len(samples), rng)
    else:
        noise = pink(len(samples), rng) if kind == 1 else speech_shaped(samples, rng)
    return add(samples, noise, rng.uniform(*_NOISE))


def _line(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The samples after a telephone, half of the time, or after a wide-band codec."""
    # A codec cuts off what goes beyond full scale.
    samples = samples / max(1.0, np.abs(samples).max())
    kind = rng.integers(4)
    if kind == 0:
        return telephone(samples)
    if kind == 1:
        return mobile(samples)
    return opus(samples, rng.uniform(*_OPUS)) if kind == 2 else mp3(samples)


# What happens to copies, and to how many of them.
_SHARES: Final[dict[Callable[[np.ndarray, np.random.Generator], np.ndarray], float]] = {
    _pitch: 0.1,
    _room: 0.15,
    _microphone: 0.2,
    _noise: 0.3,
    _line: 0.25,
}
