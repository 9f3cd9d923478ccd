"""Which windows get no result, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verhm.types import Quality, WindowStatus


@dataclass(frozen=True)
class Thresholds:
    """Where a result begins; chosen on training speakers and saved with the checkpoint."""

    silence: float = 0.25  # s of speech; less is silence
    speech: float = 1.0  # s of speech that a result needs at least
    speech_share: float = 0.4  # of the window that must be speech
    snr: float = 5.0  # dB
    clipped: float = 0.05  # share of samples at full scale
    confidence: float = 0.3  # probability of the likeliest emotion
    novelty: float = 3.0  # distance from the training windows
    plausible: float = 0.0  # probability from which an emotion is plausible, see `conformal`


def window_status(
    probabilities: np.ndarray,
    window_quality: Sequence[Quality],
    starts: np.ndarray,
    ends: np.ndarray,
    thresholds: Thresholds,
    novelty: np.ndarray | None = None,
) -> tuple[WindowStatus, ...]:
    """Decide for each window whether its probabilities are a result.

    The first reason in this order counts: silence, too short, noisy, out of domain, uncertain.

    Args:
        probabilities: (W, K) calibrated
        window_quality: W measurements
        starts: (W,) s
        ends: (W,) s; a recording shorter than the window counts against its own length
        thresholds: of the checkpoint
        novelty: (W,) distance from the training windows; not looked at when missing
    """
    confidence = probabilities.max(axis=1)
    strangeness = np.zeros(len(starts)) if novelty is None else novelty
    return tuple(
        _status(quality, length, sure, strange, thresholds)
        for quality, length, sure, strange in zip(
            window_quality, ends - starts, confidence, strangeness, strict=True
        )
    )


def _status(
    quality: Quality, length: float, confidence: float, novelty: float, limits: Thresholds
) -> WindowStatus:
    if quality.speech < limits.silence:
        return WindowStatus.SILENCE
    if quality.speech < max(limits.speech, limits.speech_share * length):
        return WindowStatus.TOO_SHORT
    # An unknown ratio compares as false: a recording without pauses is no worse for that.
    if quality.snr < limits.snr or quality.clipped > limits.clipped:
        return WindowStatus.NOISY
    if novelty > limits.novelty:
        return WindowStatus.OUT_OF_DOMAIN
    if confidence < limits.confidence:
        return WindowStatus.UNCERTAIN
    return WindowStatus.OK
