"""A process of the engine's, in which a fake does what the file's name says.

`python -m tests.ui.worker`
"""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.factories import make_analysis
from tests.ui.fakes import FakeEngine
from ui import engine_worker
from verhm.errors import AudioError
from verhm.influence import Influence
from verhm.settings import AnalysisSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis


class NamedEngine(FakeEngine):
    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        print("what a library says")
        progress(Stage.DECODE, 0.5)
        match path.name:
            case "empty":
                raise AudioError("E11", "The file is empty.", "Record again.")
            case "unforeseen":
                raise ValueError(path)
            case "dies":
                os.kill(os.getpid(), 9)
            case "lasts":
                time.sleep(600)
        progress(Stage.FACE, 1.0)
        return replace(make_analysis(1.0), duration=float(os.getpid()))  # it says who made it

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        progress(Stage.EMOTION, 0.5)
        told = (f"{os.getpid()}", f"{len(analysis.timeline)} windows")
        return Influence("sad", 0.5, told, b"light", b"dark")

    def render(self, *_: Any, output: Path, **others: Any) -> None:
        output.write_text(str(os.getpid()))


if __name__ == "__main__":
    engine_worker.VoiceEngine = NamedEngine  # type: ignore[misc]
    engine_worker.main()
