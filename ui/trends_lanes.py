"""One lane of the trends: the sessions' figures of one kind, with their intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ui.marks import escaped, short_signed
from ui.trends_axes import ValueAxis, lane, value_axis
from ui.trends_bands import band_drawing
from verhm.dates import long_date
from verhm.language import N_, _
from verhm.report.look import percent, signed
from verhm.report.trends import Band, TrendPoint, joined

AFFECT = (N_("valence"), N_("arousal"))


@dataclass(frozen=True, eq=False)
class Drawn:
    """What all lanes have in common.

    Attributes:
        points: the sessions, the oldest first
        across: where each lies, by its id
        chosen: the session whose figures stand at the right; it may be older than the others
        band: what is usual, where that is known
    """

    points: Sequence[TrendPoint]
    across: Mapping[str, float]
    chosen: TrendPoint
    band: Band | None

    @property
    def known(self) -> list[TrendPoint]:
        """Those with figures."""
        return [point for point in self.points if point.figures]


def figure_lane(drawn: Drawn, name: str, top: float, height: float) -> str:
    """A lane of an emotion's share, or of valence or arousal."""
    is_affect = name in AFFECT
    written: Callable[[float], str] = signed if is_affect else _percent
    values = _scale(drawn, name, top, height)
    band = ""
    if drawn.band is not None and not is_affect:
        band = band_drawing(drawn.band, name, drawn.points, drawn.across, values)
    markers = (_marker(drawn, point, name, values, written) for point in drawn.known)
    return "".join(
        [
            _title(name, top),
            band,
            lane(values, short_signed if is_affect else _percent),
            *_lines(drawn, name, values),
            *markers,
            _chosen_value(drawn.chosen, name, values, written),
        ]
    )


def _scale(drawn: Drawn, name: str, top: float, height: float) -> ValueAxis:
    extremes = [value for point in drawn.known for value in point.figures[name]]
    if name in AFFECT:
        return value_axis(extremes, (-1.0, 1.0), (0.1, 0.2, 0.25, 0.5), top, height)
    if drawn.band:
        extremes += [edge for _point, both in drawn.band.along(drawn.points, name) for edge in both]
    return value_axis(extremes, (0.0, 100.0), (5, 10, 20, 25), top, height)


def _lines(drawn: Drawn, name: str, values: ValueAxis) -> list[str]:
    lines = []
    for stretch in joined(drawn.points):
        line = "L".join(
            f"{drawn.across[p.session_id]:.1f} {values.y(p.figures[name][0]):.1f}" for p in stretch
        )
        old = "" if stretch[-1].model_key == drawn.known[-1].model_key else " old"
        lines.append(f'<path class="ln{old}" d="M{line}"/>')
    return lines


def _title(name: str, top: float) -> str:
    if name in AFFECT:
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
    drawn: Drawn,
    point: TrendPoint,
    name: str,
    values: ValueAxis,
    written: Callable[[float], str],
) -> str:
    """A session's figure with its own interval; how full it is says how good the recording is."""
    x, (value, low, high) = drawn.across[point.session_id], point.figures[name]
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
