import math

import numpy as np
import pytest

from tests.audio.encoding import tone
from verhm.audio.acoustics import measure_acoustics, self_similarity
from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.errors import Cancelled
from verhm.stages import Stage
from verhm.types import SpeechActivity, Waveform

RATE = 16_000
ALWAYS = SpeechActivity(np.array([[0.0, 1_000.0]]))


def wave(samples: np.ndarray) -> Waveform:
    return Waveform(samples.astype(np.float32), RATE)


def voice(frequency: float, duration: float) -> np.ndarray:
    """A buzz with all harmonics below 4 kHz, the fundamental not the strongest."""
    count = int(4_000 / frequency)
    return sum(
        tone(frequency * k, duration, RATE) * (0.3 if k == 1 else 1 / k)
        for k in range(1, count + 1)
    )


@pytest.mark.parametrize("frequency", [70.0, 100.0, 147.0, 220.0, 330.0, 480.0])
@pytest.mark.parametrize(
    "kind", [voice, lambda frequency, duration: tone(frequency, duration, RATE)]
)
def test_pitch_of_known_frequencies(frequency, kind):
    found = measure_acoustics(wave(kind(frequency, 1.0)), ALWAYS).pitch
    np.testing.assert_allclose(found[1:-1], frequency, rtol=0.01)


def test_pitch_follows_a_glide():
    times = np.arange(4 * RATE) / RATE
    glide = np.sin(2 * np.pi * (100 * times + 25 * times**2))  # 100 to 300 Hz
    found = measure_acoustics(wave(glide), ALWAYS)
    np.testing.assert_allclose(found.pitch[1:-1], (100 + 50 * found.times)[1:-1], rtol=0.03)


@pytest.mark.parametrize(
    "samples", [np.zeros(RATE), np.full(RATE, 0.2), np.random.default_rng(0).normal(0, 0.1, RATE)]
)
def test_what_is_not_voiced_has_no_pitch(samples):
    assert np.isnan(measure_acoustics(wave(samples), ALWAYS).pitch).all()


def test_there_is_no_pitch_outside_speech():
    activity = SpeechActivity(np.array([[1.0, 2.0]]))
    found = measure_acoustics(wave(tone(200, 3.0, RATE)), activity)
    is_voiced = np.isfinite(found.pitch)
    assert is_voiced[11:19].all()
    assert not is_voiced[:9].any()
    assert not is_voiced[21:].any()


def test_level_does_not_change_pitch():
    samples = voice(130, 1.0)
    loud, quiet = (measure_acoustics(wave(samples * gain), ALWAYS) for gain in (0.5, 0.001))
    np.testing.assert_allclose(loud.pitch, quiet.pitch, rtol=1e-3)
    np.testing.assert_allclose(loud.loudness - quiet.loudness, 20 * math.log10(500), atol=0.01)


def test_loudness_of_a_known_tone_and_of_silence():
    samples = np.concatenate([tone(200, 1.0, RATE), np.zeros(RATE)])
    loudness = measure_acoustics(wave(samples), ALWAYS).loudness
    np.testing.assert_allclose(loudness[:10], 20 * math.log10(0.5 / math.sqrt(2)), atol=0.01)
    np.testing.assert_allclose(loudness[10:], -120.0)


@pytest.mark.parametrize(
    ("duration", "step", "count"), [(3.0, 0.1, 30), (2.95, 0.1, 29), (0.05, 0.1, 1), (2.0, 0.5, 4)]
)
def test_the_grid_is_regular(duration, step, count):
    found = measure_acoustics(wave(tone(200, duration, RATE)), ALWAYS, step)
    np.testing.assert_allclose(found.times, (np.arange(count) + 0.5) * step)
    assert found.pitch.shape == found.loudness.shape == (count,)


def test_the_pitch_of_speech_is_that_of_a_voice(speech_path):
    waveform = decode(speech_path).waveform
    found = measure_acoustics(waveform, detect_speech(waveform))
    is_voiced = np.isfinite(found.pitch)
    assert 0.4 < is_voiced.mean() < 1.0
    assert 80 < np.median(found.pitch[is_voiced]) < 250
    assert np.isnan(measure_acoustics(waveform, SpeechActivity(np.zeros((0, 2)))).pitch).all()


def test_a_frame_resembles_itself_one_period_later_and_not_half_a_period():
    frames = np.stack([tone(100, 0.1, RATE)] * 2)
    whole, half = self_similarity(frames, np.array([160, 80]), 640)
    assert whole == pytest.approx(1.0, abs=1e-3)
    assert half == pytest.approx(-1.0, abs=1e-2)


def test_progress_rises_to_the_end_and_cancels():
    shares = []

    def watch(stage, share):
        shares.append((stage, share))

    def cancel(stage, share):
        watch(stage, share)
        raise Cancelled

    long = wave(np.zeros(100 * RATE))
    measure_acoustics(long, ALWAYS, progress=watch)
    assert shares == sorted(shares) and len(shares) > 2
    assert shares[-1] == (Stage.SPEECH, 1.0)
    shares.clear()
    with pytest.raises(Cancelled):
        measure_acoustics(long, ALWAYS, progress=cancel)
    assert len(shares) == 1
