"""The same words from another throat: changes of speed and of pitch."""

import numpy as np
import soxr

from verhm.audio.pitch_shift import shift_pitch
from verhm.model.features import SAMPLE_RATE
from verhm.types import Waveform


def change_speed(samples: np.ndarray, speed: float) -> np.ndarray:
    """Play faster: pitch, formants and tempo rise together; (T / speed,) samples."""
    return soxr.resample(samples, speed * SAMPLE_RATE, SAMPLE_RATE)


def change_pitch(samples: np.ndarray, semitones: float) -> np.ndarray:
    """Move the pitch; formants and tempo stay."""
    return shift_pitch(Waveform(samples.astype(np.float32), SAMPLE_RATE), semitones).samples
