"""A process of the engine's, in which a fake does what the recording says."""

import time
from pathlib import Path

from tests.ui.worker import NamedEngine
from ui import engine_worker
from verhm.settings import AnalysisSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis


class ReadingEngine(NamedEngine):
    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        does = path.read_text().split()[0]
        while does == "reports":
            progress(Stage.EMOTION, 0.5)
            time.sleep(0.02)
        return super().analyze(Path(does), progress, settings)


if __name__ == "__main__":
    engine_worker.VoiceEngine = ReadingEngine  # type: ignore[misc]
    engine_worker.main()
