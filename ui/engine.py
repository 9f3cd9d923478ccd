"""What the jobs do their work with, and the real one: loaded once."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from verhm.face.panels import ALONE, Beside
from verhm.influence import Influence
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress
from verhm.types import Analysis, ModelId, MorphSequence

if TYPE_CHECKING:
    from verhm.analysis import Analyzer

_MODEL: Final = Path(__file__).parent.parent / "pretrained" / "config.json"


def room_for_video(morphs: MorphSequence) -> int:
    """Bytes that a video of these morphs takes, generously: a megabyte a second, and some."""
    return round(len(morphs.weights) / morphs.frame_rate) * 2**20 + 2**26


class Engine(Protocol):
    """What a job does its work with."""

    @property
    def model(self) -> ModelId | None:
        """Which model analyses; None where that is not known."""

    @property
    def at_once(self) -> int:
        """How many recordings it analyses at a time."""

    def load(self) -> None:
        """Get ready, so that the first job does not have to; does nothing the second time."""

    def analyze(self, path: Path, progress: Progress, settings: AnalysisSettings) -> Analysis:
        """Analyse a recording; see `verhm.analysis.Analyzer.analyze`."""

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        """What in a window its result rests on; see `verhm.analysis.Analyzer.explain`.

        Args:
            path: of the recording
            analysis: of it, by the same model
            window: index of a window with a result
            progress: told about each stage; may raise `Cancelled`
        """

    def document(self, analysis: Analysis) -> bytes:
        """The analysis as the JSON that is kept; see `verhm.report.document`."""

    def render(
        self,
        morphs: MorphSequence,
        audio: Path,
        output: Path,
        settings: VideoSettings,
        progress: Progress,
        beside: Beside = ALONE,
    ) -> None:
        """Write the face video; see `verhm.face.video.render_video`."""

    def close(self) -> None:
        """End what is being done, soon in the midst of it, and take on nothing more."""


class VoiceEngine:
    """Analyses with the shipped model and draws with the shipped face, where it is called.

    The model's libraries take seconds to import. They are imported here, at first use, so that the
    process that draws never does.
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

    def explain(self, path: Path, analysis: Analysis, window: int, progress: Progress) -> Influence:
        """What in a window its result rests on; see `Analyzer.explain`."""
        from verhm.report.occlusion import as_influence

        self.load()
        assert self._analyzer is not None
        return as_influence(self._analyzer.explain(path, analysis, window, progress))

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
        beside: Beside = ALONE,
    ) -> None:
        """Write the face video; see `render_video`."""
        from verhm.face.video import render_video

        render_video(morphs, audio, output, settings, progress, beside)


def shipped_model() -> ModelId | None:
    """What the shipped model calls itself; loading it to ask would take seconds."""
    try:
        config = json.loads(_MODEL.read_text(encoding="utf-8"))
        return ModelId(config["name"], config["version"], config["sha256"])
    except (OSError, ValueError, KeyError):  # what analyses with it says so, as E30 or E31
        return None
