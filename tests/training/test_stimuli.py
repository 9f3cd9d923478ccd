import numpy as np
import pytest

from training.stimuli import STIMULI, make_stimulus


@pytest.mark.parametrize("name", STIMULI)
def test_the_seed_decides(name):
    first, again, other = (
        make_stimulus(name, 1.0, np.random.default_rng(seed)).samples for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.array_equal(first, other) == (name == "silence")


@pytest.mark.parametrize("name", STIMULI)
def test_all_but_the_quiet_ones_are_loud(name):
    samples = make_stimulus(name, 1.3, np.random.default_rng(0)).samples
    assert len(samples) == 20_800
    peak = np.abs(samples).max()
    if name in ("silence", "microphone hiss"):
        assert peak < 0.01
    else:
        assert peak == pytest.approx(0.3, rel=1e-3)


def test_a_tone_is_one_line_of_the_spectrum():
    samples = make_stimulus("tone", 1.0, np.random.default_rng(0)).samples
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    middle = int(np.argmax(power))
    assert power[middle - 3 : middle + 4].sum() > 0.999 * power.sum()


def test_a_chord_has_the_overtones_of_three_notes():
    samples = make_stimulus("chords", 0.5, np.random.default_rng(0)).samples
    spectrum = np.abs(np.fft.rfft(samples, 16 * len(samples)))
    frequencies = np.fft.rfftfreq(16 * len(samples), 1 / 16_000)
    low = spectrum[frequencies < 330]
    is_peak = (low[1:-1] > low[:-2]) & (low[1:-1] > low[2:]) & (low[1:-1] > 0.3 * low.max())
    assert is_peak.sum() >= 3
