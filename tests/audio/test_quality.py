import math

import numpy as np
import pytest
from scipy import signal

from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.audio.quality import measure_quality, refuse_too_little_speech, refuse_unusable
from verhm.errors import AudioError
from verhm.settings import AudioLimits
from verhm.stages import Stage
from verhm.types import Quality, SpeechActivity, Waveform
from verhm.windows import window_bounds

RATE = 16_000
SPANS = SpeechActivity(np.array([[1.0, 3.0], [4.0, 6.0]]))
NO_WINDOWS = (np.zeros(0), np.zeros(0))


@pytest.fixture(scope="module")
def spoken(speech_path) -> np.ndarray:
    """Speech with a second of silence before and after it."""
    return np.pad(decode(speech_path).waveform.samples, RATE)


@pytest.fixture(scope="module")
def spoken_activity(spoken) -> SpeechActivity:
    return detect_speech(Waveform(spoken, RATE))


def wave(samples: np.ndarray) -> Waveform:
    return Waveform(samples.astype(np.float32), RATE)


def bursts(level: float, floor: float, seed: int = 0) -> np.ndarray:
    """Seven seconds of noise, RMS `level` within SPANS and `floor` elsewhere."""
    noise = np.random.default_rng(seed).normal(0, floor, 7 * RATE)
    for start, end in (SPANS.spans * RATE).astype(int):
        noise[start:end] *= level / floor
    return noise


def whole(samples: np.ndarray, activity: SpeechActivity = SPANS) -> Quality:
    return measure_quality(wave(samples), activity, *NO_WINDOWS)[0]


def test_level_is_that_of_the_speech():
    assert whole(bursts(0.1, 0.001)).level == pytest.approx(-20, abs=0.1)


@pytest.mark.parametrize("gain", [-30.0, -6.0, 3.0])
def test_gain_shifts_levels_and_nothing_else(gain, spoken, spoken_activity):
    noise = np.random.default_rng(0).normal(0, 0.001, len(spoken))
    before = whole(spoken + noise, spoken_activity)
    after = whole((spoken + noise) * 10 ** (gain / 20), spoken_activity)
    assert after.level == pytest.approx(before.level + gain, abs=0.01)
    assert after.peak == pytest.approx(before.peak + gain, abs=0.01)
    assert after.snr == pytest.approx(before.snr, abs=0.01)
    assert after.clipped == before.clipped
    assert after.bandwidth == before.bandwidth


def test_a_constant_offset_is_no_level():
    quality = whole(bursts(0.01, 0.0001) + 0.2)
    assert quality.level == pytest.approx(-40, abs=0.1)
    assert quality.snr == pytest.approx(40, abs=1)


@pytest.mark.parametrize("snr", [30.0, 20.0, 10.0, 5.0, 0.0])
def test_known_noise_is_estimated(snr, spoken, spoken_activity):
    inside = np.zeros(len(spoken), dtype=bool)
    for start, end in (spoken_activity.spans * RATE).astype(int):
        inside[start:end] = True
    level = np.sqrt(np.mean(spoken[inside] ** 2))
    noise = np.random.default_rng(1).normal(0, level * 10 ** (-snr / 20), len(spoken))
    assert whole(spoken + noise, spoken_activity).snr == pytest.approx(snr, abs=3)


def test_a_cough_in_a_pause_is_not_the_noise():
    samples = bursts(0.1, 0.001)
    samples[int(6.4 * RATE) : int(6.6 * RATE)] *= 300
    assert whole(samples).snr == pytest.approx(40, abs=1)


def test_without_a_pause_the_noise_is_unknown():
    always = SpeechActivity(np.array([[0.0, 7.0]]))
    assert math.isnan(whole(bursts(0.1, 0.001), always).snr)


def test_without_speech_there_is_a_level_and_little_else():
    quality = whole(bursts(0.1, 0.1), SpeechActivity(np.zeros((0, 2))))
    assert quality.level == pytest.approx(-20, abs=0.2)
    assert quality.speech == 0.0
    assert math.isnan(quality.snr)
    assert math.isnan(quality.bandwidth)


def test_clean_speech_is_not_clipped(spoken, spoken_activity):
    assert whole(spoken, spoken_activity).clipped < 1e-4


@pytest.mark.parametrize("gain", [2.0, 4.0, 10.0])
@pytest.mark.parametrize("quieter", [1.0, 0.3])
def test_clipping_is_found_at_any_level(gain, quieter, spoken, spoken_activity):
    loud = spoken / np.abs(spoken).max() * gain
    share = np.mean(np.abs(loud) >= 1.0)
    quality = whole(np.clip(loud, -1, 1) * quieter, spoken_activity)
    assert quality.clipped == pytest.approx(share, rel=0.25)


@pytest.mark.parametrize(("edge", "low", "high"), [(3_400, 2_900, 3_600), (5_500, 5_000, 5_800)])
def test_a_telephone_s_narrow_band_is_found(edge, low, high, spoken, spoken_activity):
    narrow = signal.sosfiltfilt(signal.cheby2(10, 40, edge, fs=RATE, output="sos"), spoken)
    assert low <= whole(narrow, spoken_activity).bandwidth <= high
    assert whole(spoken, spoken_activity).bandwidth > 7_000


def test_windows_speak_for_themselves():
    samples = bursts(0.1, 0.001)
    samples[: int(3.5 * RATE)] *= 0.1
    starts, ends = np.array([0.0, 1.0, 4.0, 3.2]), np.array([0.9, 3.0, 6.0, 3.8])
    first, quiet, loud, pause = measure_quality(wave(samples), SPANS, starts, ends)[1]
    assert quiet.level == pytest.approx(-40, abs=0.2)
    assert loud.level == pytest.approx(-20, abs=0.2)
    assert loud.snr - quiet.snr == pytest.approx(20, abs=0.5)
    assert (first.speech, quiet.speech, pause.speech) == (0.0, pytest.approx(2.0), 0.0)
    assert math.isnan(first.snr)
    assert math.isnan(pause.bandwidth)
    assert quiet.bandwidth > 7_500


def test_windows_and_whole_agree_on_a_recording_of_one_window():
    samples = bursts(0.1, 0.001)
    quality, windows = measure_quality(wave(samples), SPANS, np.array([0.0]), np.array([7.0]))
    assert windows == (quality,)


def test_every_window_is_measured_to_the_end(spoken, spoken_activity):
    waveform = wave(spoken)
    starts, ends = window_bounds(waveform.duration, 3.0, 0.5)
    windows = measure_quality(waveform, spoken_activity, starts, ends)[1]
    assert len(windows) == len(starts)
    expected = spoken_activity.seconds_within(starts, ends)
    np.testing.assert_allclose([window.speech for window in windows], expected)


def test_too_short_a_recording_is_refused():
    with pytest.raises(AudioError, match="E22"):
        refuse_unusable(wave(np.ones(RATE - 1)), AudioLimits())
    with pytest.raises(AudioError, match="E22"):
        refuse_unusable(wave(np.zeros(0)), AudioLimits())


@pytest.mark.parametrize("samples", [np.zeros(3 * RATE), np.full(3 * RATE, 0.3)])
def test_silence_is_refused_with_and_without_an_offset(samples):
    with pytest.raises(AudioError, match="E20"):
        refuse_unusable(wave(samples), AudioLimits())


def test_one_quiet_second_in_an_hour_is_not_silence():
    samples = np.zeros(60 * RATE)
    samples[30 * RATE : 31 * RATE] = np.random.default_rng(0).normal(0, 0.002, RATE)
    refuse_unusable(wave(samples), AudioLimits())
    refuse_unusable(wave(samples[30 * RATE : 31 * RATE]), AudioLimits())


def test_too_little_speech_is_refused():
    refuse_too_little_speech(SpeechActivity(np.array([[0.0, 1.0]])), AudioLimits())
    for spans in (np.zeros((0, 2)), np.array([[1.0, 1.9]])):
        with pytest.raises(AudioError, match="E21"):
            refuse_too_little_speech(SpeechActivity(spans), AudioLimits())


@pytest.mark.parametrize(("beside", "code"), [(-20.0, "E25"), (-90.0, "E20"), (np.nan, "E20")])
def test_a_silent_channel_leads_to_the_other_one_only_where_there_is_sound(beside, code):
    with pytest.raises(AudioError, match=code) as refusal:
        refuse_unusable(wave(np.zeros(3 * RATE)), AudioLimits(), "left", beside)
    says = "left channel is silent; the other one is not. Choose the other channel"
    assert (says in str(refusal.value)) is (code == "E25")


@pytest.mark.parametrize(("beside", "code"), [(-20.0, "E25"), (-90.0, "E21"), (np.nan, "E21")])
def test_a_channel_without_speech_leads_to_the_other_one_only_where_there_is_sound(beside, code):
    with pytest.raises(AudioError, match=code):
        refuse_too_little_speech(SpeechActivity(np.zeros((0, 2))), AudioLimits(), "right", beside)


def test_progress_rises_to_the_end():
    shares = []
    samples = np.zeros(200 * RATE)
    measure_quality(wave(samples), SPANS, *NO_WINDOWS, lambda *told: shares.append(told))
    assert shares == sorted(shares) and len(shares) > 2
    assert shares[-1] == (Stage.SPEECH, 1.0)
