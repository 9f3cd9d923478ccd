"""One channel of real files: the voice on it is kept, and nothing of the other."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from tests.audio.encoding import encode, tone, write_sound
from verhm.audio.media import decode
from verhm.errors import AudioError
from verhm.settings import AudioLimits

RATE = 16_000


@pytest.fixture(scope="module")
def voice(speech_path) -> np.ndarray:
    return decode(speech_path).waveform.samples


@pytest.fixture(scope="module")
def talk(voice, tmp_path_factory) -> Path:
    """Speech on the left, noise of the same level on the right."""
    noise = np.random.default_rng(0).normal(0, voice.std(), len(voice))
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    return write_sound(path, np.column_stack([voice, noise]), RATE)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Largest over shifts, because coders delay."""
    size = 2 * max(len(one), len(other))
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)))
    return float(product.max() / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("talk.wav", ("-ar", "48000")),
        ("talk.flac", ()),
        ("talk.mp3", ("-b:a", "192k")),
        ("talk.m4a", ("-b:a", "192k")),
        ("talk.opus", ("-b:a", "192k")),
    ],
)
def test_each_channel_is_kept_by_itself(name, options, talk, voice, tmp_path):
    path = encode(talk, tmp_path / f"coded-{name}", *options)
    heard = {
        channel: decode(path, channel=channel).waveform.samples
        for channel in ("left", "right", "all")
    }
    likeness = {channel: correlation(voice, samples) for channel, samples in heard.items()}
    assert likeness["left"] > 0.95
    assert likeness["right"] < 0.1
    assert likeness["all"] == pytest.approx(np.sqrt(0.5), abs=0.05)
    levels = [20 * np.log10(heard[channel].std()) for channel in ("left", "right")]
    assert levels[1] == pytest.approx(levels[0], abs=0.5)


def test_the_same_file_is_the_source_of_each_and_the_other_channel_s_level_is_known(talk, voice):
    left, both = decode(talk, channel="left"), decode(talk)
    assert left.source == both.source
    assert left.source.channels == 2
    assert left.other_level == pytest.approx(20 * np.log10(voice.std()), abs=0.2)
    assert np.isnan(both.other_level)


def test_a_long_file_takes_the_memory_of_one_channel(tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.1, (600 * RATE, 2)).astype(np.float32)
    path = write_sound(tmp_path / "long.wav", noise, RATE)
    tracemalloc.start()
    samples = decode(path, AudioLimits(longest=601.0), channel="right").waveform.samples
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(samples, noise[:, 1], atol=1e-4)
    # Beside the samples: what is read at once to find the file's fingerprint, 16 MiB.
    assert peak < samples.nbytes + 20e6 < noise.nbytes


def test_one_channel_has_no_left_and_right(speech_path):
    with pytest.raises(AudioError, match="E24 The recording has only one channel"):
        decode(speech_path, channel="left")


@pytest.mark.parametrize(("count", "name"), [(3, "three.wav"), (6, "cinema.m4a")])
def test_of_more_than_two_channels_nobody_knows_the_sides(count, name, talk, tmp_path):
    path = encode(talk, tmp_path / name, "-ac", str(count))
    with pytest.raises(AudioError, match=f"E24 The recording has {count} channels"):
        decode(path, channel="right")
    assert decode(path).source.channels == count


@pytest.mark.parametrize(
    ("name", "gain"),
    [("copy.wav", 1), ("copy.wav", -0.5), ("copy.mp3", 1), ("copy.m4a", 1), ("copy.opus", 1)],
)
def test_one_sound_on_both_channels_is_not_taken_for_two_people(name, gain, voice, tmp_path):
    copied = write_sound(tmp_path / "a.wav", np.column_stack([voice, gain * voice]), RATE)
    path = encode(copied, tmp_path / f"coded-{name}", "-b:a", "64k")
    with pytest.raises(AudioError, match="E24 Both channels"):
        decode(path, channel="left")


def test_a_silent_channel_is_read_as_it_is(tmp_path):
    sound = tone(300, 2.0, RATE)
    path = write_sound(tmp_path / "half.wav", np.column_stack([sound, 0 * sound]), RATE)
    right = decode(path, channel="right")
    assert not right.waveform.samples.any()
    assert right.other_level == pytest.approx(-9.0, abs=0.1)


def test_the_loudest_of_cancelling_channels_is_nobody_s_choice(voice, tmp_path):
    path = write_sound(tmp_path / "wired.wav", np.column_stack([voice, -0.9 * voice]), RATE)
    recording = decode(path)
    assert correlation(voice, recording.waveform.samples) > 0.99
    assert np.isnan(recording.other_level)


def test_what_is_no_recording_is_refused_as_ever(talk, tmp_path):
    path = tmp_path / "broken.wav"
    path.write_bytes(talk.read_bytes()[:5_000])
    with pytest.raises(AudioError, match="E14"):
        decode(path, channel="left")
    path.write_bytes(talk.read_bytes()[:44])
    with pytest.raises(AudioError, match=r"^E1[134]"):
        decode(path, channel="left")
