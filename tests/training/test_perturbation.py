import numpy as np
import pytest
from scipy import signal

from tests.factories import make_waveform
from training.perturbation.composition import SPEED, perturb
from training.perturbation.level import dither, gain, trim
from training.perturbation.line import band_limit, mobile, mp3, opus, telephone
from training.perturbation.microphone import colour, equalise, peak
from training.perturbation.noise import add, babble, pink, speech_shaped, white
from training.perturbation.room import impulse_response, reverberate
from training.perturbation.voice import change_pitch, change_speed
from verhm.types import Waveform

RATE = 16_000


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def burst(rng):
    """A second of noise between two of silence, with most of its power below 3 kHz."""
    noise = band_limit(0.3 * rng.standard_normal(RATE), 200.0, 3_000.0)
    return np.concatenate([np.zeros(RATE), noise, np.zeros(RATE)])


def octave_power(samples: np.ndarray, low: float) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(power[(frequencies >= low) & (frequencies < 2 * low)].sum())


def response(change, frequency: float) -> float:
    """Gain in dB that a linear change has at a frequency."""
    impulse = np.zeros(RATE)
    impulse[0] = 1.0
    return float(20 * np.log10(np.abs(np.fft.rfft(change(impulse)))[round(frequency)]))


def test_a_copy_has_another_speed_and_length():
    waveform = make_waveform(4.0)
    for seed in range(10):
        copy, speed = perturb(waveform, np.random.default_rng(seed))
        assert SPEED[0] <= speed <= SPEED[1]
        assert copy.duration == pytest.approx(4.0 / speed, abs=0.01)
        assert np.isfinite(copy.samples).all()


def test_the_seed_decides():
    waveform = make_waveform(1.0)
    for seed in range(10):
        first, second = (
            perturb(waveform, np.random.default_rng(seed))[0].samples for _ in range(2)
        )
        np.testing.assert_array_equal(first, second)


def test_copies_differ():
    copies = [perturb(make_waveform(1.0), np.random.default_rng(seed))[0] for seed in range(10)]
    assert len({copy.samples.tobytes() for copy in copies}) == 10


def test_clips_at_another_rate_are_refused(rng):
    with pytest.raises(ValueError, match="16000 Hz"):
        perturb(Waveform(np.zeros(8_000, dtype=np.float32), 8_000), rng)


def test_a_perturbation_leaves_its_input_alone(burst, rng):
    before = burst.copy()
    for change in (
        *(lambda x: gain(x, 6.0), lambda x: dither(x, rng), lambda x: equalise(x, 6.0, rng)),
        *(lambda x: reverberate(x, 0.5, 0.0, rng), telephone, mobile, mp3),
        *(lambda x: add(x, white(len(x), rng), 10.0), lambda x: change_pitch(x, 1.0)),
    ):
        assert len(change(burst)) == len(burst)
        np.testing.assert_array_equal(burst, before)


def test_gain_is_cut_off_at_full_scale():
    np.testing.assert_allclose(gain(np.array([0.1, -0.8]), 20.0), [1.0, -1.0])
    np.testing.assert_allclose(gain(np.array([0.1, -0.8]), -20.0), [0.01, -0.08])


def test_dither_stays_within_two_steps_of_sixteen_bits(burst, rng):
    assert 0 < np.abs(dither(burst, rng) - burst).max() <= 1.5 * 2**-15


def test_trimming_moves_everything_to_the_front():
    np.testing.assert_array_equal(trim(np.arange(5), 2), [2, 3, 4, 0, 0])


@pytest.mark.parametrize("snr", [0.0, 20.0])
def test_noise_is_as_loud_as_asked_for(snr, rng):
    samples = make_waveform(4.0).samples
    noise = add(samples, pink(len(samples), rng), snr) - samples
    assert 10 * np.log10(np.mean(samples**2) / np.mean(noise**2)) == pytest.approx(snr, abs=1e-3)


def test_an_octave_up_white_noise_has_twice_the_power_and_pink_noise_as_much(rng):
    for make, ratio in ((white, 2.0), (pink, 1.0)):
        noise = make(30 * RATE, rng)
        assert octave_power(noise, 2_000) / octave_power(noise, 1_000) == pytest.approx(
            ratio, rel=0.05
        )


def test_speech_shaped_noise_has_the_voice_s_spectrum_and_none_of_its_pauses(burst, rng):
    noise = speech_shaped(burst, rng)
    np.testing.assert_allclose(
        np.abs(np.fft.rfft(noise))[1:-1], np.abs(np.fft.rfft(burst))[1:-1], atol=1e-6
    )
    assert np.std(noise[:RATE]) > 0.5 * np.std(noise) > np.std(burst[:RATE])


def test_all_voices_of_a_babble_are_equally_loud(rng):
    times = np.arange(RATE) / RATE
    voices = [level * np.sin(2 * np.pi * f * times) for level, f in ((0.5, 500), (0.01, 2_000))]
    mixed = babble(voices, 2 * RATE, rng)
    assert octave_power(mixed, 300) == pytest.approx(octave_power(mixed, 1_500), rel=0.01)


@pytest.mark.parametrize("t60", [0.2, 0.9])
def test_a_room_rings_as_long_and_as_loud_as_asked_for(t60, rng):
    found = impulse_response(t60, 6.0, rng)
    tail = found[1:] ** 2
    assert found[0] == 1.0
    assert 10 * np.log10(1 / tail.sum()) == pytest.approx(6.0)
    # Schroeder's backward integration: from -5 to -25 dB takes a third of T60.
    left = 10 * np.log10(np.cumsum(tail[::-1])[::-1] / tail.sum())
    fall = (np.argmax(left < -25) - np.argmax(left < -5)) / RATE
    assert 3 * fall == pytest.approx(t60, rel=0.1)


def test_a_room_rings_on_after_the_voice_but_not_before(burst, rng):
    heard = reverberate(burst, 0.6, 0.0, rng)
    assert np.abs(heard[: RATE - 1]).max() < 1e-9
    assert np.std(heard[2 * RATE : 2 * RATE + 1_000]) > 0.05 * np.std(burst)


@pytest.mark.parametrize("tilt", [-6.0, 0.0, 6.0])
def test_colour_tilts_the_spectrum_by_so_many_decibels(tilt):
    low, high = (response(lambda x: colour(x, tilt), frequency) for frequency in (0, 8_000))
    assert high - low == pytest.approx(tilt)


@pytest.mark.parametrize("decibels", [-6.0, 6.0])
def test_a_peak_changes_its_band_only(decibels):
    def change(samples):
        return peak(samples, 1_000.0, decibels, 2.0)

    assert response(change, 1_000) == pytest.approx(decibels, abs=1e-6)
    assert response(change, 50) == pytest.approx(0.0, abs=0.1)
    assert response(change, 7_500) == pytest.approx(0.0, abs=0.1)


def test_a_microphone_keeps_to_its_limits(rng):
    gains = [response(lambda x: equalise(x, 3.0, rng), f) for f in (100, 500, 2_000, 7_000)]
    assert max(np.abs(gains)) <= 4 * 3.0
    assert np.std(gains) > 0


def test_a_telephone_has_no_bass_and_no_treble(rng):
    noise = 0.1 * rng.standard_normal(4 * RATE)
    for line in (telephone, mobile):
        frequencies, power = signal.welch(line(noise), RATE, nperseg=1024)
        level = 10 * np.log10(power)
        inside = np.median(level[(frequencies > 500) & (frequencies < 3_000)])
        assert level[frequencies < 100].max() < inside - 10  # GSM adds noise of its own
        assert level[frequencies > 4_300].max() < inside - 30


@pytest.mark.parametrize(
    "line", [telephone, mobile, mp3, lambda x: opus(x, 16.0), lambda x: opus(x, 32.0)]
)
def test_a_line_keeps_the_voice_where_it_was(line, burst):
    heard = line(burst)
    lags = signal.correlate(heard, burst, "full")
    assert abs(int(np.argmax(np.abs(lags))) - (len(burst) - 1)) <= 10  # 0.6 ms
    assert not np.array_equal(heard, burst)


def test_fewer_bits_carry_less(burst):
    errors = [np.std(opus(burst, rate) - burst) for rate in (10.0, 32.0, 128.0)]
    assert errors == sorted(errors, reverse=True)


def test_twice_the_speed_is_half_as_long_and_an_octave_up():
    times = np.arange(2 * RATE) / RATE
    fast = change_speed(np.sin(2 * np.pi * 200 * times), 2.0)
    assert len(fast) == RATE
    assert np.argmax(np.abs(np.fft.rfft(fast))) == pytest.approx(400, abs=1)


def test_pitch_moves_without_the_tempo():
    times = np.arange(2 * RATE) / RATE
    moved = change_pitch(np.sin(2 * np.pi * 200 * times), 12.0)
    assert len(moved) == 2 * RATE
    assert np.argmax(np.abs(np.fft.rfft(moved))) / 2 == pytest.approx(400, abs=3)
