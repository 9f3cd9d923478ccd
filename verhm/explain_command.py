"""What `python -m verhm explain` does: one window of a recording, explained in words and a picture.

An explanation is about the model: which part of the sound its figure rests on.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verhm.analysis import Analyzer
from verhm.errors import RequestError
from verhm.influence import NOTE
from verhm.model.explanation import Explanation
from verhm.report import look
from verhm.report.description import Prosody, describe_window
from verhm.report.folder import results_folder
from verhm.report.occlusion import draw_explanation, tell_influence
from verhm.stages import Progress, no_progress
from verhm.types import Analysis, Voice, WindowStatus

DOCUMENT, PICTURE = "explanation.json", "explanation.png"


@dataclass(frozen=True, eq=False)
class ExplainedWindow:
    """One window of an analysis.

    Attributes:
        analysis: of the whole recording
        window: index
        explanation: None where the window has no result
        sentences: about the voice
    """

    analysis: Analysis
    window: int
    explanation: Explanation | None
    sentences: tuple[str, ...]

    @property
    def status(self) -> WindowStatus:
        """Whether the window has a result, or why not."""
        return self.analysis.timeline.status[self.window]


def explain_file(
    analyzer: Analyzer,
    path: Path,
    at: float,
    progress: Progress = no_progress,
    baseline: Voice | None = None,
    before: Sequence[Prosody] = (),
) -> ExplainedWindow:
    """Analyse a recording and explain the window whose middle is nearest to a moment.

    Args:
        analyzer: whose model is explained
        path: of the recording
        at: s
        progress: told about each stage; may raise `Cancelled`
        baseline: how the same person sounds in earlier recordings, against which this one is read
        before: windows of these recordings that share no sound (see
            `verhm.report.description.prosody_apart`)

    Raises:
        AudioError: as `Analyzer.analyze`
        RequestError: as `Analyzer.analyze` and `Analyzer.explain`, and E71 when the moment lies
            outside the recording
    """
    analysis = analyzer.analyze(path, progress, baseline=baseline)
    window = _window_at(analysis, at)
    explanation = None
    if analysis.timeline.has_result[window]:
        explanation = analyzer.explain(path, analysis, window, progress, baseline)
    sentences = tuple(describe_window(analysis, window, before))
    return ExplainedWindow(analysis, window, explanation, sentences)


def tell(found: ExplainedWindow) -> str:
    """Everything about a window, in lines."""
    start, end = _bounds(found)
    lines = [f"Window {start:.1f}\u2013{end:.1f} s"]
    if found.explanation is None:
        lines += [f"No result: {look.REASONS[found.status]}. {look.MEANINGS[found.status]}"]
    else:
        lines += [
            f"Likeliest: {found.explanation.emotion}, {look.percent(found.explanation.probability)}"
            " %",
            *tell_influence(found.explanation),
        ]
    return "\n".join([*lines, *found.sentences, NOTE])


def write_explanation(found: ExplainedWindow, folder: Path) -> list[str]:
    """Write the document and, of a window with a result, the picture.

    Returns:
        names of the files written

    Raises:
        RequestError: E72 when the folder cannot be written
    """
    with results_folder(folder):
        names = [DOCUMENT]
        if found.explanation is not None:
            draw_explanation(found.explanation, folder / PICTURE)
            names.append(PICTURE)
        text = json.dumps(to_document(found), indent=2, allow_nan=False)
        (folder / DOCUMENT).write_text(text + "\n", encoding="utf-8")
    return names


def to_document(found: ExplainedWindow) -> dict[str, Any]:
    """As `verhm.explanation/1`: s, Hz, nats; of a window without a result, emotion to influence
    are null."""
    start, end = _bounds(found)
    explanation = found.explanation
    return {
        "schema": "verhm.explanation/1",
        "model": asdict(found.analysis.model),
        "audio_sha256": found.analysis.source.sha256,
        "baseline_windows": round(found.analysis.baseline_windows, 4),
        "start": start,
        "end": end,
        "status": str(found.status),
        "emotion": explanation and explanation.emotion,
        "probability": explanation and round(explanation.probability, 4),
        "times": explanation and explanation.times.round(3).tolist(),
        "bands": explanation and explanation.bands.round(1).tolist(),
        "influence": explanation and explanation.influence.round(4).tolist(),
        "sentences": list(found.sentences),
        "note": NOTE,
    }


def _window_at(analysis: Analysis, at: float) -> int:
    if not 0 <= at <= analysis.duration:
        raise RequestError(
            "E71",
            f"There is no moment {at:g} s in this recording.",
            f"Choose one from 0 to {analysis.duration:.1f} s.",
        )
    middles = (analysis.timeline.starts + analysis.timeline.ends) / 2
    return int(np.argmin(np.abs(middles - at)))


def _bounds(found: ExplainedWindow) -> tuple[float, float]:
    timeline = found.analysis.timeline
    return float(timeline.starts[found.window]), float(timeline.ends[found.window])
