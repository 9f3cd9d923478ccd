import numpy as np
import pytest
from scipy import signal

from tests.factories import make_waveform
from verhm.audio.acoustics import measure_acoustics
from verhm.audio.pitch_shift import shift_pitch
from verhm.types import SpeechActivity, Waveform

RATE = 16_000
ALL = SpeechActivity(np.array([[0.0, 10.0]]))


def make_vowel(pitch: float, formant: float = 1_200.0) -> Waveform:
    """Two seconds of pulses through one resonance."""
    times = np.arange(2 * RATE) / RATE
    pulses = np.diff(np.floor(times * pitch), prepend=0.0)
    resonance = signal.iirpeak(formant, 6.0, fs=RATE)
    return Waveform((0.3 * signal.lfilter(*resonance, pulses)).astype(np.float32), RATE)


@pytest.mark.parametrize("semitones", [-2.0, 2.0])
def test_the_pitch_moves_by_so_many_semitones(semitones):
    vowel = make_vowel(150.0)
    before, after = (
        np.nanmedian(measure_acoustics(sound, ALL).pitch)
        for sound in (vowel, shift_pitch(vowel, semitones))
    )
    assert 12 * np.log2(after / before) == pytest.approx(semitones, abs=0.1)


@pytest.mark.parametrize("semitones", [-2.0, 2.0])
def test_the_formant_stays(semitones):
    # 1200 Hz would be 1347 Hz or 1069 Hz if it moved with the pitch.
    shifted = shift_pitch(make_vowel(100.0), semitones).samples
    frequencies, power = signal.welch(shifted, RATE, nperseg=256)
    assert frequencies[np.argmax(power)] == pytest.approx(1_200.0, abs=65.0)


@pytest.mark.parametrize("duration", [0.01, 0.5, 1.2345])
def test_the_length_stays(duration):
    waveform = make_waveform(duration)
    assert len(shift_pitch(waveform, 2.0).samples) == len(waveform.samples)


@pytest.mark.parametrize("semitones", [-2.0, 2.0])
def test_the_level_stays(semitones):
    vowel = make_vowel(150.0)
    shifted = shift_pitch(vowel, semitones)
    assert 20 * np.log10(np.std(shifted.samples) / np.std(vowel.samples)) == pytest.approx(
        0.0, abs=2.0
    )


def test_no_shift_changes_nothing():
    waveform = make_waveform(1.0)
    np.testing.assert_allclose(shift_pitch(waveform, 0.0).samples, waveform.samples, atol=1e-4)


def test_silence_stays_silent():
    silence = Waveform(np.zeros(RATE, dtype=np.float32), RATE)
    assert np.abs(shift_pitch(silence, 2.0).samples).max() < 1e-6


def test_the_words_stay_where_they_were():
    quiet = np.zeros(RATE, dtype=np.float32)
    waveform = Waveform(np.concatenate([quiet, make_vowel(150.0).samples, quiet]), RATE)
    shifted = np.abs(shift_pitch(waveform, 2.0).samples)
    is_loud = np.flatnonzero(shifted > 0.05 * shifted.max()) / RATE
    assert is_loud[[0, -1]] == pytest.approx([1.0, 3.0], abs=0.05)
