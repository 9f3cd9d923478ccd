"""The app in a forked process: whole, but for the model and the renderer, which take seconds."""

import gc
import os
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from storage.__main__ import main as storage_command
from ui.demonstration import synthetic_analysis
from ui.demonstration_timeline import Story
from ui.settings import PASSPHRASE, AppSettings, process_environment
from ui.start import start
from verhm.face.panels import ALONE, Beside
from verhm.influence import Influence
from verhm.report.document import to_json
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis, ModelId, MorphSequence, Voice

_PAUSE: Final = 0.02  # s of a stage, and of a piece of a video
_PIECES: Final = 8
_PIECE: Final = bytes(range(256)) * 64


class StandIn:
    """In the place of model and renderer: reads what they would read, and writes as much."""

    @property
    def model(self) -> ModelId | None:
        """See `ui.engine.Engine`."""
        return None

    @property
    def at_once(self) -> int:
        """See `ui.engine.Engine`."""
        return 1

    def load(self) -> None:
        """See `ui.engine.Engine`."""

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """A made-up analysis, after some time in each stage."""
        for stage in list(Stage)[:5]:
            progress(stage, 0.5)
            time.sleep(_PAUSE)
        path.read_bytes()
        return _made_up()

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        """Nobody asks here why a window has its result."""
        raise AssertionError("the kills explain no window")

    def document(self, analysis: Analysis) -> bytes:
        """The analysis as JSON."""
        return to_json(analysis).encode()

    def render(
        self,
        morphs: MorphSequence,
        audio: Path,
        output: Path,
        settings: VideoSettings,
        progress: Progress,
        beside: Beside = ALONE,
    ) -> None:
        """Write what is no video, piece by piece."""
        with output.open("wb") as file:
            for piece in range(_PIECES):
                progress(Stage.RENDER, piece / _PIECES)
                file.write(_PIECE)
                time.sleep(_PAUSE)

    def close(self) -> None:
        """See `ui.engine.Engine`."""


@cache
def _made_up() -> Analysis:
    analysis = synthetic_analysis(Story(0, None, None), seed=0)
    return replace(analysis, voice=Voice("0" * 64, 10.0, np.zeros(8, np.float32)))


def serve(data: Path, port: int, passphrase: str, log: Path) -> None:
    """Be the app, in a process group of its own."""
    os.setpgid(0, 0)
    gc.freeze()  # going through all that was imported costs as much as the rest of a start
    _write_to(log)
    settings = AppSettings(data=data, port=port, passphrase=passphrase)
    os.environ.update(process_environment(settings))
    start(settings, StandIn)


def back_up(data: Path, target: Path, passphrase: str, group: int, log: Path) -> None:
    """Be `python -m storage backup`, in the process group of the app; exits as that does."""
    _write_to(log)
    os.setpgid(0, group)
    os.environ[PASSPHRASE] = passphrase
    raise SystemExit(storage_command(["backup", str(target), "--data", str(data)]))


def _write_to(log: Path) -> None:
    """Let what is printed go to a file."""
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
