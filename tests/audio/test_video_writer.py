import re
import signal
import subprocess
import time

import imageio_ffmpeg
import numpy as np
import pytest

from tests.audio.encoding import encode, film, run_ffmpeg, tone
from verhm.audio import media, video_writer
from verhm.audio.media import decode, open_video
from verhm.audio.video_writer import write_wav
from verhm.errors import AudioError, Cancelled, RenderError
from verhm.settings import AudioLimits
from verhm.types import Waveform

SIZE = 64
SHAPE = (SIZE, SIZE)


def frames(count: int) -> list[np.ndarray]:
    """Grey frames, each a little lighter than the one before."""
    return [np.full((SIZE, SIZE, 3), 20 + index % 200, dtype=np.uint8) for index in range(count)]


def write_video(path, count, frame_rate, audio):
    with open_video(path, SHAPE, frame_rate, audio) as video:
        for frame in frames(count):
            video.write(frame)


def read_frames(path) -> np.ndarray:
    """(F, SIZE, SIZE) brightness."""
    raw = run_ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
    return np.frombuffer(raw, np.uint8).reshape(-1, SIZE, SIZE)


def describe(path) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", path]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stderr


@pytest.fixture
def voice() -> Waveform:
    return Waveform(tone(300, 3.0, 16_000).astype(np.float32), 16_000)


@pytest.mark.parametrize("frame_rate", [10.0, 25.0, 30.0, 60.0])
def test_sound_and_picture_last_equally_long(frame_rate, voice, tmp_path):
    path = tmp_path / "face.mp4"
    write_video(path, round(3.0 * frame_rate), frame_rate, voice)
    assert len(read_frames(path)) == round(3.0 * frame_rate)
    assert decode(path).waveform.duration == pytest.approx(3.0, abs=1 / 60)
    assert [found.name for found in tmp_path.iterdir()] == ["face.mp4"]


def test_a_click_and_a_flash_stay_together(tmp_path):
    samples = np.zeros(48_000, dtype=np.float32)
    samples[24_000:24_400] = 0.9
    path = tmp_path / "face.mp4"
    with open_video(path, SHAPE, 30.0, Waveform(samples, 16_000)) as video:
        for index in range(90):
            video.write(np.full((SIZE, SIZE, 3), 255 * (index >= 45), dtype=np.uint8))
    flash = np.argmax(read_frames(path).mean(axis=(1, 2)) > 128) / 30
    click = np.argmax(np.abs(decode(path).waveform.samples) > 0.3) / 16_000
    assert flash == pytest.approx(1.5)
    assert click == pytest.approx(1.5, abs=0.01)


def test_browsers_can_play_it(voice, tmp_path):
    path = tmp_path / "face.mp4"
    write_video(path, 30, 30.0, voice)
    text = describe(path)
    assert re.search(r"Video: h264 .*yuv420p.* 64x64, .* 30 fps", text)
    assert re.search(r"Audio: aac \(LC\).* 48000 Hz, mono", text)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index must come first"


def test_the_original_sound_is_taken_from_a_file_without_its_tags(speech_path, tmp_path):
    options = ("-ac", "2", "-metadata", "title=somebody")
    audio = encode(speech_path, tmp_path / "voice.m4a", *options)
    path = tmp_path / "face.mp4"
    write_video(path, 60, 30.0, audio)
    assert "stereo" in describe(path)
    assert b"somebody" not in path.read_bytes()
    spoken, taken = decode(audio).waveform, decode(path).waveform
    assert taken.duration == pytest.approx(spoken.duration, abs=0.03)
    assert np.corrcoef(spoken.samples[:60_000], taken.samples[:60_000])[0, 1] > 0.95


def test_a_late_start_of_a_film_is_closed_as_in_decoding(speech_path, tmp_path):
    late = film(tmp_path / "late.mp4", "-itsoffset", "0.7", "-i", speech_path)
    path = tmp_path / "face.mp4"
    write_video(path, 60, 30.0, late)
    spoken, taken = decode(late).waveform, decode(path).waveform
    assert np.corrcoef(spoken.samples[:60_000], taken.samples[:60_000])[0, 1] > 0.95


def test_a_silent_video(tmp_path):
    write_video(tmp_path / "face.mp4", 10, 30.0, None)
    assert "Audio" not in describe(tmp_path / "face.mp4")


def test_a_failure_leaves_nothing_and_spares_what_was_there(voice, tmp_path):
    path = tmp_path / "face.mp4"
    path.write_bytes(b"the video of before")
    with pytest.raises(KeyError), open_video(path, SHAPE, 30.0, voice) as video:
        video.write(frames(1)[0])
        raise KeyError
    assert path.read_bytes() == b"the video of before"
    assert [found.name for found in tmp_path.iterdir()] == ["face.mp4"]


def test_the_encoder_s_death_is_reported_and_does_not_hang(voice, tmp_path, started):
    with (
        pytest.raises(RenderError, match="E42"),
        open_video(tmp_path / "face.mp4", SHAPE, 30.0, voice) as video,
    ):
        started[0].kill()
        for frame in frames(1_000):
            video.write(frame)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 1_000])
def test_an_encoder_that_hangs_is_reported_in_time(count, tmp_path, started, monkeypatch):
    monkeypatch.setattr(video_writer, "WRITE_TIME", 0.5)
    monkeypatch.setattr(video_writer, "FINISH_TIME", 0.5)
    begun = time.monotonic()
    with (
        pytest.raises(RenderError, match=r"E42 .*stopped answering"),
        open_video(tmp_path / "face.mp4", SHAPE, 30.0, None) as video,
    ):
        started[0].send_signal(signal.SIGSTOP)
        for frame in frames(count):
            video.write(frame)
    assert time.monotonic() - begun < 10
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 1_000])
def test_work_can_be_cancelled_while_the_encoder_hangs(count, tmp_path, started):
    def cancel():
        raise Cancelled

    begun = time.monotonic()
    with (
        pytest.raises(Cancelled),
        open_video(tmp_path / "face.mp4", SHAPE, 30.0, None, cancel) as video,
    ):
        started[0].send_signal(signal.SIGSTOP)
        for frame in frames(count):
            video.write(frame)
    assert time.monotonic() - begun < 10
    assert not list(tmp_path.iterdir())


def test_sound_that_takes_too_long_to_read_is_not_called_damaged(
    speech_path, tmp_path, monkeypatch
):
    monkeypatch.setattr(media, "_LIMITS", AudioLimits(decode_timeout=0.0))
    with pytest.raises(AudioError, match="E16"):
        write_video(tmp_path / "face.mp4", 10, 30.0, speech_path)


def test_an_encoder_that_cannot_be_started(tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "ffmpeg"))
    with pytest.raises(RenderError, match=r"E42 .*ffmpeg did not start"):
        write_video(tmp_path / "face.mp4", 1, 30.0, None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("with_sound", [True, False])
def test_a_folder_that_is_not_there(with_sound, voice, tmp_path):
    with pytest.raises(RenderError, match="E42"):
        write_video(tmp_path / "no" / "face.mp4", 300, 30.0, voice if with_sound else None)


def test_unfit_sound_is_refused_as_in_decoding(tmp_path):
    (tmp_path / "list.wav").write_text("#EXTM3U\n")
    with pytest.raises(AudioError, match="E12"):
        write_video(tmp_path / "face.mp4", 10, 30.0, tmp_path / "list.wav")


def test_a_film_without_sound_is_refused_as_in_decoding(tmp_path):
    silent = tmp_path / "silent.mp4"
    write_video(silent, 10, 30.0, None)
    with pytest.raises(AudioError, match="E17"):
        write_video(tmp_path / "face.mp4", 10, 30.0, silent)
    assert [found.name for found in tmp_path.iterdir()] == ["silent.mp4"]


def test_frames_of_another_size_are_our_own_mistake(tmp_path):
    with (
        pytest.raises(ValueError, match="a frame must be"),
        open_video(tmp_path / "face.mp4", SHAPE, 30.0, None) as video,
    ):
        video.write(np.zeros((SIZE, SIZE + 2, 3), dtype=np.uint8))


def test_sound_survives_its_wav_file(voice, tmp_path):
    write_wav(tmp_path / "voice.wav", voice)
    read = decode(tmp_path / "voice.wav").waveform
    np.testing.assert_allclose(read.samples, voice.samples, atol=1 / 32_768)
