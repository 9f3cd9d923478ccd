from dataclasses import replace

import numpy as np
import pytest

from verhm.model.abstention import Thresholds, window_status
from verhm.model.calibration import calibrate, fit_temperature
from verhm.types import Quality, WindowStatus

CLEAN = Quality(-20.0, -6.0, 0.0, 25.0, 2.5, 7_000.0)
SURE = np.array([[0.93, *[0.01] * 7]])
UNSURE = np.full((1, 8), 1 / 8)


def status_of(quality=CLEAN, probabilities=SURE, length=3.0, novelty=0.0):
    bounds = np.zeros(1), np.array([length])
    thresholds = Thresholds()
    return window_status(probabilities, [quality], *bounds, thresholds, np.array([novelty]))[0]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, WindowStatus.OK),
        ({"speech": 0.1}, WindowStatus.SILENCE),
        ({"speech": 0.9}, WindowStatus.TOO_SHORT),
        ({"snr": 1.0}, WindowStatus.NOISY),
        ({"snr": float("nan")}, WindowStatus.OK),
        ({"clipped": 0.2}, WindowStatus.NOISY),
    ],
)
def test_bad_sound_has_no_result(change, status):
    assert status_of(replace(CLEAN, **change)) is status


def test_a_guess_has_no_result():
    assert status_of(probabilities=UNSURE) is WindowStatus.UNCERTAIN


def test_what_is_unlike_the_training_data_has_no_result():
    assert status_of(novelty=100.0) is WindowStatus.OUT_OF_DOMAIN


def test_a_short_recording_counts_against_its_own_length():
    assert status_of(replace(CLEAN, speech=1.1), length=1.3) is WindowStatus.OK
    assert status_of(replace(CLEAN, speech=1.1), length=6.0) is WindowStatus.TOO_SHORT


def test_a_known_temperature_is_recovered():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 8))
    labels = np.array([rng.choice(8, p=row) for row in calibrate(logits, 1.0)])
    assert fit_temperature(logits * 2.5, labels) == pytest.approx(2.5, rel=0.05)


def test_a_temperature_changes_no_decision():
    logits = np.random.default_rng(1).normal(0, 2, (100, 8))
    warm, cold = calibrate(logits, 3.0), calibrate(logits, 0.5)
    np.testing.assert_array_equal(warm.argmax(axis=1), cold.argmax(axis=1))
    assert (warm.max(axis=1) <= cold.max(axis=1)).all()
