"""A browser's picture is copied onto the voice's clock, so that a player can seek in it."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.audio.encoding import run_ffmpeg
from verhm.audio.banner import read_banner
from verhm.audio.picture_copy import copy_in_step, holds_picture
from verhm.errors import AudioError

RATE = 20  # frames per second


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Two seconds as a browser records them: without length and index."""
    path = tmp_path_factory.mktemp("film") / "camera.webm"
    source = f"testsrc=size=64x48:rate={RATE}:duration=2"
    live = ("-deadline", "realtime", "-f", "webm", "-live", "1")
    run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libvpx", *live, path)
    return path


def said_of(path: Path) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", path, "-c", "copy"]
    run = subprocess.run([*command, "-f", "framecrc", "-"], capture_output=True, check=True)
    return (run.stderr + run.stdout).decode()


def times(path: Path) -> list[float]:
    """When each frame is shown, in seconds."""
    found = re.findall(r"^0, +\d+, +(\d+),", said_of(path), re.M)
    return [int(each) / 1_000 for each in found]


@pytest.mark.parametrize("start", [0.137, 0.0, -0.21])
def test_each_frame_is_shown_when_the_voice_was_there(film, tmp_path, start):
    target = tmp_path / "kept.webm"
    copy_in_step(film, target, start)
    shown = times(target)
    meant = [start + number / RATE for number in range(len(shown))]
    assert len(shown) == 2 * RATE
    assert shown[0] == 0
    assert shown == sorted(set(shown))
    for time, moment in list(zip(shown, meant, strict=True))[1:]:
        assert time == pytest.approx(max(moment, 0.0), abs=0.006)


@pytest.fixture(scope="module")
def reordered(tmp_path_factory) -> Path:
    """Two seconds in which frames are decoded before ones that are shown earlier."""
    path = tmp_path_factory.mktemp("film") / "camera.mp4"
    source = f"testsrc2=size=64x48:rate={RATE}:duration=2"
    coded = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "20")
    live = ("-movflags", "frag_keyframe+empty_moov")
    run_ffmpeg("-f", "lavfi", "-i", source, *coded, *live, path)
    return path


def decoded(path: Path) -> list[tuple[float, str]]:
    """When each frame is shown, in seconds, and what it shows."""
    as_they_are = ("-fps_mode", "passthrough", "-enc_time_base", "demux", "-f", "framecrc", "-")
    told = run_ffmpeg("-copyts", "-i", path, *as_they_are).decode()
    [(numerator, denominator)] = re.findall(r"^#tb 0: (\d+)/(\d+)", told, re.M)
    found = re.findall(r"^0, +-?\d+, +(-?\d+),.*, (0x\w+)$", told, re.M)
    return [(int(time) * int(numerator) / int(denominator), crc) for time, crc in found]


@pytest.mark.parametrize("start", [0.137, 0.0, -0.21])
@pytest.mark.parametrize("source", ["reordered", "film"])
def test_frames_keep_their_order_and_how_long_they_are_shown(source, start, tmp_path, request):
    film = request.getfixturevalue(source)
    target = tmp_path / f"kept{film.suffix}"
    copy_in_step(film, target, start)
    before, after = decoded(film), decoded(target)
    assert [shown for _time, shown in after] == [shown for _time, shown in before]
    assert len({shown for _time, shown in before}) > RATE  # they can be told apart
    times = [time for time, _shown in after]
    assert times[0] == 0 and times == sorted(set(times))
    late = [pair for pair in pairwise(times) if pair[0] > max(start, 0.01)]
    assert len(late) >= 2 * RATE - 8
    for earlier, later in late:
        assert later - earlier == pytest.approx(1 / RATE, abs=0.0011)
    assert times[-1] == pytest.approx(2 - 1 / RATE + start, abs=0.002)


def test_packets_of_a_reordered_film_are_decoded_before_they_are_shown(reordered, tmp_path):
    copy_in_step(reordered, tmp_path / "kept.mp4", 0.1)
    found = re.findall(r"^0, +(-?\d+), +(-?\d+),", said_of(tmp_path / "kept.mp4"), re.M)
    decoding, showing = zip(*((int(first), int(second)) for first, second in found), strict=True)
    assert list(decoding) == sorted(set(decoding)) and list(showing) != sorted(showing)
    assert all(first <= second for first, second in zip(decoding, showing, strict=True))


def test_a_player_learns_how_long_it_is(film, tmp_path):
    target = tmp_path / "kept.webm"
    assert "Duration: N/A" in said_of(film)
    copy_in_step(film, target, 0.0)
    assert read_banner(said_of(target)).duration == pytest.approx(2.0, abs=0.06)


def test_a_picture_that_breaks_off_is_kept_as_far_as_it_came(film, tmp_path):
    part, target = tmp_path / "part.webm", tmp_path / "kept.webm"
    content = film.read_bytes()
    part.write_bytes(content[: len(content) // 2])
    copy_in_step(part, target, 0.0)
    assert 0.3 < times(target)[-1] < 1.9


def test_a_browser_that_records_mp4_is_understood(tmp_path):
    film, target = tmp_path / "camera.mp4", tmp_path / "kept.mp4"
    live = ("-pix_fmt", "yuv420p", "-bf", "0", "-movflags", "frag_keyframe+empty_moov")
    source = f"testsrc=size=64x48:rate={RATE}:duration=1"
    run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", *live, film)
    copy_in_step(film, target, 0.1)
    assert read_banner(said_of(target)).duration == pytest.approx(1.1, abs=0.06)
    assert target.read_bytes().find(b"moov") < target.read_bytes().find(b"mdat")


@pytest.mark.parametrize("content", [b"\x1a\x45\xdf\xa3" + bytes(400), b"no film at all", b""])
def test_what_cannot_be_shown_is_refused(tmp_path, content):
    film = tmp_path / "camera.webm"
    film.write_bytes(content)
    assert not holds_picture(film)
    with pytest.raises(AudioError, match=r"E1[139]"):
        copy_in_step(film, tmp_path / "kept.webm", 0.0)


def test_sound_in_a_films_container_is_no_picture(film, tmp_path, speech_path):
    run_ffmpeg("-i", speech_path, "-c:a", "libopus", tmp_path / "voice.webm")
    run_ffmpeg("-i", speech_path, "-c:a", "aac", tmp_path / "voice.mp4")
    assert not holds_picture(tmp_path / "voice.webm") and not holds_picture(tmp_path / "voice.mp4")
    assert holds_picture(film)
