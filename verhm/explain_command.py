"""What `python -m verhm explain` does: one window of a recording, explained in words and a picture.

An explanation is about the model: which part of the sound its figure rests on.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from verhm.analysis import Analyzer
from verhm.errors import RequestError
from verhm.model.explanation import Explanation
from verhm.report import look
from verhm.report.description import (
    Prosody,
    apart_from,
    describe_voice,
    measure_prosody,
    usual_voice,
)
from verhm.report.folder import results_folder
from verhm.stages import Progress, no_progress
from verhm.types import Analysis, Voice, WindowStatus

DOCUMENT, PICTURE = "explanation.json", "explanation.png"
NOTE = (
    "What the model's figure rests on, not what the person felt. Decision support, not a diagnosis."
)
_TOLD = 3  # patches named in words
_FAINT = np.log(1.05)  # nats; less than a twentieth of the odds is not worth a sentence
_WIDTH, _HEIGHT, _DPI = 1200, 720, 120  # px
# Blue to orange (Okabe and Ito's), clear in the middle: told apart with any colour vision, and the
# spectrogram stays in sight where nothing matters.
_AGAINST_FOR = LinearSegmentedColormap.from_list(
    "influence", [(0.0, 0.45, 0.7, 0.85), (1.0, 1.0, 1.0, 0.0), (0.84, 0.37, 0.0, 0.85)]
)


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
        before: windows of these recordings that share no sound (see `prosody_apart`)

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
    return ExplainedWindow(analysis, window, explanation, _describe(analysis, window, before))


def prosody_apart(analysis: Analysis, window: int | None = None) -> list[Prosody]:
    """Describe windows that share no sound with each other, nor with the given one."""
    voices = _prosody(analysis)
    apart = apart_from(analysis.timeline.starts, analysis.timeline.ends, window)
    return [voices[index] for index in apart]


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


def tell_influence(explanation: Explanation) -> list[str]:
    """Name the patches that move the result most, with how much the odds would change."""
    told = []
    for time, band in explanation.strongest(_TOLD):
        nats = explanation.influence[time, band]
        if abs(nats) < _FAINT:
            break
        start, end = explanation.times[time : time + 2]
        low, high = explanation.bands[band : band + 2] / 1000
        side, change = ("for", "lower") if nats > 0 else ("against", "higher")
        told.append(
            f"{start:.2f}\u2013{end:.2f} s, {low:.1f}\u2013{high:.1f} kHz speaks {side} "
            f"{explanation.emotion}: without what is particular there, its odds would be "
            f"{np.exp(abs(nats)):.1f} times {change}."
        )
    return told or ["No single part of the window moves the result by more than 5 % of its odds."]


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


def draw_explanation(explanation: Explanation, path: Path) -> None:
    """Draw the influence of every patch over the spectrogram that the network saw."""
    figure = Figure((_WIDTH / _DPI, _HEIGHT / _DPI), dpi=_DPI, facecolor=look.PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.09, 0.14, 0.76, 0.72))
    bar = figure.add_axes((0.88, 0.14, 0.02, 0.72))
    figure.colorbar(_draw_patches(axes, explanation), cax=bar)
    axes.set_xlabel("s", color=look.INK_SOFT)
    axes.set_ylabel("kHz", color=look.INK_SOFT)
    bar.set_ylabel(
        f"speaks against \u2190 {explanation.emotion} \u2192 speaks for (nats)", color=look.INK_SOFT
    )
    for part in (axes, bar):
        part.tick_params(colors=look.INK_SOFT, labelsize=8)
    title = f"{explanation.emotion.capitalize()}, {look.percent(explanation.probability)} %"
    figure.text(0.09, 0.91, title, fontsize=12, fontweight="bold", color=look.INK)
    figure.text(0.09, 0.022, NOTE, fontsize=7.5, color=look.INK_FAINT)
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_patches(axes: Axes, explanation: Explanation) -> QuadMesh:
    """Colour each patch by its influence, and write it in: nothing is shown by colour alone."""
    times, rows = explanation.times, np.linspace(0, len(explanation.mel), len(explanation.bands))
    extent = (times[0], times[-1], rows[0], rows[-1])
    axes.imshow(explanation.mel, cmap="Greys", origin="lower", aspect="auto", extent=extent)
    # At least one nat: faint influences must not look like strong ones.
    reach = max(1.0, float(np.abs(explanation.influence).max()))
    heat = axes.pcolormesh(
        times, rows, explanation.influence.T, cmap=_AGAINST_FOR, vmin=-reach, vmax=reach
    )
    for time, band in np.ndindex(explanation.influence.shape):
        axes.text(
            (times[time] + times[time + 1]) / 2,
            (rows[band] + rows[band + 1]) / 2,
            _signed(float(explanation.influence[time, band])),
            ha="center",
            va="center",
            fontsize=8,
            color=look.INK_DEEP,
            bbox={"facecolor": look.PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 1.5},
        )
    axes.set_yticks(rows, [f"{edge / 1000:.1f}" for edge in explanation.bands])
    axes.set_xticks(times)
    return heat


def _signed(nats: float) -> str:
    """A figure with its sign; what rounds to nothing has none."""
    return "0" if abs(nats) < 0.05 else f"{nats:+.1f}".replace("-", "\u2212")


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


def _describe(analysis: Analysis, window: int, before: Sequence[Prosody]) -> tuple[str, ...]:
    """Sentences about a window's voice against that of earlier recordings.

    Without these, against the rest of its own.
    """
    usual = usual_voice(before or prosody_apart(analysis, window))
    voice = _prosody(analysis)[window]
    return tuple(describe_voice(voice, usual, is_same_recording=not before))


def _prosody(analysis: Analysis) -> list[Prosody]:
    """Of each window."""
    starts, ends = analysis.timeline.starts, analysis.timeline.ends
    return measure_prosody(analysis.acoustics, analysis.activity, starts, ends)
