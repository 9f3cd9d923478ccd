"""The row of the sessions' numbers below the chart."""

from collections.abc import Collection, Mapping, Sequence

from ui.marks import escaped
from ui.trends_axes import RIGHT
from verhm.dates import long_date
from verhm.language import _, retold
from verhm.report.trends import TrendPoint

_ROOM = 29.0  # between neighbouring numbers, where there are few
_ROW = 850.0  # that all of them share


def spread_numbers(places: Sequence[float], room: float, end: float) -> list[float]:
    """Move ascending places apart so that each keeps its room, and none lies beyond the end."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + room) if moved else place)
    for index in range(len(moved) - 1, -1, -1):
        limit = end - room * (len(moved) - 1 - index)
        moved[index] = min(moved[index], limit)
    return moved


def session_numbers(
    points: Sequence[TrendPoint],
    across: Mapping[str, float],
    chosen: TrendPoint,
    bottom: float,
    usual_ids: Collection[str] = (),
) -> str:
    """Each number is a button that opens its session; those of usual ones have a broken border."""
    top = bottom + 6
    room = min(_ROOM, _ROW / len(points))
    places = spread_numbers([across[point.session_id] for point in points], room, RIGHT)
    buttons = (
        _button(point, x, top, min(26.0, room - 2), point == chosen, point.session_id in usual_ids)
        for point, x in zip(points, places, strict=True)
    )
    return f'<text class="s" x="0" y="{top + 15:.1f}">{_("Session")}</text>{"".join(buttons)}'


def _button(
    point: TrendPoint, x: float, top: float, width: float, is_chosen: bool, is_usual: bool
) -> str:
    chosen = " sel" if is_chosen else ""
    kind = chosen or (" usual" if is_usual else "")
    state = (
        _("quality {grade}").format(grade=_(point.grade).lower())
        if point.grade
        else retold(point.reason)
    )
    name = _("Open session {number}, {day}, {state}").format(
        number=point.number, day=long_date(point.day), state=state
    )
    if is_usual:
        name += _(", usual")
    number = (
        f'<text class="snt{chosen}" x="{x:.1f}" y="{top + 15:.1f}" text-anchor="middle">'
        f"{point.number}</text>"
    )
    return (
        f'<g class="sb" role="button" tabindex="0" data-session="{escaped(point.session_id)}" '
        f'aria-label="{escaped(name)}"><rect class="sn{kind}" x="{x - width / 2:.1f}" '
        f'y="{top:.1f}" width="{width:.1f}" height="21" rx="3"/>{number if width > 12 else ""}</g>'
    )
