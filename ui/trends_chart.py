"""The trends as one SVG drawing."""

from collections.abc import Callable, Mapping, Sequence

from storage.event_models import PatientEvent
from ui.marks import escaped, short_signed
from ui.trends_axes import (
    LEFT,
    RIGHT,
    WIDTH,
    TimeAxis,
    ValueAxis,
    ground,
    lane,
    places,
    time_axis,
    value_axis,
)
from ui.trends_bands import Band, new_level_lines
from ui.trends_events import event_lanes
from ui.trends_numbers import session_numbers
from ui.trends_scores import SCORE_HEIGHT, score_lane
from ui.trends_usual import new_levels
from verhm.change import Comparison
from verhm.dates import day_and_month, long_date, month_and_year, month_name
from verhm.language import N_, _, retold
from verhm.report.look import percent, signed
from verhm.report.trends import TrendPoint, joined, model_breaks

_AFFECT = (N_("valence"), N_("arousal"))
_TOP, _GAP = 40.0, 18.0
_SHARE_HEIGHT, _AFFECT_HEIGHT = 84.0, 68.0
_SESSIONS_HEIGHT = 34.0
_MONTH_WIDTH = 70.0  # of a month's name and year


def trends_chart(
    points: Sequence[TrendPoint],
    shown: Sequence[str],
    chosen: TrendPoint,
    hidden: frozenset[str] = frozenset(),
    found: Comparison | None = None,
    events: Sequence[PatientEvent] = (),
) -> str:
    """Draw the lanes below each other on one axis of real dates.

    Args:
        points: at least one session, the oldest first
        shown: emotions whose share of time is drawn
        chosen: the session whose figures stand at the right; it may be older than the others
        hidden: any of "valence", "arousal", "scores", "events"
        found: the chosen session against the usual ones, which are drawn as bands
        events: medication and life events, in the order of time
    """
    usual = None if found is None else Band(found.usual, chosen)
    axis = time_axis([point.day for point in points])
    across = places(points, axis)
    grounds: list[str] = []
    parts: list[str] = []
    top = _TOP
    for name in [*shown, *(each for each in _AFFECT if each not in hidden)]:
        drawing, height = _figure_lane(points, name, across, chosen, top, usual)
        parts.append(drawing)
        grounds.append(ground(top, height))
        top += height + _GAP
    end_of_figures = top - _GAP
    if "scores" not in hidden and any(_has_score(point) for point in points):
        parts.append(score_lane(points, across, chosen, top + 8))
        grounds.append(ground(top + 8, SCORE_HEIGHT))
        top += 8 + SCORE_HEIGHT + _GAP
    if "events" not in hidden:
        lanes = event_lanes(events, axis, _TOP, top)
        parts += (lanes.drawing, lanes.lines)
        grounds.append(lanes.ground)
        top += lanes.height
    bottom = top + 4
    under = "".join(grounds) + _months(axis, bottom) + _chosen_line(across, chosen, bottom)
    over = ""
    if end_of_figures > _TOP:
        over = new_level_lines(new_levels(points, chosen), across, _TOP, end_of_figures)
        # Below the figures, which may be another session's of nearly the same place.
        under += _gaps(points, across, end_of_figures)
        over += _breaks(points, across, end_of_figures)
    return (
        f'<svg class="tr-chart" viewBox="0 0 {WIDTH} {bottom + _SESSIONS_HEIGHT:.0f}" role="group" '
        f'aria-label="{escaped(_description(points, shown))}">'
        f"{under}{''.join(parts)}{_column_head(chosen)}{over}"
        f"{session_numbers(points, across, chosen, bottom, found.usual_ids if found else ())}</svg>"
    )


def _description(points: Sequence[TrendPoint], shown: Sequence[str]) -> str:
    names = ", ".join(
        [*(_(each) for each in shown), _("valence, arousal, scores, medication and events")]
    )
    return _("{names} of {n} sessions from {first} to {last}").format(
        names=names, n=len(points), first=points[0].day, last=points[-1].day
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


def _figure_lane(
    points: Sequence[TrendPoint],
    name: str,
    across: Mapping[str, float],
    chosen: TrendPoint,
    top: float,
    usual: Band | None,
) -> tuple[str, float]:
    """A lane with the sessions' figures of one kind, and its height."""
    is_affect = name in _AFFECT
    height = _AFFECT_HEIGHT if is_affect else _SHARE_HEIGHT
    known = [point for point in points if point.figures]
    extremes = [value for point in known for value in point.figures[name]]
    edges = usual.edges(name) if usual and not is_affect else None
    extremes += edges or ()
    if is_affect:
        values = value_axis(extremes, (-1.0, 1.0), (0.1, 0.2, 0.25, 0.5), top, height)
    else:
        values = value_axis(extremes, (0.0, 100.0), (5, 10, 20, 25), top, height)
    written: Callable[[float], str] = signed if is_affect else _percent
    parts = [_title(name, top)]
    if usual and edges:
        parts.append(usual.drawing(edges, known, across, values))
    parts.append(lane(values, short_signed if is_affect else _percent))
    for stretch in joined(points):
        line = "L".join(
            f"{across[p.session_id]:.1f} {values.y(p.figures[name][0]):.1f}" for p in stretch
        )
        old = "" if stretch[-1].model_key == known[-1].model_key else " old"
        parts.append(f'<path class="ln{old}" d="M{line}"/>')
    for point in known:
        parts.append(_marker(point, name, across[point.session_id], values, written))
    parts.append(_chosen_value(chosen, name, values, written))
    return "".join(parts), height


def _title(name: str, top: float) -> str:
    if name in _AFFECT:
        return (
            f'<text class="s" x="0" y="{top + 13}">{_(name).capitalize()}</text>'
            f'<text x="0" y="{top + 27}">{_("derived")}</text>'
        )
    return (
        f'<use href="#m-{name}" x="0" y="{top + 3}" width="12" height="12"/>'
        f'<text class="s" x="18" y="{top + 13}">{_(name).capitalize()}</text>'
        f'<text x="18" y="{top + 27}">{_("% of time")}</text>'
    )


def _marker(
    point: TrendPoint,
    name: str,
    x: float,
    values: ValueAxis,
    written: Callable[[float], str],
) -> str:
    """A session's figure with its own interval; how full it is says how good the recording is."""
    value, low, high = point.figures[name]
    y = values.y(value)
    half = f'<path class="halff" d="M{x:.1f} {y - 4:.1f}a4 4 0 0 0 0 8Z"/>'
    figure = f"{written(value)} ({_interval(low, high, written)})"
    text = _("Session {number}, {day}: {name} {figure}, quality {grade}").format(
        number=point.number,
        day=long_date(point.day),
        name=_(name),
        figure=figure,
        grade=_(point.grade).lower(),
    )
    return (
        f'<g class="pt" data-session="{escaped(point.session_id)}"><title>{escaped(text)}</title>'
        f'<path class="wh" d="M{x:.1f} {values.y(low):.1f}V{values.y(high):.1f}"/>'
        f'<circle class="q {point.grade.lower()}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        f"{half if point.grade == 'Fair' else ''}</g>"
    )


def _column_head(chosen: TrendPoint) -> str:
    """Whose figures stand at the right."""
    kind = _(", 95 % int.") if chosen.figures else ""
    return (
        '<text class="s" x="970" y="9">'
        + _("Session {number}").format(number=chosen.number)
        + f'</text><text x="970" y="23">{day_and_month(chosen.day)}{kind}</text>'
    )


def _chosen_value(
    point: TrendPoint, name: str, values: ValueAxis, written: Callable[[float], str]
) -> str:
    if not point.figures:
        return (
            f'<text x="970" y="{(values.top + values.bottom) / 2 + 4:.1f}">{_("no figures")}</text>'
        )
    value, low, high = point.figures[name]
    y = min(values.bottom - 14, values.y(value) + 1)
    return (
        f'<text class="s" x="970" y="{y:.1f}">{written(value)}</text>'
        f'<text x="970" y="{y + 13:.1f}">{_interval(low, high, written)}</text>'
    )


def _interval(low: float, high: float, written: Callable[[float], str]) -> str:
    if written is _percent:
        return f"{_whole(low)}–{_whole(high)} %"
    return _("{low} to {high}").format(low=written(low), high=written(high))


def _percent(value: float) -> str:
    return f"{_whole(value)} %"


def _whole(value: float) -> str:
    return escaped(percent(value / 100))


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
