"""The timeline of an analysis as a picture, drawn without a browser."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MultipleLocator

from verhm.affect import affect_band
from verhm.report import look
from verhm.types import Analysis

WIDTH, HEIGHT = 1440, 810  # px
_DPI = 120
_FONT = ["Inter", "DejaVu Sans", "Arial", "sans-serif"]
# Matplotlib's own marks: the same shapes as on the screen.
_MARKS = ("o", "s", "^", "v", "D", "P", "h", "*")
_LANES = (0.22, 0.42, 4.2, 1.0, 1.0)  # heights: speech, highest, heat-map, valence, arousal
_LEFT, _RIGHT = 0.115, 0.97  # of the lanes, in shares of the width
_PLOT_WIDTH = WIDTH * (_RIGHT - _LEFT)  # px
_LETTER = 9.5  # px, mean width at the size of the lanes' labels
_NO_RESULT: dict[str, Any] = {
    "facecolor": look.HATCH_PAPER,
    "edgecolor": look.HATCH,
    "hatch": "////",
    "linewidth": 0,
}
_LABEL_PAPER: dict[str, Any] = {"facecolor": look.PAPER, "edgecolor": "none"}
_HEAT = ListedColormap(look.HEAT)
_STEPS = BoundaryNorm([0, *np.arange(0.05, 0.9, 0.1), 1.0001], len(look.HEAT))


def write_emotions_png(analysis: Analysis, file: Path | BinaryIO) -> None:
    """Draw emotions over time: speech, highest emotion, heat-map, valence and arousal."""
    figure = Figure((WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=look.PAPER)
    FigureCanvasAgg(figure)
    speech, highest, heat, valence, arousal = figure.subplots(
        5, 1, sharex=True, gridspec_kw={"height_ratios": _LANES, "hspace": 0.12}
    )
    figure.subplots_adjust(left=_LEFT, right=_RIGHT, top=0.875, bottom=0.105)
    _draw_speech(speech, analysis)
    _draw_highest(highest, analysis)
    _draw_heat(heat, analysis)
    _draw_affect(valence, analysis, 0, "Valence")
    _draw_affect(arousal, analysis, 1, "Arousal")
    for axes in (speech, highest, heat, valence, arousal):
        _quieten(axes, analysis.duration)
    arousal.tick_params(axis="x", labelbottom=True, length=3, pad=3)
    _write_around(figure)
    figure.savefig(file, format="png", metadata={"Software": None})


def _draw_speech(axes: Axes, analysis: Analysis) -> None:
    axes.set_facecolor(look.WELL)
    spans = analysis.activity.spans
    axes.broken_barh(
        list(zip(spans[:, 0], spans[:, 1] - spans[:, 0], strict=True)),
        (0.15, 0.7),
        facecolor=look.SPEECH,
    )
    axes.set_ylim(0, 1)
    _name(axes, "Speech")


def _draw_highest(axes: Axes, analysis: Analysis) -> None:
    """Draw the likeliest emotion in its colour, with its name where there is room."""
    stretches = look.stretches(analysis.timeline, analysis.duration)
    for label in analysis.timeline.labels:
        is_hatched, colour = label == look.HATCHED, look.COLOURS[label]
        axes.broken_barh(
            [(run.start, run.end - run.start) for run in stretches if run.text == label],
            (0.04, 0.92),
            facecolor=look.PAPER if is_hatched else colour,
            edgecolor=colour,
            hatch="||||" if is_hatched else None,
            linewidth=0.8 if is_hatched else 0,
        )
    for stretch in stretches:
        if stretch.has_result and _has_room(stretch, len(stretch.text) + 2, analysis.duration):
            _name_stretch(axes, stretch)
    axes.set_ylim(0, 1)
    _name(axes, "Highest")


def _has_room(stretch: look.Stretch, letters: float, duration: float) -> bool:
    return (stretch.end - stretch.start) / duration * _PLOT_WIDTH > letters * _LETTER


def _name_stretch(axes: Axes, stretch: look.Stretch) -> None:
    axes.text(
        (stretch.start + stretch.end) / 2,
        0.47,
        stretch.text.capitalize(),
        ha="center",
        va="center",
        fontsize=7,
        fontweight="bold",
        color=look.text_on(stretch.text),
        bbox=_LABEL_PAPER | {"pad": 1.2} if stretch.text == look.HATCHED else None,
        clip_on=True,
    )


def _draw_heat(axes: Axes, analysis: Analysis) -> None:
    timeline = analysis.timeline
    rows = np.arange(len(timeline.labels) + 1) - 0.5
    axes.pcolormesh(
        look.cell_edges(timeline, analysis.duration),
        rows,
        look.shown(timeline.probabilities, timeline).T,
        cmap=_HEAT,
        norm=_STEPS,
        edgecolors=look.PAPER if len(timeline) <= 150 else "none",
        linewidth=0.6,
        rasterized=True,
    )
    _hatch_gaps(axes, analysis, rows[0], rows[-1])
    axes.hlines(rows[1:-1], 0, analysis.duration, color=look.PAPER, linewidth=1.2)
    axes.set_ylim(rows[-1], rows[0])
    axes.set_yticks([])
    _name_rows(axes, timeline.labels)


def _name_rows(axes: Axes, labels: tuple[str, ...]) -> None:
    """Write each emotion's mark and name beside its row."""
    beside = axes.get_yaxis_transform()
    for row, label in enumerate(labels):
        axes.plot(
            -0.114,
            row,
            _MARKS[row % len(_MARKS)],
            transform=beside,
            clip_on=False,
            markersize=6.5,
            markerfacecolor=look.PAPER if label == look.HATCHED else look.COLOURS[label],
            markeredgecolor=look.COLOURS[label] if label == look.HATCHED else look.INK,
            markeredgewidth=1.4 if label == look.HATCHED else 0.4,
        )
        if label == look.HATCHED:
            bars: dict[str, Any] = {"markersize": 5, "color": look.COLOURS[label], "clip_on": False}
            axes.plot(-0.114, row, "|", transform=beside, **bars)
        axes.text(
            -0.1,
            row,
            label.capitalize(),
            transform=beside,
            va="center",
            fontsize=8.5,
            color=look.INK_SOFT,
        )


def _hatch_gaps(axes: Axes, analysis: Analysis, bottom: float, top: float) -> None:
    """Mark where there is no result, and say why where there is room."""
    gaps = [
        run for run in look.stretches(analysis.timeline, analysis.duration) if not run.has_result
    ]
    axes.broken_barh(
        [(gap.start, gap.end - gap.start) for gap in gaps],
        (bottom, top - bottom),
        zorder=3,
        **_NO_RESULT,
    )
    for gap in gaps:
        if _has_room(gap, 2, analysis.duration):
            axes.text(
                (gap.start + gap.end) / 2,
                (bottom + top) / 2,
                gap.text,
                rotation=90,
                ha="center",
                va="center",
                fontsize=7,
                color=look.INK_SOFT,
                bbox=_LABEL_PAPER | {"pad": 1.5},
                zorder=4,
            )


def _draw_affect(axes: Axes, analysis: Analysis, column: int, name: str) -> None:
    timeline = analysis.timeline
    axes.set_facecolor(look.WELL)
    axes.axhline(0, color=look.HATCH, linewidth=0.8, linestyle=(0, (2, 2)))
    middles = (timeline.starts + timeline.ends) / 2
    mean = look.shown(timeline.affect[:, column], timeline)
    band = affect_band(timeline.probabilities, timeline.labels)
    low, high = (look.shown(edge[:, column], timeline) for edge in band)
    axes.fill_between(middles, low, high, color=look.ACCENT, alpha=0.16, linewidth=0)
    axes.plot(
        middles,
        mean,
        color=look.ACCENT,
        linewidth=1.4,
        marker="." if len(timeline) <= 150 else "",
        markersize=3,
    )
    axes.set_ylim(-1.05, 1.05)
    axes.set_yticks([])
    _name(axes, name, "\u22121 to +1")


def _name(axes: Axes, name: str, unit: str = "") -> None:
    text: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 8.5, "color": look.INK_SOFT}
    axes.text(-0.12, 0.5, name, va="bottom" if unit else "center", **text)
    if unit:
        axes.text(-0.12, 0.44, unit, va="top", **text | {"fontsize": 7, "color": look.INK_FAINT})


def _quieten(axes: Axes, duration: float) -> None:
    axes.set_xlim(0, duration)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, labelbottom=False, labelsize=7.5, colors=look.INK_FAINT)
    axes.xaxis.set_major_locator(MultipleLocator(look.tick_step(duration)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: look.clock(seconds)))
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write_around(figure: Figure) -> None:
    """Title, key and what the picture is not."""
    figure.text(0.0125, 0.945, look.TITLE, fontsize=12, fontweight="bold", color=look.INK)
    figure.text(0.0125, 0.022, look.NOTE, fontsize=7.5, color=look.INK_FAINT)
    key = figure.add_axes((0.65, 0.94, 0.32, 0.026))
    key.set_axis_off()
    key.set_xlim(0, 20)
    key.set_ylim(0, 1)
    for step, colour in enumerate(look.HEAT):
        key.add_patch(Rectangle((2 + 0.9 * step, 0), 0.9, 1, facecolor=colour, linewidth=0))
    key.add_patch(Rectangle((15, 0), 1.6, 1, **_NO_RESULT))
    for left, text, side in (
        (1.8, "p 0", "right"),
        (11.2, "\u2265 .85", "left"),
        (16.8, "no result", "left"),
    ):
        key.text(left, 0.45, text, ha=side, va="center", fontsize=7.5, color=look.INK_FAINT)
