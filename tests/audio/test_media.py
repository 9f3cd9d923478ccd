import hashlib
import threading

import numpy as np
import pytest
import soundfile

from tests.audio.encoding import encode, film, stream, tone, write_sound
from verhm.audio.media import decode
from verhm.errors import AudioError, Cancelled
from verhm.settings import AudioLimits
from verhm.stages import Stage

FORMATS = [
    ("a.wav", (), "wav", "pcm_s16le"),
    ("eight.wav", ("-c:a", "pcm_u8"), "wav", "pcm_u8"),
    ("deep.wav", ("-c:a", "pcm_s24le"), "wav", "pcm_s24le"),
    ("deeper.wav", ("-c:a", "pcm_s32le"), "wav", "pcm_s32le"),
    ("float.wav", ("-c:a", "pcm_f32le"), "wav", "pcm_f32le"),
    ("studio.wav", ("-ar", "96000", "-ac", "2"), "wav", "pcm_s16le"),
    ("telephone.wav", ("-ar", "8000", "-c:a", "pcm_alaw"), "wav", "pcm_alaw"),
    ("large.wav", ("-rf64", "always"), "wav", "pcm_s16le"),
    ("a.mp3", (), "mp3", "mp3"),
    ("tagged.mp3", ("-metadata", "title=x\n  Stream #0:0: Audio: aac, 1 Hz"), "mp3", "mp3"),
    ("bare.mp3", ("-write_xing", "0", "-id3v2_version", "0"), "mp3", "mp3"),
    ("a.flac", (), "flac", "flac"),
    ("a.ogg", ("-c:a", "libvorbis"), "ogg", "vorbis"),
    ("a.opus", ("-c:a", "libopus"), "ogg", "opus"),
    ("a.webm", ("-c:a", "libopus"), "matroska", "opus"),
    ("a.m4a", (), "mov", "aac"),
    ("fast.m4a", ("-movflags", "+faststart"), "mov", "aac"),
    (
        "live.m4a",
        ("-movflags", "+frag_keyframe+empty_moov", "-frag_duration", "1000000"),
        "mov",
        "aac",
    ),
    ("lossless.m4a", ("-c:a", "alac"), "mov", "alac"),
    ("a.aac", (), "aac", "aac"),
    ("a.mov", ("-c:a", "pcm_s16le"), "mov", "pcm_s16le"),
]


@pytest.fixture(scope="module")
def spoken(speech_path):
    """The speech as decoded from its WAV file."""
    return decode(speech_path).waveform


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Largest correlation over all shifts, because coders delay."""
    size = 2 * max(len(first), len(second))
    product = np.fft.irfft(np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size)))
    return float(product.max() / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.parametrize(("name", "options", "container", "codec"), FORMATS)
def test_every_format_gives_the_same_speech(
    name, options, container, codec, speech_path, spoken, tmp_path
):
    path = encode(speech_path, tmp_path / name, *options)
    recording = decode(path)
    assert (recording.source.container, recording.source.codec) == (container, codec)
    assert recording.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert recording.waveform.sample_rate == 16_000
    assert recording.waveform.duration == pytest.approx(spoken.duration, abs=0.1)
    assert likeness(spoken.samples, recording.waveform.samples) > 0.9


def test_the_source_is_described(speech_path, tmp_path):
    source = decode(encode(speech_path, tmp_path / "a.wav", "-ar", "44100", "-ac", "2")).source
    assert (source.sample_rate, source.channels) == (44_100, 2)


@pytest.mark.parametrize("kind", ["webm", "wav", "ogg"])
def test_recordings_without_a_length_are_accepted(kind, speech_path, spoken, tmp_path):
    path = stream(speech_path, tmp_path / f"live.{kind}", kind)
    assert decode(path).waveform.duration == pytest.approx(spoken.duration, abs=0.05)


def test_a_live_recording_that_breaks_off_keeps_what_it_has(speech_path, tmp_path):
    path = stream(speech_path, tmp_path / "live.webm", "webm", "-c:a", "libopus")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert decode(path).waveform.duration > 2.0


def test_the_sound_of_a_film_is_found(speech_path, spoken, tmp_path):
    path = film(tmp_path / "film.mp4", "-i", speech_path)
    assert decode(path).waveform.duration == pytest.approx(spoken.duration, abs=0.05)


@pytest.mark.parametrize("sample_rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_resampling_keeps_duration_and_frequency(sample_rate, tmp_path):
    path = write_sound(tmp_path / "tone.wav", tone(1_000, 3.0, sample_rate), sample_rate)
    waveform = decode(path).waveform
    assert waveform.duration == pytest.approx(3.0, abs=1e-3)
    spectrum = np.abs(np.fft.rfft(waveform.samples[:32_000]))
    assert np.argmax(spectrum) / 2 == pytest.approx(1_000, abs=1)
    assert np.abs(waveform.samples[8_000:32_000]).max() == pytest.approx(0.5, abs=0.01)


def test_tones_above_the_new_band_do_not_fold_back(tmp_path):
    path = write_sound(tmp_path / "high.wav", tone(11_000, 2.0, 44_100), 44_100)
    assert np.abs(decode(path).waveform.samples[1_600:-1_600]).max() < 1e-3


def test_channels_are_averaged(tmp_path):
    voice = tone(300, 2.0, 16_000)
    path = write_sound(tmp_path / "left.wav", np.column_stack([voice, 0 * voice]), 16_000)
    np.testing.assert_allclose(decode(path).waveform.samples, voice / 2, atol=1e-4)


def test_channels_of_opposite_sign_do_not_vanish(tmp_path):
    voice = tone(300, 2.0, 16_000)
    path = write_sound(tmp_path / "wired.wav", np.column_stack([0.8 * voice, -voice]), 16_000)
    recording = decode(path)
    np.testing.assert_allclose(np.abs(recording.waveform.samples), np.abs(voice), atol=1e-4)
    assert recording.source.channels == 2


@pytest.mark.parametrize("channels", [3, 6, 8, 13])
def test_any_number_of_channels_is_read(channels, tmp_path):
    voice = np.repeat(tone(300, 1.5, 16_000)[:, None], channels, axis=1)
    recording = decode(write_sound(tmp_path / "many.wav", voice, 16_000))
    assert recording.source.channels == channels
    np.testing.assert_allclose(recording.waveform.samples, voice[:, 0], atol=1e-4)


def test_samples_beyond_full_scale_are_set_to_it(tmp_path):
    path = write_sound(tmp_path / "loud.wav", 3 * tone(300, 2.0, 16_000), 16_000, "FLOAT")
    samples = decode(path).waveform.samples
    assert samples.max() == 1.0
    assert samples.min() == -1.0


def test_silence_is_decoded_like_any_sound(tmp_path):
    path = write_sound(tmp_path / "still.wav", np.zeros((32_000, 2)), 16_000)
    assert not decode(path).waveform.samples.any()


def test_names_are_not_taken_for_addresses_or_options(speech_path, spoken, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a|b.wav", "-i.wav", "100%d.wav", "ein Wort, ümläut 'x'.wav"):
        path = tmp_path / name
        path.write_bytes(speech_path.read_bytes())
        assert decode(path.relative_to(tmp_path)).waveform.duration == spoken.duration


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path / "nothing.wav", tmp_path):
        with pytest.raises(AudioError, match="E10"):
            decode(path)


def test_the_duration_counts_and_not_the_size_of_the_file(tmp_path):
    path = write_sound(tmp_path / "slow.wav", tone(1, 1_000.0, 100), 100)
    with pytest.raises(AudioError, match="E15"):
        decode(path, AudioLimits(longest=500.0))


def test_the_longest_recording_is_accepted(tmp_path):
    path = write_sound(tmp_path / "just.wav", tone(300, 3.0, 16_000), 16_000)
    assert decode(path, AudioLimits(longest=3.0)).waveform.duration == 3.0
    with pytest.raises(AudioError, match="E15"):
        decode(path, AudioLimits(longest=2.999))


def test_decoding_that_takes_too_long_is_ended(speech_path):
    with pytest.raises(AudioError, match="E16"):
        decode(speech_path, AudioLimits(decode_timeout=0.0))


def test_cancelling_ends_the_program(started, speech_path, tmp_path):
    path = encode(speech_path, tmp_path / "long.wav", "-af", "aloop=20:300000", "-ar", "48000")
    started.clear()

    def cancel(stage, share):
        if started:
            raise Cancelled

    threads = threading.active_count()
    with pytest.raises(Cancelled):
        decode(path, progress=cancel)
    assert [process.poll() is not None for process in started] == [True]
    assert threading.active_count() == threads


def test_reading_a_file_can_be_cancelled_before_ffmpeg_is_started(speech_path, monkeypatch):
    def cancel(stage, share):
        raise Cancelled

    monkeypatch.setattr("verhm.audio.media._read", None)
    with pytest.raises(Cancelled):
        decode(speech_path, progress=cancel)


def test_progress_rises_to_the_end(speech_path):
    shares = []
    decode(speech_path, progress=lambda stage, share: shares.append((stage, share)))
    assert {stage for stage, _ in shares} == {Stage.DECODE}
    assert shares == sorted(shares)
    assert shares[-1][1] == pytest.approx(1.0, abs=0.01)


def test_sound_written_as_float_is_read_exactly(tmp_path):
    samples = np.random.default_rng(0).uniform(-1, 1, 40_000).astype(np.float32)
    soundfile.write(tmp_path / "exact.wav", samples, 16_000, "FLOAT")
    np.testing.assert_array_equal(decode(tmp_path / "exact.wav").waveform.samples, samples)


def test_a_missing_ffmpeg_is_no_fault_of_the_file(speech_path, tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "ffmpeg"))
    with pytest.raises(AudioError, match=r"E10 .*ffmpeg did not start"):
        decode(speech_path)
