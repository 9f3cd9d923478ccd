"""What is usual, drawn behind the trends: a band, and where a new level begins."""

from collections.abc import Mapping, Sequence

from ui.trends_axes import ValueAxis
from verhm.dates import long_date
from verhm.language import _
from verhm.report.trends import Band, TrendPoint

_BEYOND = 8  # that it reaches over the first and the last session


def band_drawing(
    band: Band,
    name: str,
    points: Sequence[TrendPoint],
    across: Mapping[str, float],
    values: ValueAxis,
) -> str:
    """The band of one emotion, from edge to edge of the sessions that it holds of."""
    along = [
        (across[point.session_id], values.y(low), values.y(high))
        for point, (low, high) in band.along(points, name)
    ]
    if not along:
        return ""
    first, last = along[0], along[-1]
    ends = [(first[0] - _BEYOND, *first[1:]), *along, (last[0] + _BEYOND, *last[1:])]
    highs = [f"{x:.1f} {high:.1f}" for x, _low, high in ends]
    lows = [f"{x:.1f} {low:.1f}" for x, low, _high in reversed(ends)]
    return (
        f'<path class="ub" d="M{"L".join([*highs, *lows])}Z"/>'
        f'<path class="ul" d="M{ends[0][0]:.1f} {values.y(band.usual[name]):.1f}'
        f'H{ends[-1][0]:.1f}"/>'
    )


def new_level_lines(
    points: Sequence[TrendPoint], across: Mapping[str, float], top: float, bottom: float
) -> str:
    """A line before each session with which a new level begins."""
    return "".join(
        "<g><title>"
        + _(
            "From session {number}, {day}, on: another level of the shares together (5 % of "
            "unchanged series have one)"
        ).format(number=point.number, day=long_date(point.day))
        + '</title><path class="level" '
        f'd="M{across[point.session_id] - 8:.1f} {top:.1f}V{bottom:.1f}"/></g>'
        for point in points
    )
