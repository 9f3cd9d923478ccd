import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy import signal

from verhm.audio import activity
from verhm.audio.activity import detect_speech, speech_gain
from verhm.audio.levels import contains
from verhm.audio.media import decode
from verhm.errors import Cancelled
from verhm.stages import Stage
from verhm.types import Waveform

RATE = 16_000


@pytest.fixture(scope="module")
def spoken(speech_path) -> np.ndarray:
    return decode(speech_path).waveform.samples


def wave(samples: np.ndarray) -> Waveform:
    return Waveform(samples.astype(np.float32), RATE)


def spoken_share(samples: np.ndarray) -> float:
    waveform = wave(samples)
    return detect_speech(waveform).seconds / waveform.duration


def agreement(first: Waveform, second: Waveform) -> float:
    """Share of the time at which the same is found in both."""
    times = np.arange(0, first.duration, 0.01)
    return float(
        np.mean(contains(detect_speech(first), times) == contains(detect_speech(second), times))
    )


def test_speech_is_found_where_it_is(spoken):
    spans = detect_speech(wave(np.pad(spoken, (3 * RATE, 2 * RATE)))).spans
    assert spans[0, 0] == pytest.approx(3.0, abs=0.2)
    assert spans[-1, 1] == pytest.approx(3.0 + len(spoken) / RATE, abs=0.4)
    assert np.sum(spans[:, 1] - spans[:, 0]) > 0.8 * len(spoken) / RATE


@pytest.mark.parametrize("gain", [-50.0, -25.0, 6.0])
def test_the_level_makes_no_difference(gain, spoken):
    louder = wave(spoken * 10 ** (gain / 20))
    assert agreement(wave(spoken), louder) > 0.99


def test_a_quiet_voice_after_a_loud_one_is_found(spoken):
    both = wave(np.concatenate([spoken, spoken * 0.06]))
    half = len(spoken) / RATE
    loud, quiet = detect_speech(both).seconds_within(
        np.array([0.0, half]), np.array([half, 2 * half])
    )
    assert quiet > 0.9 * loud


@pytest.mark.parametrize("snr", [20.0, 10.0])
def test_speech_is_found_in_noise(snr, spoken):
    level = np.sqrt(np.mean(spoken**2)) * 10 ** (-snr / 20)
    noise = np.random.default_rng(0).normal(0, level, len(spoken))
    assert agreement(wave(spoken), wave(spoken + noise)) > 0.9


@pytest.mark.parametrize("level", [0.3, 0.003])
def test_what_is_not_speech_is_not_taken_for_it(level):
    times = np.arange(20 * RATE) / RATE
    rng = np.random.default_rng(0)
    sounds = {
        "silence": np.zeros(len(times)),
        "white noise": rng.normal(0, 0.3, len(times)),
        "brown noise": signal.lfilter([0.05], [1, -0.99], rng.normal(0, 1, len(times))),
        "tone": np.sin(2 * np.pi * 440 * times),
        "mains": sum(np.sin(2 * np.pi * 50 * k * times) / k for k in range(1, 9)),
        "clicks": (rng.random(len(times)) < 1e-4).astype(float),
    }
    found = {name: spoken_share(sound * level) for name, sound in sounds.items()}
    assert max(found.values()) < 0.05, found


def test_stretches_side_by_side_find_what_one_after_the_other_finds(spoken, monkeypatch):
    waveform = wave(np.tile(spoken, 6))
    side_by_side = detect_speech(waveform)
    monkeypatch.setattr(activity, "_STRETCH", len(waveform.samples) // 512 + 1)
    one_by_one = detect_speech(waveform)
    times = np.arange(0, waveform.duration, 0.01)
    assert np.mean(contains(side_by_side, times) == contains(one_by_one, times)) > 0.99


def test_the_same_recording_gives_the_same_spans(spoken):
    first, second = detect_speech(wave(spoken)), detect_speech(wave(spoken))
    np.testing.assert_array_equal(first.spans, second.spans)


@pytest.mark.parametrize("count", [1, 100, 511, 512, 513, 16_000])
def test_any_length_is_accepted(count):
    assert detect_speech(wave(np.full(count, 0.1))).seconds == 0.0


def test_spans_lie_within_the_recording(spoken):
    cut = wave(spoken[: 4 * RATE + 77])
    spans = detect_speech(cut).spans
    assert spans[0, 0] >= 0
    assert spans[-1, 1] <= cut.duration


def test_other_sample_rates_are_our_own_mistake():
    with pytest.raises(ValueError, match="16000 Hz"):
        detect_speech(Waveform(np.zeros(8_000, dtype=np.float32), 8_000))


def test_progress_is_told_and_can_cancel(spoken):
    told = []
    detect_speech(wave(spoken), lambda stage, share: told.append((stage, share)))
    assert told[-1] == (Stage.SPEECH, 1.0)
    assert told == sorted(told) and len(told) > 2, "seconds of work need more than one report"

    def cancel(stage, share):
        raise Cancelled

    with pytest.raises(Cancelled):
        detect_speech(wave(spoken), cancel)


def test_torch_keeps_its_threads():
    program = (
        "import numpy as np, torch; torch.set_num_threads(3); "
        "from verhm.audio.activity import detect_speech; from verhm.types import Waveform; "
        "detect_speech(Waveform(np.zeros(9000, np.float32), 16000)); "
        "assert torch.get_num_threads() == 3"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
    assert torch.get_num_threads() >= 1


def test_gain_brings_loud_frames_to_one_level(spoken):
    gain = speech_gain(spoken)
    np.testing.assert_allclose(speech_gain(spoken * 0.01), gain * 100, rtol=1e-3)
    levels = [
        np.sqrt(np.mean(spoken[512 * i : 512 * (i + 1)] ** 2)) * factor
        for i, factor in enumerate(gain)
    ]
    assert np.percentile(levels, 95) == pytest.approx(1.0, rel=0.3)
    assert np.abs(np.diff(np.log(gain))).max() < 0.1
