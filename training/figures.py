"""The pictures of the report, drawn from its results alone."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from verhm.labels import EMOTIONS
from verhm.report import look

CONFUSION, RELIABILITY, RISK_COVERAGE = "confusion.png", "reliability.png", "risk-coverage.png"
_DPI = 100
_HEAT = ListedColormap(look.HEAT)
_STEPS = BoundaryNorm([0, *np.arange(0.05, 0.9, 0.1), 1.0001], len(look.HEAT))
_LIGHT_TEXT = 0.5  # share from which a cell is so dark that its text is light


def draw_figures(results: dict, folder: Path) -> None:
    """Draw confusion, reliability and risk-coverage of the folds' clips as PNG."""
    folds = results["ravdess_folds"]
    _save(draw_confusion(np.array(folds["confusion"]), EMOTIONS), folder / CONFUSION)
    _save(draw_reliability(folds["reliability"], folds["ece"]), folder / RELIABILITY)
    _save(draw_risk_coverage(folds["risk_coverage"], folds["aurc"]), folder / RISK_COVERAGE)


def draw_curve(losses: list[float], path: Path) -> None:
    """Draw the loss of each epoch as PNG."""
    figure, axes = _blank((6.4, 4.0), "Training loss by epoch")
    axes.plot(np.arange(1, len(losses) + 1), losses, color=look.INK, linewidth=1.5)
    _save(figure, path)


def draw_confusion(counts: np.ndarray, names: tuple[str, ...]) -> Figure:
    """Share of each true emotion's clips that got each answer.

    Args:
        counts: (K, K), rows of truth, columns of answers; every row has clips
        names: K
    """
    shares = counts / counts.sum(axis=1, keepdims=True)
    figure, axes = _blank(
        (7.2, 6.4), "Confusion: of 100 clips of an emotion, how many get which answer"
    )
    axes.imshow(shares, cmap=_HEAT, norm=_STEPS)
    for row, column in np.ndindex(*shares.shape):
        share = shares[row, column]
        axes.text(
            column,
            row,
            look.percent(share),
            ha="center",
            va="center",
            fontsize=10,
            fontweight="bold" if row == column else "normal",
            color=look.PAPER if share >= _LIGHT_TEXT else look.INK,
        )
    titles = [name.capitalize() for name in names]
    axes.set_xticks(range(len(names)), titles, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), titles)
    axes.tick_params(length=0)
    axes.set_xlabel("Likeliest emotion")
    axes.set_ylabel("Acted emotion")
    return figure


def draw_reliability(bins: list[dict], ece: float) -> Figure:
    """Accuracy against confidence, and how many clips have that confidence.

    Args:
        bins: `ReliabilityBin`s as dictionaries
        ece: expected calibration error
    """
    figure, axes = _blank((6.4, 5.4), f"Reliability: expected calibration error {ece:.3f}")
    confidence = [one["confidence"] for one in bins]
    accuracy = [one["accuracy"] for one in bins]
    examples = np.array([one["examples"] for one in bins])
    axes.plot([0, 1], [0, 1], "--", color=look.HATCH, label="as often right as sure")
    axes.plot(confidence, accuracy, color=look.ACCENT, label="measured; larger dots, more clips")
    axes.scatter(
        confidence,
        accuracy,
        s=15 + 500 * examples / examples.sum(),
        color=look.ACCENT,
        zorder=3,
        clip_on=False,
    )
    axes.set_xlabel("Confidence: mean largest probability")
    axes.set_ylabel("Accuracy: share that was right")
    _show_shares(axes)
    axes.set_aspect("equal")
    axes.legend(loc="upper left", frameon=False, labelcolor=look.INK_SOFT)
    return figure


def draw_risk_coverage(curve: dict[str, list[float]], area: float) -> Figure:
    """Share of wrong answers when only the surest clips are answered.

    Args:
        curve: `coverage` and `risk`, equally long
        area: under the whole curve
    """
    figure, axes = _blank((6.4, 4.6), f"Risk and coverage: area under the curve {area:.3f}")
    axes.plot(curve["coverage"], curve["risk"], "o-", color=look.ACCENT, markersize=4)
    axes.set_xlabel("Coverage: share of clips answered, the surest first")
    axes.set_ylabel("Risk: share of wrong answers among them")
    _show_shares(axes)
    axes.set_ylim(0, 1.25 * max(curve["risk"]) or 1)
    return figure


def _blank(size: tuple[float, float], title: str) -> tuple[Figure, Axes]:
    """A figure of a size in inches with one quiet pair of axes."""
    figure = Figure(size, dpi=_DPI, facecolor=look.PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=look.INK, pad=10)
    axes.tick_params(colors=look.INK_SOFT, labelsize=9.5)
    axes.xaxis.label.set_color(look.INK_SOFT)
    axes.yaxis.label.set_color(look.INK_SOFT)
    axes.spines[:].set_visible(False)
    return figure, axes


def _show_shares(axes: Axes) -> None:
    """Both axes are shares of 1, with a light grid."""
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(color=look.LINE, linewidth=0.8)
    axes.set_axisbelow(True)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="png", metadata={"Software": None})
