import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from tests.factories import make_waveform
from verhm.audio.media import decode
from verhm.errors import Cancelled, RenderError
from verhm.face import drawing
from verhm.face.drawing import draw_frames
from verhm.face.video import render_video
from verhm.labels import MORPHS
from verhm.settings import VideoSettings
from verhm.stages import Stage
from verhm.types import MorphSequence

pytestmark = pytest.mark.model
SMALL = VideoSettings(size=128)


def talking(frames: int, rate: float = 30.0) -> MorphSequence:
    weights = np.zeros((frames, len(MORPHS)), np.float32)
    weights[:, MORPHS.index("jawOpen")] = np.sin(np.arange(frames) * 0.7) ** 2
    return MorphSequence(weights, rate)


@pytest.mark.parametrize(("frames", "rate"), [(1, 30.0), (47, 30.0), (30, 25.0)])
def test_a_video_has_a_frame_per_row_and_sound_as_long(tmp_path, frames, rate):
    path = tmp_path / "face.mp4"
    seconds = frames / rate
    render_video(talking(frames, rate), make_waveform(seconds), path, SMALL)
    counted, shown = imageio_ffmpeg.count_frames_and_secs(path)
    assert counted == frames
    assert shown == pytest.approx(seconds, abs=1 / rate)
    if seconds > 1:
        assert decode(path).waveform.duration == pytest.approx(seconds, abs=1 / rate)


def test_frames_come_in_order_however_many_draw():
    morphs = talking(9)
    alone, together = (list(draw_frames(morphs, SMALL, workers=count)) for count in (1, 2))
    np.testing.assert_array_equal(alone, together)
    assert not np.array_equal(alone[0], alone[2])


def test_few_frames_start_one_process_and_many_two(workers):
    for count, started in ((drawing.PAYS, 1), (drawing.PAYS + 1, 2)):
        with contextlib.closing(draw_frames(talking(count), SMALL)) as frames:
            next(frames)
        assert len(workers) == min(drawing.WORKERS, started)
        workers.clear()


def test_progress_rises_to_the_end(tmp_path):
    shares = []
    render_video(
        talking(10),
        make_waveform(0.4),
        tmp_path / "face.mp4",
        SMALL,
        lambda stage, share: shares.append((stage, share)),
    )
    assert shares[0] == (Stage.RENDER, 0.0) and shares[-1] == (Stage.RENDER, 1.0)
    assert shares == sorted(shares, key=lambda pair: pair[1])


def test_cancelling_is_quick_and_leaves_nothing(tmp_path):
    def cancel(stage: Stage, share: float) -> None:
        if share > 0.01:
            raise Cancelled

    start = time.perf_counter()
    with pytest.raises(Cancelled):
        render_video(talking(3000), make_waveform(100.0), tmp_path / "face.mp4", SMALL, cancel)
    assert time.perf_counter() - start < 20
    assert not list(tmp_path.iterdir())


@pytest.fixture
def no_opengl(tmp_path_factory) -> dict[str, str]:
    """An environment in which OpenGL cannot be imported, whatever it is asked to run on."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "pyrender.py").write_text("raise ImportError('no OpenGL library')")
    root = Path(drawing.__file__).parents[2]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(root)])}


def test_without_opengl_there_is_a_reason_and_no_file(tmp_path, monkeypatch, no_opengl):
    monkeypatch.setattr(drawing, "worker_environment", lambda: no_opengl)
    with pytest.raises(RenderError) as caught:
        render_video(talking(60), make_waveform(2.0), tmp_path / "face.mp4", SMALL)
    assert caught.value.code == "E41"
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one OpenGL")
def test_where_the_first_opengl_does_not_start_another_is_taken(monkeypatch):
    nowhere = {**drawing.worker_environment(), "EGL_DEVICE_ID": "99", "PYOPENGL_PLATFORM": "egl"}
    usual = list(draw_frames(talking(2), SMALL, workers=1))
    monkeypatch.setattr(drawing, "worker_environment", lambda: nowhere)
    found = list(draw_frames(talking(2), SMALL, workers=1))
    np.testing.assert_array_equal(found, usual)


@pytest.fixture
def workers(monkeypatch) -> list[subprocess.Popen]:
    """The drawing processes that were started, as they come."""
    processes = []
    make = subprocess.Popen.__init__

    def remember(process, command, *arguments, **options):
        make(process, command, *arguments, **options)
        if command[0] == sys.executable:
            processes.append(process)

    monkeypatch.setattr(subprocess.Popen, "__init__", remember)
    return processes


def test_a_worker_that_hangs_is_found_soon(workers, monkeypatch):
    monkeypatch.setattr(drawing, "FRAME_TIME", 1.0)
    with contextlib.closing(draw_frames(talking(3000), SMALL)) as frames:
        next(frames), next(frames)
        workers[1].send_signal(signal.SIGSTOP)
        start = time.perf_counter()
        with pytest.raises(RenderError, match=r"E41 .*does not answer"):
            for _ in frames:
                pass
    assert time.perf_counter() - start < 10
    assert all(worker.poll() is not None for worker in workers)


def test_cancelling_acts_although_a_worker_hangs(workers, tmp_path):
    stopped = []

    def cancel(stage: Stage, share: float) -> None:
        if workers and not stopped:
            workers[0].send_signal(signal.SIGSTOP)
            stopped.append(time.perf_counter())
        elif stopped and time.perf_counter() - stopped[0] > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        render_video(talking(3000), make_waveform(100.0), tmp_path / "face.mp4", SMALL, cancel)
    assert time.perf_counter() - stopped[0] < 5
    assert not list(tmp_path.iterdir())


def test_a_worker_that_cannot_be_started_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(RenderError, match=r"E41 .*did not start"):
        render_video(talking(1), make_waveform(0.1), tmp_path / "face.mp4", SMALL)
    assert not list(tmp_path.iterdir())


def test_a_video_is_made_in_any_thread(tmp_path):
    path, errors = tmp_path / "face.mp4", []

    def work() -> None:
        try:
            render_video(talking(5), make_waveform(0.2), path, SMALL)
        except RenderError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert not errors and path.is_file()
