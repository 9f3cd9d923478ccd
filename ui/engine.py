"""The real analysis behind the jobs, loaded once, in the jobs' own thread."""

from pathlib import Path
from typing import TYPE_CHECKING

from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Analysis, MorphSequence, Progress

if TYPE_CHECKING:
    from verhm.analysis import Analyzer


class VoiceEngine:
    """Analyses with the shipped model and draws with the shipped face.

    The model's libraries take seconds to import. They are imported here, at first use, so that the
    page can be served meanwhile. Used from one thread only: that of the jobs.
    """

    def __init__(self) -> None:
        self._analyzer: Analyzer | None = None

    def load(self) -> None:
        """Import and load everything now.

        Raises:
            ModelError: E30 or E31 when the shipped model is missing or damaged
        """
        from verhm.analysis import Analyzer

        if self._analyzer is None:
            self._analyzer = Analyzer()

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """Analyse a recording; see `Analyzer.analyze`."""
        self.load()
        assert self._analyzer is not None
        return self._analyzer.analyze(path, progress, settings)

    def document(self, analysis: Analysis) -> bytes:
        """The analysis as JSON."""
        from verhm.report.document import to_json

        return to_json(analysis).encode()

    def render(
        self,
        morphs: MorphSequence,
        audio: Path,
        output: Path,
        settings: VideoSettings,
        progress: Progress,
    ) -> None:
        """Write the face video; see `render_video`."""
        from verhm.face.video import render_video

        render_video(morphs, audio, output, settings, progress)
