"""A person's sessions over time: a small chart per emotion, drawn without a browser."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

import matplotlib.dates as dates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from verhm.dates import long_date, month_and_year
from verhm.labels import EMOTIONS
from verhm.report import look
from verhm.report.trends import Band, TrendPoint, joined

WIDTH, HEIGHT = 1440, 620  # px
_DPI: Final = 120
_ROWS, _COLUMNS = 2, 4
_EDGE: Final = 0.08  # of a chart's width
_BAND: Final = "#e3e8ec"


def write_trend_png(
    points: Sequence[TrendPoint],
    file: Path | BinaryIO,
    ringed: TrendPoint | None = None,
    band: Band | None = None,
) -> None:
    """Draw each emotion's share of every session, with its 95 % interval, on real dates.

    Args:
        points: the oldest first; at least one of them with figures
        file: to write to
        ringed: the one that is marked
        band: what is usual for its task and model, where that is known
    """
    known = [point for point in points if point.figures]
    figure = Figure((WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=look.PAPER)
    FigureCanvasAgg(figure)
    charts = figure.subplots(_ROWS, _COLUMNS, sharex=True, sharey=True)
    figure.subplots_adjust(left=0.045, right=0.99, top=0.93, bottom=0.1, wspace=0.14, hspace=0.26)
    highest = max(point.figures[label][2] for point in known for label in EMOTIONS)
    for label, axes in zip(EMOTIONS, charts.flat, strict=True):
        if band is not None:
            _shade(axes, band, points, label)
        _draw(axes, points, label)
        if ringed is not None and ringed.figures:
            _ring(axes, ringed, label)
        top = min(102.0, max(20.0, 1.08 * highest))
        axes.set_ylim(-0.04 * top, top)  # a dot at nothing is seen whole
    charts.flat[0].xaxis.set_ticks(_days_named(*charts.flat[0].get_xlim()))  # they share it
    figure.savefig(file, format="png", metadata={"Software": None})


def _shade(axes: Axes, band: Band, points: Sequence[TrendPoint], label: str) -> None:
    """Shade what is within error, from edge to edge of the sessions that it holds of."""
    along = [(_place(point), *edges) for point, edges in band.along(points, label)]
    if along:
        first, last = along[0], along[-1]
        ends = [(first[0] - 2, *first[1:]), *along, (last[0] + 2, *last[1:])]
        days, lows, highs = zip(*ends, strict=True)
        axes.fill_between(days, lows, highs, color=_BAND, linewidth=0)


def _draw(axes: Axes, points: Sequence[TrendPoint], label: str) -> None:
    axes.set_title(label.capitalize(), loc="left", fontsize=9, color=look.INK, pad=4)
    colour = look.COLOURS[label]
    for stretch in joined(points):
        days, shares = _series(stretch, label)
        axes.plot(days, shares, color=colour, linewidth=1.2)
    for point in points:
        if point.figures:
            _mark(axes, point, label, colour)
    _quieten(axes)


def _series(points: Sequence[TrendPoint], label: str) -> tuple[list[float], list[float]]:
    return [_place(point) for point in points], [point.figures[label][0] for point in points]


def _place(point: TrendPoint) -> float:
    return float(dates.date2num(point.day))


def _mark(axes: Axes, point: TrendPoint, label: str, colour: str) -> None:
    """A dot with its interval; an open one where the recording is a poor one."""
    share, low, high = point.figures[label]
    day = _place(point)
    axes.plot([day, day], [low, high], color=colour, linewidth=0.9, alpha=0.75)
    paper = look.PAPER if point.grade == "Poor" else colour
    axes.plot(day, share, "o", markersize=4.2, markeredgecolor=colour, markerfacecolor=paper)


def _ring(axes: Axes, point: TrendPoint, label: str) -> None:
    ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": look.INK}
    axes.plot(_place(point), point.figures[label][0], "o", markersize=9, **ring)


def _days_named(first: float, last: float) -> list[float]:
    """Days to name between two, not so near them that the words meet those of the next chart."""
    edge = _EDGE * (last - first)
    ends = dates.num2date(first), dates.num2date(last)
    found = dates.AutoDateLocator(minticks=2, maxticks=5).tick_values(*ends)
    days = sorted({float(round(each)) for each in found})  # of a day or two it names hours
    inside = [each for each in days if first + edge <= each <= last - edge]
    return inside or [(first + last) / 2]


def _day_words(day: date) -> str:
    return month_and_year(day) if day.day == 1 else long_date(day)


def _quieten(axes: Axes) -> None:
    axes.set_facecolor(look.WELL)
    axes.margins(x=0.06)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    axes.xaxis.set_major_formatter(lambda value, _: _day_words(dates.num2date(value)))
    axes.tick_params(length=0, labelsize=7, colors=look.INK_FAINT)
    for spine in axes.spines.values():
        spine.set_visible(False)
