"""What is usual, drawn behind the trends: a band, and where a new level begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ui.trends_axes import ValueAxis
from verhm.change import Usual
from verhm.dates import long_date
from verhm.labels import EMOTIONS
from verhm.language import _
from verhm.report.trends import TrendPoint


@dataclass(frozen=True, eq=False)
class Band:
    """Where unchanged sessions lie, for those that can be compared with the chosen one."""

    usual: Usual
    chosen: TrendPoint

    def edges(self, name: str) -> tuple[float, float, float]:
        """Low, usual and high share of an emotion, in percent."""
        index = EMOTIONS.index(name)
        low, high = self.usual.band()
        return 100 * low[index], 100 * self.usual.shares[index], 100 * high[index]

    def drawing(
        self,
        edges: tuple[float, float, float],
        points: Sequence[TrendPoint],
        across: Mapping[str, float],
        values: ValueAxis,
    ) -> str:
        """The band from the first to the last session of the chosen one's model."""
        low, middle, high = map(values.y, edges)
        alike = [across[p.session_id] for p in points if p.model_key == self.chosen.model_key]
        if not alike:
            return ""
        left, right = min(alike) - 8, max(alike) + 8
        size = f'width="{right - left:.1f}" height="{low - high:.1f}"'
        return (
            f'<rect class="ub" x="{left:.1f}" y="{high:.1f}" {size}/>'
            f'<path class="ul" d="M{left:.1f} {middle:.1f}H{right:.1f}"/>'
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
