"""What `python -m verhm analyze` offers for the face's video."""

import argparse
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from verhm.settings import VideoSettings
from verhm.stages import Progress
from verhm.types import Analysis

KINDS: Final = ("timeline", "neutral", "source")


def add_video_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen about the video."""
    video = parser.add_mutually_exclusive_group()
    video.add_argument("--no-video", action="store_true", help="leave out face.mp4")
    video.add_argument(
        "--video",
        nargs="+",
        default=[],
        choices=KINDS,
        metavar="KIND",
        help="show more in face.mp4: timeline (the probabilities over time, below), neutral (the "
        "same words said neutrally, at the right), source (the recording's picture, at the left)",
    )
    parser.add_argument(
        "--avatar",
        default=VideoSettings.avatar,
        metavar="NAME",
        help="whose face: neutral, younger-woman, man or older-woman (neutral)",
    )
    parser.add_argument(
        "--size", type=int, default=512, help="the face's pixels: 512, 720, 1080 or other (512)"
    )


def refuse_unfit_video(path: Path, settings: VideoSettings, kinds: Collection[str]) -> None:
    """Find out before the analysis what cannot be shown; raises as `panels.refuse_unfit`."""
    from verhm.face.panels import refuse_unfit

    refuse_unfit(settings, path if "source" in kinds else None, "timeline" in kinds)


def write_video(
    analysis: Analysis,
    path: Path,
    output: Path,
    settings: VideoSettings,
    kinds: Collection[str],
    progress: Progress,
) -> float:
    """Write the video of a recording that was analysed; returns the seconds that took."""
    from verhm.face.panels import Beside
    from verhm.face.video import render_video

    beside = Beside(
        timeline=analysis.timeline if "timeline" in kinds else None,
        neutral=analysis.neutral if "neutral" in kinds else None,
        film=path if "source" in kinds else None,
    )
    start = time.perf_counter()
    render_video(analysis.morphs, path, output, settings, progress, beside)
    return time.perf_counter() - start
