"""The picture of real films, upright and in step with their sound."""

import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.audio.encoding import run_ffmpeg, tone, write_sound
from verhm.audio import picture_stream
from verhm.audio.media import decode, look_at_picture, open_picture
from verhm.audio.picture_stream import read_first_frame
from verhm.errors import AudioError, Cancelled

SHAPE = (64, 96)
RATE = 30.0


def two_halves(path: Path, *options: str | Path, size: str = "120x90") -> Path:
    """A second of red at the left and blue at the right."""
    picture = f"color=red:size={size}:rate=25:duration=1,drawbox=x=iw/2:w=iw/2:color=blue:t=fill"
    run_ffmpeg("-f", "lavfi", "-i", picture, *options, path)
    return path


def turned(path: Path, degrees: int) -> Path:
    """The two halves, to be turned anticlockwise when shown."""
    upright = two_halves(path.with_name("upright.mp4"))
    run_ffmpeg("-display_rotation", str(degrees), "-i", upright, "-c", "copy", path)
    return path


def clap(
    folder: Path, name: str, *codecs: str, picture_late: float = 0.0, sound_late: float = 0.0
) -> Path:
    """A film of 3 s that is dark, and silent, up to its clock's time 1.5."""
    samples = np.zeros(round((3.0 - sound_late) * 48_000))
    begin = round((1.5 - sound_late) * 48_000)
    samples[begin : begin + 480] = 0.9
    sound = write_sound(folder / "clap.wav", samples, 48_000)
    flash = f"drawbox=color=white:t=fill:enable='gte(t,{1.5 - picture_late})'"
    lasts = 3.0 - picture_late
    picture = f"color=black:size=96x64:rate=50:duration={lasts},format=yuv420p,{flash}"
    inputs = ("-itsoffset", str(picture_late), "-f", "lavfi", "-i", picture)
    run_ffmpeg(*inputs, "-itsoffset", str(sound_late), "-i", sound, *codecs, folder / name)
    return folder / name


def frames(path: Path, seconds: float, shape: tuple[int, int] = SHAPE) -> list[np.ndarray | None]:
    """What is shown at the middle of each frame of a video with the film's sound."""
    with open_picture(path, look_at_picture(path), shape, RATE) as stream:
        found = (stream.at((number + 0.5) / RATE) for number in range(round(seconds * RATE)))
        return [None if each is None else each.copy() for each in found]


def first_bright(shown: list[np.ndarray | None]) -> float:
    is_bright = [each is not None and each.mean() > 128 for each in shown]
    return is_bright.index(True) / RATE


def click(path: Path) -> float:
    waveform = decode(path).waveform
    return float(np.argmax(np.abs(waveform.samples) > 0.3) / waveform.sample_rate)


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("clap.mp4", ("-c:v", "libx264", "-c:a", "aac")),
        ("clap.mov", ("-c:v", "mjpeg", "-c:a", "pcm_s16le")),
        ("clap.webm", ("-c:v", "libvpx", "-c:a", "libopus", "-deadline", "realtime")),
        ("clap.mkv", ("-c:v", "libx264", "-bf", "3", "-c:a", "aac")),
    ],
)
@pytest.mark.parametrize(("picture_late", "sound_late"), [(0, 0), (0.6, 0), (0, 0.7)])
def test_flash_and_click_come_together(name, codecs, picture_late, sound_late, tmp_path):
    path = clap(tmp_path, name, *codecs, picture_late=picture_late, sound_late=sound_late)
    heard = click(path)
    assert heard == pytest.approx(1.5 - sound_late, abs=0.03)
    assert first_bright(frames(path, 2.2)) == pytest.approx(heard, abs=1 / RATE + 0.01)


def test_a_gap_in_the_sound_is_left_out_of_the_picture_too(tmp_path):
    whole = clap(tmp_path, "whole.mkv", "-c:v", "libx264", "-c:a", "pcm_s16le")
    path = tmp_path / "gap.mkv"
    cut = ("-af", "aselect='not(between(t,0.5,1.2))'", "-c:v", "copy", "-c:a", "pcm_s16le")
    run_ffmpeg("-i", whole, *cut, path)
    heard = click(path)
    assert 0.6 < heard < 0.9
    assert first_bright(frames(path, 1.8)) == pytest.approx(heard, abs=1 / RATE + 0.02)


def test_a_changing_frame_rate_keeps_the_time(tmp_path):
    path = tmp_path / "irregular.mp4"
    whole = clap(tmp_path, "whole.mp4")
    few = "select='if(lt(t,1),not(mod(n,17)),not(mod(n,3)))'"
    run_ffmpeg("-i", whole, "-vf", few, "-fps_mode", "vfr", "-c:a", "copy", path)
    assert first_bright(frames(path, 2.2)) == pytest.approx(1.5, abs=0.09)
    assert len(frames(path, 2.2)) == 66


def colours(picture: np.ndarray) -> dict[str, str]:
    """Which of red and blue is at each side of the middle."""
    height, width = picture.shape[:2]
    places = {
        "top": (height // 4, width // 2),
        "bottom": (3 * height // 4, width // 2),
        "left": (height // 2, width // 4),
        "right": (height // 2, 3 * width // 4),
    }
    return {
        side: "red" if picture[at][0] > picture[at][2] else "blue" for side, at in places.items()
    }


@pytest.mark.parametrize(
    ("degrees", "aspect", "red", "blue"),
    [(90, 3 / 4, "bottom", "top"), (-90, 3 / 4, "top", "bottom"), (180, 4 / 3, "right", "left")],
)
def test_a_turned_film_is_shown_upright(degrees, aspect, red, blue, tmp_path):
    path = turned(tmp_path / "turned.mp4", degrees)
    assert look_at_picture(path).aspect == pytest.approx(aspect)
    shape = (64, 2 * round(32 * aspect))
    # A film without sound is no recording, but its clock is its own.
    [picture] = frames(path, 1 / RATE, shape)
    assert (colours(picture)[red], colours(picture)[blue]) == ("red", "blue")


@pytest.mark.parametrize("size", ["121x67", "67x121", "33x33"])
def test_odd_sizes_are_shown_with_margins(size, tmp_path):
    path = two_halves(tmp_path / "odd.mp4", "-pix_fmt", "yuv444p", size=size)
    width, height = map(int, size.split("x"))
    assert look_at_picture(path).aspect == pytest.approx(width / height)
    [picture] = frames(path, 1 / RATE)
    assert picture.shape == (*SHAPE, 3)
    is_picture = picture.astype(int).max(axis=2) > 100
    rows, columns = np.flatnonzero(is_picture.any(axis=1)), np.flatnonzero(is_picture.any(axis=0))
    shown = (columns[-1] - columns[0] + 1) / (rows[-1] - rows[0] + 1)
    assert shown == pytest.approx(width / height, rel=0.08)
    # In the middle of its place.
    assert abs(rows[0] - (SHAPE[0] - 1 - rows[-1])) <= 2
    assert abs(columns[0] - (SHAPE[1] - 1 - columns[-1])) <= 2


def test_pixels_that_are_not_square_are_shown_as_meant(tmp_path):
    path = two_halves(tmp_path / "wide.mp4", "-vf", "setsar=2/1", size="60x90")
    assert look_at_picture(path).aspect == pytest.approx(120 / 90)


def test_a_film_that_changes_its_size_goes_on(tmp_path):
    sizes = ("120x90", "90x120")
    parts = [two_halves(tmp_path / f"{size}.ts", "-c:v", "libx264", size=size) for size in sizes]
    path = tmp_path / "both.mkv"
    joined = "concat:" + "|".join(map(str, parts))
    run_ffmpeg("-i", joined, "-c", "copy", path)
    shown = frames(path, 1.9)
    assert sum(each is not None for each in shown) >= 55
    first, last = (np.flatnonzero(shown[at].max(axis=(0, 2)) > 100) for at in (3, -3))
    assert len(first) > 1.5 * len(last)


def test_before_its_start_and_after_its_end_a_film_shows_nothing(tmp_path):
    path = clap(tmp_path, "late.mp4", picture_late=0.6)
    longer = tmp_path / "longer.mp4"
    sound = write_sound(tmp_path / "long.wav", tone(300, 5.0, 48_000), 48_000)
    run_ffmpeg("-i", path, "-i", sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", longer)
    is_shown = [each is not None for each in frames(longer, 5.0)]
    first, last = is_shown.index(True), len(is_shown) - is_shown[::-1].index(True)
    assert first / RATE == pytest.approx(0.6, abs=2 / RATE)
    assert last / RATE == pytest.approx(3.0, abs=2 / RATE)
    assert all(is_shown[first:last])


def test_a_film_longer_than_what_is_asked_of_it_is_not_waited_for(tmp_path):
    path = clap(tmp_path, "long.mp4")
    start = time.monotonic()
    assert len(frames(path, 0.1)) == 3
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("name", ["sound.wav", "sound.m4a", "cover.m4a", "sound.webm", "vast.mp4"])
def test_what_has_no_picture_to_show_is_refused(name, tmp_path):
    sound = write_sound(tmp_path / "tone.wav", tone(300, 1.0, 16_000), 16_000)
    path, extra = tmp_path / name, ()
    if name.startswith("cover"):
        cover = tmp_path / "cover.png"
        run_ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1", cover)
        extra = (
            "-i",
            cover,
            "-map",
            "0",
            "-map",
            "1",
            "-disposition:v",
            "attached_pic",
            "-c:v",
            "mjpeg",
        )
    if name.startswith("vast"):
        extra = ("-f", "lavfi", "-i", "color=red:size=5000x2000:rate=1:duration=1")
    run_ffmpeg("-i", sound, *extra, path)
    with pytest.raises(AudioError, match="E19"):
        look_at_picture(path)


def test_other_faults_are_named_as_in_decoding(tmp_path):
    (tmp_path / "list.mp4").write_text("#EXTM3U\n")
    with pytest.raises(AudioError, match="E12"):
        look_at_picture(tmp_path / "list.mp4")
    with pytest.raises(AudioError, match="E10"):
        look_at_picture(tmp_path / "nothing.mp4")


def test_work_can_be_cancelled_while_the_decoder_hangs(tmp_path, started):
    path = clap(tmp_path, "clap.mp4")
    picture, threads = look_at_picture(path), threading.active_count()
    started.clear()
    asked = []

    def waiting() -> None:
        if len(started) == 2:  # the decoder of the picture, after the reader of the sound's times
            asked.append(True)
            raise Cancelled

    with (
        pytest.raises(Cancelled),
        open_picture(path, picture, (1080, 1620), RATE, waiting) as stream,
    ):
        started[1].send_signal(signal.SIGSTOP)
        for number in range(60):
            stream.at(number / RATE)
    assert asked and started[1].poll() is not None
    assert threading.active_count() <= threads


def test_a_decoder_that_hangs_is_no_end_of_the_picture(tmp_path, started, monkeypatch):
    monkeypatch.setattr(picture_stream, "READ_TIME", 0.3)
    path = clap(tmp_path, "clap.mp4")
    with open_picture(path, look_at_picture(path), (1080, 1620), RATE) as stream:
        started[-1].send_signal(signal.SIGSTOP)
        with pytest.raises(AudioError, match="E16"):
            for number in range(60):
                stream.at(number / RATE)


def test_an_unknown_shape_of_pixels_is_taken_as_square():
    said = "[showinfo] n:   0 pts:      0 pts_time:0.04 fmt:gray sar:0/1 s:90x120 i:P"
    assert read_first_frame(said) == (0.75, 0.04)
    assert read_first_frame("Stream map matches no streams") is None
