"""What real videos show besides the face, and when."""

import contextlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from tests.audio.encoding import run_ffmpeg
from tests.factories import make_timeline, make_waveform
from verhm.audio.media import decode
from verhm.errors import AudioError, Cancelled, RequestError
from verhm.face.motion import compose, neutral_without_result
from verhm.face.panels import Beside, Panels, refuse_unfit
from verhm.face.rendering import Renderer
from verhm.face.rig import load_face
from verhm.face.strip_lanes import colour
from verhm.face.video import render_video
from verhm.labels import EMOTIONS, MORPHS
from verhm.report import look
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import EmotionTimeline, MorphSequence, SpeechActivity, Waveform, WindowStatus

pytestmark = pytest.mark.model
SMALL = VideoSettings(size=128)
READABLE = VideoSettings(size=256)
RATE = 10.0


def still(seconds: float, **weights: float) -> MorphSequence:
    rows = np.zeros((round(seconds * RATE), len(MORPHS)), np.float32)
    for name, weight in weights.items():
        rows[:, MORPHS.index(name)] = weight
    return MorphSequence(rows, RATE)


def read(path: Path) -> np.ndarray:
    """(F, height, width, 3) frames of a video."""
    height, width = shape(path)
    raw = run_ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def shape(path: Path) -> tuple[int, int]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", path]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    found = re.search(r"Video: h264 .*?, (\d+)x(\d+)", said)
    assert found, said
    return int(found[2]), int(found[1])


def frames(morphs: MorphSequence, settings: VideoSettings, beside: Beside) -> list[np.ndarray]:
    panels = Panels(morphs, settings, beside, lambda: None)
    with contextlib.closing(panels.frames()) as shown:
        return [frame.copy() for frame in shown]


def level(waveform: Waveform) -> float:
    return 10 * float(np.log10(np.mean(waveform.samples.astype(float) ** 2)))


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Six seconds with sound, red at the left and blue at the right, to be turned anticlockwise."""
    folder = tmp_path_factory.mktemp("film")
    picture = "color=red:size=120x90:rate=25:duration=6,drawbox=x=iw/2:w=iw/2:color=blue:t=fill"
    sound = ("-f", "lavfi", "-i", "sine=300:duration=6")
    run_ffmpeg("-f", "lavfi", "-i", picture, *sound, folder / "lying.mp4")
    path = folder / "film.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", folder / "lying.mp4", "-c", "copy", path)
    return path


@pytest.mark.parametrize("size", [512, 720, 1080])
def test_a_face_with_its_strip_has_the_size_that_was_chosen(size, tmp_path):
    path = tmp_path / "face.mp4"
    beside = Beside(timeline=make_timeline(3.0))
    morphs = still(0.4)
    render_video(morphs, make_waveform(0.4), path, VideoSettings(size=size), beside=beside)
    height, width = shape(path)
    assert width == size
    assert 1.3 * size < height < 1.5 * size
    assert len(read(path)) == 4


def test_a_face_alone_is_square_and_has_no_heading():
    [frame] = frames(still(0.1), SMALL, Beside())
    assert frame.shape == (128, 128, 3)


def test_playhead_and_click_come_together_and_the_sound_keeps_its_level(tmp_path):
    samples = make_waveform(6.0).samples * np.float32(0.2)
    samples[67_200:67_360] = 0.95  # at 4.2 s
    path = tmp_path / "face.mp4"
    beside = Beside(timeline=make_timeline(6.0))
    render_video(still(6.0), Waveform(samples, 16_000), path, READABLE, beside=beside)
    heard = decode(path).waveform
    click = float(np.argmax(np.abs(heard.samples) > 0.6) / heard.sample_rate)
    assert click == pytest.approx(4.2, abs=0.02)
    assert level(heard) == pytest.approx(level(Waveform(samples, 16_000)), abs=0.5)
    assert heard.duration == pytest.approx(6.0, abs=0.03)
    panels = Panels(still(6.0), READABLE, beside, lambda: None)
    size = panels._strip._measures
    shown = read(path)[round(click * RATE)]
    lane = shown[256 + size.header : 256 + size.header + size.highest.stop, size.left :]
    darkness = lane.astype(int).sum(axis=(0, 2))
    place = int(darkness[: size.lanes_width].argmin())
    assert place / size.lanes_width * 6.0 == pytest.approx(click, abs=1 / RATE + 0.03)


def test_the_encoded_strip_has_the_colour_of_the_likeliest_emotion(tmp_path):
    timeline = make_timeline(6.0)
    probabilities = np.full((len(timeline), len(EMOTIONS)), 0.01)
    probabilities[:, EMOTIONS.index("angry")] = 0.93
    timeline = replace(timeline, probabilities=probabilities, status=(WindowStatus.OK,) * 7)
    path = tmp_path / "face.mp4"
    beside = Beside(timeline=timeline)
    render_video(still(6.0), make_waveform(6.0), path, READABLE, beside=beside)
    size = Panels(still(6.0), READABLE, beside, lambda: None)._strip._measures
    shown = read(path)[20]
    seen = shown[256 + size.header + 4, size.left + round(0.8 * size.lanes_width)].astype(int)
    assert np.abs(seen - colour(look.COLOURS["angry"])).max() < 20


@pytest.fixture(scope="module")
def both_faces() -> tuple[MorphSequence, MorphSequence, EmotionTimeline]:
    """Angry for six seconds, then without a result: as heard, and the same words neutrally."""
    duration = 12.0
    timeline = make_timeline(duration)
    status = [WindowStatus.OK if end <= 6.0 else WindowStatus.UNCERTAIN for end in timeline.ends]
    timeline = replace(timeline, status=tuple(status))
    count, rng = round(duration * RATE), np.random.default_rng(0)
    neutral = np.zeros((count, len(MORPHS)))
    neutral[:, MORPHS.index("jawOpen")] = rng.uniform(0, 0.5, count)
    felt = np.zeros((len(timeline), len(MORPHS)))
    for name in ("browDownLeft", "browDownRight", "noseSneerLeft", "noseSneerRight"):
        felt[:, MORPHS.index(name)] = 0.8
    settings = AnalysisSettings(frame_rate=RATE)
    activity = SpeechActivity(np.array([[0.0, duration]]))
    mouth = neutral_without_result(1.2 * neutral, neutral, timeline, RATE)
    heard = compose(mouth, felt, timeline, activity, settings)
    return heard, compose(neutral, 0 * felt, timeline, activity, settings), timeline


def test_two_faces_differ_with_a_strong_emotion_and_are_equal_without_a_result(both_faces):
    heard, neutral, timeline = both_faces
    shown = frames(heard, SMALL, Beside(neutral=neutral))
    assert shown[0].shape[0] == 128 and shown[0].shape[1] > 2 * 128
    without_captions = [(frame[:-40, :128], frame[:-40, -128:]) for frame in shown]
    times = np.arange(len(shown)) / RATE
    certain = timeline.ends[timeline.has_result].max()
    for seconds, (left, right) in zip(times, without_captions, strict=True):
        apart = np.abs(left.astype(int) - right).max(axis=2)
        if 1.0 < seconds < 4.0:
            assert (apart > 20).sum() > 30
        elif seconds > certain + 0.5:
            np.testing.assert_array_equal(left, right)


def test_both_faces_are_the_chosen_avatar_s():
    avatar = "older-woman"
    chosen = replace(SMALL, avatar=avatar, caption="")
    open_, shut = still(0.1, jawOpen=0.6), still(0.1)
    beside = Beside(timeline=make_timeline(3.0), neutral=shut)
    [frame] = frames(open_, replace(chosen, size=256), beside)
    with Renderer(load_face(name=avatar), 256) as renderer:
        for columns, morphs in ((slice(0, 256), open_), (slice(-256, None), shut)):
            np.testing.assert_array_equal(
                frame[:226, columns], renderer.draw(morphs.weights[0])[:226]
            )


def test_each_face_says_that_it_is_synthetic_and_which_it_is():
    captioned = VideoSettings(size=512)
    [frame] = frames(still(0.1), captioned, Beside(neutral=still(0.1)))
    bare = replace(captioned, caption="")
    [without] = frames(still(0.1), bare, Beside(neutral=still(0.1)))
    for columns in (slice(0, 512), slice(-512, None)):
        band, no_caption = frame[482:, columns], without[482:, columns]
        # The heading at the left stays, the caption at the right goes.
        assert (band[:, 300:] > 200).all(axis=2).sum() > 200
        assert not (no_caption[:, 300:] > 200).all(axis=2).any()
        assert (no_caption[:, :120] > 200).all(axis=2).sum() > 50
    assert (frame[482:, :512] != frame[482:, -512:]).any()


def test_the_recording_s_picture_is_in_its_place_and_upright(film, tmp_path):
    path = tmp_path / "face.mp4"
    render_video(still(1.0), film, path, SMALL, beside=Beside(film=film))
    height, width = shape(path)
    assert (height, width) == (128, 96 + 2 + 128)
    frame = read(path)[5].astype(int)
    top, bottom = frame[20, 48], frame[80, 48]
    assert top[2] > 150 > top[0] and bottom[0] > 150 > bottom[2]
    face = frame[:, 98:]
    assert np.abs(face[64, 64] - (200, 150, 120)).max() < 80  # skin


def test_everything_can_be_shown_at_once(film, tmp_path):
    path = tmp_path / "face.mp4"
    beside = Beside(make_timeline(1.0), still(1.0), film)
    render_video(still(1.0, browInnerUp=1.0), film, path, READABLE, beside=beside)
    height, width = shape(path)
    assert width == 192 + 2 + 256 + 2 + 256
    assert height > 256 + 150
    frame = read(path)[3].astype(int)
    assert frame[40, 96, 2] > 150
    assert np.abs(frame[:200, 194:450] - frame[:200, 452:]).max() > 20
    assert (frame[300:, 5:80] < 90).all(axis=2).any()  # words


def test_cancelling_leaves_nothing(film, tmp_path):
    def cancel(stage: object, share: float) -> None:
        if share > 0.02:
            raise Cancelled

    beside = Beside(make_timeline(100.0), still(100.0), film)
    with pytest.raises(Cancelled):
        render_video(still(100.0), film, tmp_path / "face.mp4", READABLE, cancel, beside)
    assert not list(tmp_path.iterdir())


def test_after_the_end_of_its_picture_a_recording_is_said_to_have_none(film):
    shown = frames(still(7.0), SMALL, Beside(film=film))
    assert shown[50][20, 48, 2] > 150
    assert shown[-1][20, 48].max() < 60
    np.testing.assert_array_equal(shown[50][:, 98:], shown[-1][:, 98:])


def test_what_cannot_be_shown_is_refused_before_any_work(speech_path, tmp_path):
    with pytest.raises(AudioError, match="E19"):
        refuse_unfit(SMALL, speech_path, has_timeline=False)
    with pytest.raises(RequestError, match="E71"):
        refuse_unfit(SMALL, None, has_timeline=True)
    with pytest.raises(AudioError, match="E19"):
        path = tmp_path / "face.mp4"
        render_video(still(1.0), speech_path, path, SMALL, beside=Beside(film=speech_path))
    assert not list(tmp_path.iterdir())


def test_faces_of_different_length_are_our_own_mistake():
    with pytest.raises(ValueError, match="same words"):
        Panels(still(1.0), SMALL, Beside(neutral=still(2.0)), lambda: None)
