import dataclasses

import numpy as np
import pytest

from verhm.model.abstention import Thresholds, window_status
from verhm.types import Quality, WindowStatus

GOOD = Quality(level=-20, peak=-3, clipped=0.0, snr=25.0, speech=2.5, bandwidth=8_000)
LIMITS = Thresholds()


def status(confidence: float = 0.9, length: float = 3.0, novelty: float = 1.0, **changes):
    probabilities = np.full((1, 8), (1 - confidence) / 7)
    probabilities[0, 3] = confidence
    quality = (dataclasses.replace(GOOD, **changes),)
    starts, ends = np.array([10.0]), np.array([10.0 + length])
    (found,) = window_status(probabilities, quality, starts, ends, LIMITS, np.array([novelty]))
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, WindowStatus.OK),
        ({"speech": 0.1}, WindowStatus.SILENCE),
        ({"speech": 0.9}, WindowStatus.TOO_SHORT),
        ({"speech": 1.15}, WindowStatus.TOO_SHORT),
        ({"speech": 2.0, "length": 6.0}, WindowStatus.TOO_SHORT),
        ({"snr": 2.0}, WindowStatus.NOISY),
        ({"clipped": 0.2}, WindowStatus.NOISY),
        ({"snr": float("nan")}, WindowStatus.OK),
        ({"novelty": 50.0}, WindowStatus.OUT_OF_DOMAIN),
        ({"confidence": 0.2}, WindowStatus.UNCERTAIN),
        ({"speech": 0.1, "snr": 0.0, "confidence": 0.2}, WindowStatus.SILENCE),
    ],
)
def test_the_first_reason_counts(changes, expected):
    assert status(**changes) is expected


def test_a_short_recording_counts_against_its_own_length():
    assert status(speech=1.1, length=1.6) is WindowStatus.OK


def test_novelty_need_not_be_known():
    probabilities = np.eye(8)[:1]
    found = window_status(probabilities, (GOOD,), np.zeros(1), np.full(1, 3.0), LIMITS)
    assert found == (WindowStatus.OK,)


def test_no_windows_no_statuses():
    assert window_status(np.zeros((0, 8)), (), np.zeros(0), np.zeros(0), LIMITS) == ()
