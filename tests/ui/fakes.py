"""An engine that takes no time, or as much as a test wants."""

import threading
from pathlib import Path

from tests.factories import make_analysis
from verhm.errors import VerhmError
from verhm.face.panels import ALONE, Beside
from verhm.influence import Influence
from verhm.report.document import to_json
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis, ModelId, MorphSequence


class FakeEngine:
    """Analyses and draws at once, or waits and fails where it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.go_on.set()
        self.draw_on = threading.Event()
        self.draw_on.set()
        self.loads = 0
        self.analyses_with: ModelId | None = make_analysis(1.0).model
        self.analysis_error: Exception | None = None
        self.render_error: VerhmError | None = None
        self.explained: list[tuple[Analysis, int]] = []
        self.explain_error: Exception | None = None
        self.settings: list[AnalysisSettings] = []
        self.video: list[VideoSettings] = []
        self.beside: list[Beside] = []

    @property
    def model(self) -> ModelId | None:
        return self.analyses_with

    at_once = 1

    def load(self) -> None:
        self.loads += 1

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        self.settings.append(settings)
        for stage in list(Stage)[:5]:
            progress(stage, 0.5)
            wait(self.go_on, progress, stage)
        if self.analysis_error:
            raise self.analysis_error
        return make_analysis(10.0)

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        self.explained.append((analysis, window))
        progress(Stage.EMOTION, 0.5)
        wait(self.go_on, progress, Stage.EMOTION)
        if self.explain_error:
            raise self.explain_error
        return Influence("sad", 0.5, (f"Window {window} speaks.",), b"light", b"dark")

    def document(self, analysis: Analysis) -> bytes:
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
        self.video.append(settings)
        self.beside.append(beside)
        wait(self.draw_on, progress, Stage.RENDER)
        if self.render_error:
            raise self.render_error
        output.write_bytes(bytes(range(256)) * 40)

    def close(self) -> None:
        pass  # what it does notices by itself that it is cancelled


def wait(event: threading.Event, progress: Progress, stage: Stage) -> None:
    """Stand still until told, but notice when the work is cancelled."""
    for _ in range(2_000):
        if event.wait(0.005):
            return
        progress(stage, 0.5)
    raise AssertionError("nobody let the engine go on")
