"""A face over time as a video with sound, alone or beside what else is worth seeing."""

import contextlib
from pathlib import Path

from verhm.audio.media import open_video
from verhm.face.panels import ALONE, Beside, Panels
from verhm.face.rig import load_face
from verhm.settings import VideoSettings
from verhm.stages import Progress, Stage, no_progress
from verhm.types import MorphSequence, Waveform

_DEFAULT = VideoSettings()


def render_video(
    morphs: MorphSequence,
    audio: Path | Waveform,
    output: Path,
    settings: VideoSettings = _DEFAULT,
    progress: Progress = no_progress,
    beside: Beside = ALONE,
) -> None:
    """Write an MP4 of an avatar's face, one frame per row of the weights.

    Works from any thread. Memory does not grow with the length. Nothing is left behind when it
    fails or is cancelled.

    Args:
        morphs: the face over time
        audio: what it says, from the same start
        output: file to write; replaced when it exists
        settings: size, avatar and caption
        progress: told the share of frames done, also while a frame takes long; may raise
            `Cancelled`
        beside: what else is shown

    Raises:
        RenderError: E40 no face, E41 it cannot be drawn, E42 the video cannot be written
        AudioError: E10–E19 when the sound file, or the film beside the face, is unfit
        RequestError: E71 no such avatar, or the face is too small for what is shown with it
        Cancelled: as raised by `progress`
    """
    load_face(name=settings.avatar)  # says at once what is wrong with it
    done, count = 0, len(morphs.weights)

    def report() -> None:
        progress(Stage.RENDER, done / max(count, 1))

    report()
    panels = Panels(morphs, settings, beside, report)
    with (
        open_video(output, panels.shape, morphs.frame_rate, audio, report) as video,
        contextlib.closing(panels.frames()) as frames,
    ):
        for frame in frames:
            video.write(frame)
            done += 1
            report()
