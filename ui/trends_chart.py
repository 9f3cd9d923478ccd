"""The trends as one SVG drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.event_models import PatientEvent
from ui.marks import escaped
from ui.trends_axes import LEFT, RIGHT, WIDTH, TimeAxis, ground, places, time_axis
from ui.trends_bands import new_level_lines
from ui.trends_events import event_lanes
from ui.trends_lanes import AFFECT, Drawn, figure_lane
from ui.trends_numbers import session_numbers
from ui.trends_scores import SCORE_HEIGHT, score_lane
from ui.trends_usual import new_levels
from verhm.dates import day_and_month, long_date, month_and_year, month_name
from verhm.language import _, retold
from verhm.report.trends import Band, TrendPoint, model_breaks

_TOP, _GAP = 40.0, 18.0
_SHARE_HEIGHT, _AFFECT_HEIGHT = 84.0, 68.0  # at least
_MOST = 1.5  # times that
_FULL = 700.0  # what a window of 900 px has room for
_SCORE_GAP, _FOOT_GAP = 8.0, 4.0
_SESSIONS_HEIGHT = 34.0
_MONTH_WIDTH = 70.0  # of a month's name and year


@dataclass(frozen=True, eq=False)
class _Stack:
    """The lanes below each other: what they lie on, what is drawn, and where they end."""

    ground: str
    drawing: str
    end_of_figures: float
    bottom: float


def trends_chart(
    points: Sequence[TrendPoint],
    shown: Sequence[str],
    chosen: TrendPoint,
    hidden: frozenset[str] = frozenset(),
    band: Band | None = None,
    events: Sequence[PatientEvent] = (),
    usual_ids: Sequence[str] = (),
) -> str:
    """Draw the lanes below each other on one axis of real dates.

    Args:
        points: at least one session, the oldest first
        shown: emotions whose share of time is drawn
        chosen: the session whose figures stand at the right; it may be older than the others
        hidden: any of "valence", "arousal", "scores", "events"
        band: what is usual, for the sessions that the chosen one can be held beside
        events: medication and life events, in the order of time
        usual_ids: of the sessions that are the usual ones
    """
    axis = time_axis([point.day for point in points])
    drawn = Drawn(points, places(points, axis), chosen, band)
    stack = _stacked(drawn, shown, hidden, events, axis)
    bottom = stack.bottom
    # Gaps lie below the figures, which may be another session's of nearly the same place.
    under = [stack.ground, _months(axis, bottom), _chosen_line(drawn.across, chosen, bottom)]
    over = []
    if (end := stack.end_of_figures) > _TOP:
        under.append(_gaps(points, drawn.across, end))
        over.append(new_level_lines(new_levels(points, chosen), drawn.across, _TOP, end))
        over.append(_breaks(points, drawn.across, end))
    return (
        f'<svg class="tr-chart" viewBox="0 0 {WIDTH} {bottom + _SESSIONS_HEIGHT:.0f}" role="group" '
        f'aria-label="{escaped(_description(points, shown))}">'
        f"{''.join(under)}{stack.drawing}{_column_head(chosen)}{''.join(over)}"
        f"{session_numbers(points, drawn.across, chosen, bottom, usual_ids)}</svg>"
    )


def _stacked(
    drawn: Drawn,
    shown: Sequence[str],
    hidden: frozenset[str],
    events: Sequence[PatientEvent],
    axis: TimeAxis,
) -> _Stack:
    names = [*shown, *(each for each in AFFECT if each not in hidden)]
    happened = () if "events" in hidden else events
    scores = "scores" not in hidden and any(map(_has_score, drawn.points))
    below = _SCORE_GAP + SCORE_HEIGHT + _GAP if scores else 0.0
    below += event_lanes(happened, axis, _TOP, 0.0).height
    grounds, parts, top = [], [], _TOP
    for name, height in zip(names, _heights(names, below), strict=True):
        parts.append(figure_lane(drawn, name, top, height))
        grounds.append(ground(top, height))
        top += height + _GAP
    end_of_figures = top - _GAP
    if scores:
        parts.append(score_lane(drawn.points, drawn.across, drawn.chosen, top + _SCORE_GAP))
        grounds.append(ground(top + _SCORE_GAP, SCORE_HEIGHT))
        top += _SCORE_GAP + SCORE_HEIGHT + _GAP
    lanes = event_lanes(happened, axis, _TOP, top)
    parts += (lanes.drawing, lanes.lines)
    grounds.append(lanes.ground)
    bottom = top + lanes.height + _FOOT_GAP
    return _Stack("".join(grounds), "".join(parts), end_of_figures, bottom)


def _heights(names: Sequence[str], below: float) -> list[float]:
    """Of the lanes of figures: higher where few are shown, so that they fill the screen."""
    least = [_AFFECT_HEIGHT if name in AFFECT else _SHARE_HEIGHT for name in names]
    room = _FULL - _TOP - _GAP * len(names) - below - _FOOT_GAP - _SESSIONS_HEIGHT
    times = min(_MOST, max(1.0, room / max(1.0, sum(least))))
    return [round(times * height, 1) for height in least]


def _description(points: Sequence[TrendPoint], shown: Sequence[str]) -> str:
    names = ", ".join(
        [*(_(each) for each in shown), _("valence, arousal, scores, medication and events")]
    )
    return _("{names} of {n} sessions from {first} to {last}").format(
        names=names,
        n=len(points),
        first=long_date(points[0].day),
        last=long_date(points[-1].day),
    )


def _has_score(point: TrendPoint) -> bool:
    return point.phq9 is not None or point.gad7 is not None


def _months(axis: TimeAxis, bottom: float) -> str:
    months = axis.months()
    parts = [f'<path class="axis" d="M{LEFT} 22H{RIGHT}"/>']
    if not months or axis.x(months[0]) - LEFT > _MONTH_WIDTH:  # the month it begins in
        parts.append(f'<text class="l" x="{LEFT + 5}" y="16">{month_and_year(axis.first)}</text>')
    for index, month in enumerate(months):
        x = axis.x(month)
        text = month_and_year(month) if index == 0 or month.month == 1 else month_name(month)
        parts.append(f'<path class="mon" d="M{x:.1f} 22V{bottom:.1f}"/>')
        if x < RIGHT - 24:
            parts.append(f'<text class="l" x="{x + 5:.1f}" y="16">{text}</text>')
    return "".join(parts)


def _chosen_line(across: Mapping[str, float], chosen: TrendPoint, bottom: float) -> str:
    x = across.get(chosen.session_id)
    return "" if x is None else f'<path class="cur" d="M{x:.1f} 23V{bottom + 6:.1f}"/>'


def _column_head(chosen: TrendPoint) -> str:
    """Whose figures stand at the right."""
    kind = _(", 95 % int.") if chosen.figures else ""
    return (
        '<text class="s" x="970" y="9">'
        + _("Session {number}").format(number=chosen.number)
        + f'</text><text x="970" y="23">{day_and_month(chosen.day)}{kind}</text>'
    )


def _gaps(points: Sequence[TrendPoint], across: Mapping[str, float], bottom: float) -> str:
    """Sessions without figures: a hatched strip, and why."""
    return "".join(
        (
            f'<g class="pt" data-session="{escaped(point.session_id)}"><title>'
            + _("Session {number}, {day}: {reason}").format(
                number=point.number, day=long_date(point.day), reason=escaped(retold(point.reason))
            )
            + f'</title><rect class="nothing" x="{across[point.session_id] - 4:.1f}" y="'
            f'{_TOP}" width="8" height="{bottom - _TOP:.1f}"/></g>'
        )
        for point in points
        if not point.figures
    )


def _breaks(points: Sequence[TrendPoint], across: Mapping[str, float], bottom: float) -> str:
    parts = []
    for before, after in model_breaks(points):
        x = (across[before.session_id] + across[after.session_id]) / 2
        middle = (23 + bottom) / 2
        text = f"{before.model} → {after.model} · {_('not joined, not compared')}"
        parts.append(
            f'<rect class="gap" x="{x - 7:.1f}" y="23" width="14" height="{bottom - 22:.1f}"/>'
            f'<path class="brk" d="M{x - 7:.1f} 23V{bottom + 1:.1f}m14 0V23"/>'
            f'<g transform="rotate(-90 {x:.1f} {middle:.1f})"><text class="brkt" x="{x:.1f}" '
            f'y="{middle + 4:.1f}" text-anchor="middle">{escaped(text)}</text></g>'
        )
    return "".join(parts)
