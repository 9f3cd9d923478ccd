"""Scales of the trends' chart: dates across, figures up."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from verhm.report.trends import TrendPoint

LEFT, RIGHT, WIDTH = 128.0, 960.0, 1064
_SHORTEST = 28  # days on the axis, so that one session is not a whole axis
_MARGIN = 0.04  # of the span, beside the first and the last session
_MOST_MONTHS = 9  # labels
_APART = 10.0  # sessions of one day


@dataclass(frozen=True)
class TimeAxis:
    """Real dates across: equal days are equally wide."""

    first: date
    last: date

    def x(self, day: date) -> float:
        """Where a day lies, in the chart's units."""
        return LEFT + (RIGHT - LEFT) * (day - self.first).days / (self.last - self.first).days

    def months(self) -> list[date]:
        """First days of months to label, not too many of them."""
        whole = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = next((each for each in (1, 2, 3, 6, 12) if whole / each <= _MOST_MONTHS), 24)
        index = -(-(self.first.year * 12 + self.first.month - 1) // step) * step
        found = []
        while (month := date(index // 12, index % 12 + 1, 1)) <= self.last:
            if month >= self.first:
                found.append(month)
            index += step
        return found


def time_axis(days: Sequence[date]) -> TimeAxis:
    """An axis that holds all the days, with a little room at its ends."""
    first, last = min(days), max(days)
    span = max(_SHORTEST, (last - first).days)
    middle = first + (last - first) / 2
    half = timedelta(days=math.ceil(span * (0.5 + _MARGIN)))
    return TimeAxis(middle - half, middle + half)


def places(points: Sequence[TrendPoint], axis: TimeAxis) -> dict[str, float]:
    """Where each session lies across, by its id.

    That is its day's place; sessions of one day lie beside each other around it, so that each can
    be seen and selected, but never as far as half the way to another day.

    Args:
        points: the oldest first
        axis: that holds their days
    """
    found: dict[str, float] = {}
    days = {axis.x(point.day) for point in points}
    for day, group in groupby(points, key=lambda point: point.day):
        alike, middle = list(group), axis.x(day)
        free = min((abs(middle - other) for other in days if other != middle), default=math.inf)
        apart = min(_APART, free / len(alike))
        for index, point in enumerate(alike):
            found[point.session_id] = middle + apart * (index - (len(alike) - 1) / 2)
    return found


@dataclass(frozen=True)
class ValueAxis:
    """Figures up: `low` lies at `bottom`, `high` at `top`."""

    low: float
    high: float
    step: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Where a value lies; what is outside is drawn at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * min(1.0, max(0.0, share))

    def ticks(self) -> list[float]:
        """The values with a line and a number."""
        count = round((self.high - self.low) / self.step)
        return [self.low + index * self.step for index in range(count + 1)]


def value_axis(
    values: Sequence[float],
    limits: tuple[float, float],
    steps: Sequence[float],
    top: float,
    height: float,
) -> ValueAxis:
    """Round the range of some values outwards to at most five steps.

    Args:
        values: that must be in it; may be empty
        limits: that the values cannot leave
        steps: to choose from, ascending; the limits are multiples of them
        top: of the lane
        height: of the lane
    """
    low, high = (min(values), max(values)) if values else limits
    for step in steps:
        bottom_tick = max(limits[0], math.floor(round(low / step, 6)) * step)
        top_tick = min(limits[1], math.ceil(round(high / step, 6)) * step)
        if top_tick - bottom_tick < 2 * step - 1e-9:  # one step alone says little
            if top_tick + step <= limits[1] + 1e-9:
                top_tick += step
            else:
                bottom_tick -= step
        if (top_tick - bottom_tick) / step <= 5 + 1e-9:
            break
    return ValueAxis(bottom_tick, top_tick, step, top, top + height)


def ground(top: float, height: float) -> str:
    """What a lane lies on."""
    return f'<rect class="lane" x="{LEFT}" y="{top}" width="{RIGHT - LEFT}" height="{height}"/>'


def lane(values: ValueAxis, written: Callable[[float], str]) -> str:
    """A lane's lines and their numbers."""
    parts = []
    for tick in values.ticks():
        y = values.y(tick)
        text = written(tick)
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>'
            f'<text x="120" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    return "".join(parts)
