import numpy as np
import pytest

from verhm.model.calibration import calibrate, fit_temperature


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_a_known_temperature_is_found_again(temperature):
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, (20_000, 8))
    chances = calibrate(honest, 1.0)
    labels = (chances.cumsum(axis=1) < rng.random((len(chances), 1))).sum(axis=1)
    assert fit_temperature(honest * temperature, labels) == pytest.approx(temperature, rel=0.05)


def test_temperature_changes_no_decision_and_every_row_sums_to_1():
    logits = np.random.default_rng(0).normal(0, 3, (100, 8))
    humble, bold = calibrate(logits, 3.0), calibrate(logits, 0.5)
    np.testing.assert_array_equal(humble.argmax(axis=1), bold.argmax(axis=1))
    np.testing.assert_allclose(humble.sum(axis=1), 1.0)
    assert np.all(humble.max(axis=1) <= bold.max(axis=1))


def test_large_logits_do_not_overflow():
    assert np.isfinite(calibrate(np.array([[1e4, -1e4]]), 0.05)).all()
