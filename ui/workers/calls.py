"""What the app asks a worker for, and what a worker tells on its way."""

from dataclasses import dataclass
from typing import Final

from verhm.settings import AnalysisSettings
from verhm.stages import Stage
from verhm.types import Analysis, ModelId

ANALYZE: Final = "verhm.analyze"  # the tasks' names
EXPLAIN: Final = "verhm.explain"
REPORTED: Final = "REPORTED"  # state of a task whose result so far is a `Report`


@dataclass(frozen=True)
class AnalysisCall:
    """One recording to be analysed.

    Attributes:
        id: of the task that it came with, so that it counts for no other
        settings: how
        model: with which; None where the app does not know its own
    """

    id: str
    settings: AnalysisSettings
    model: ModelId | None


@dataclass(frozen=True)
class ExplanationCall:
    """One window to be explained.

    Attributes:
        id: as of an `AnalysisCall`
        analysis: of the recording
        window: index
        model: as of an `AnalysisCall`
    """

    id: str
    analysis: Analysis
    window: int
    model: ModelId | None


@dataclass(frozen=True)
class Report:
    """How far a worker is.

    Attributes:
        stage, share: as in `verhm.stages.Progress`
        worker: by which name it can be asked whether it is still there
    """

    stage: Stage
    share: float
    worker: str
