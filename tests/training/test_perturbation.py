import numpy as np
import pytest

from tests.factories import make_waveform
from training.perturbation import SPEED, add_noise, colour, perturb


def test_a_copy_has_another_speed_and_length():
    waveform = make_waveform(4.0)
    for seed in range(10):
        copy, speed = perturb(waveform, np.random.default_rng(seed))
        assert SPEED[0] <= speed <= SPEED[1]
        assert copy.duration == pytest.approx(4.0 / speed, abs=0.01)


def test_the_seed_decides():
    waveform = make_waveform(1.0)
    first, second = (perturb(waveform, np.random.default_rng(3))[0].samples for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_noise_is_as_loud_as_asked_for():
    samples = make_waveform(4.0).samples
    for snr in (0.0, 20.0):
        noise = add_noise(samples, snr, np.random.default_rng(0)) - samples
        assert 10 * np.log10(np.mean(samples**2) / np.mean(noise**2)) == pytest.approx(
            snr, abs=1e-3
        )


@pytest.mark.parametrize("tilt", [-6.0, 0.0, 6.0])
def test_colour_tilts_the_spectrum_by_so_many_decibels(tilt):
    impulse = np.zeros(1024)
    impulse[0] = 1.0
    spectrum = np.abs(np.fft.rfft(colour(impulse, tilt)))
    assert 20 * np.log10(spectrum[-1] / spectrum[0]) == pytest.approx(tilt)
