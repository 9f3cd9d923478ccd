"""The shares of a session's emotions as a table, each beside what is usual."""

from typing import Any, Final

from reportlab.platypus import Flowable

from verhm.change import Comparison, Shift
from verhm.report import look
from verhm.report.paper.style import colour, table
from verhm.types import Share

_WIDTHS: Final = (0.14, 0.08, 0.12, 0.22, 0.12, 0.14, 0.18)
_BAR: Final = (104.0, 7.0)  # pt


def shares_table(shares: tuple[Share, ...], comparison: Comparison | str) -> Flowable:
    """One line per emotion: share, interval, bar, and how far it lies from the usual share."""
    shifts = {} if isinstance(comparison, str) else {each.label: each for each in comparison.shifts}
    header = ["Likeliest emotion", "Share", "95 % interval", "Share of analysed time"]
    if shifts:
        header += ["Against usual", "Within error", "Reliable change"]
    widths = _WIDTHS[: len(header)]
    rows = [_row(share, shifts.get(share.label)) for share in shares]
    return table(header, rows, [width / sum(widths) for width in widths])


def _row(share: Share, shift: Shift | None) -> list[Any]:
    cells: list[Any] = [
        share.label.capitalize(),
        f"{look.percent(share.share)} %",
        f"{look.percent(share.low)}–{look.percent(share.high)} %",
        _Bar(share),
    ]
    if shift is None:
        return cells
    reliable = "yes" if shift.is_reliable else "no"
    between = f"{look.points(shift.low)} to {look.points(shift.high)}"
    return [*cells, f"{look.points(shift.points)} points", between, reliable]


class _Bar(Flowable):
    """A share as a bar, with its interval as a line over it."""

    def __init__(self, share: Share) -> None:
        super().__init__()
        self.width, self.height = _BAR
        self._share = share

    def wrap(self, *_: float) -> tuple[float, float]:
        """Its size, whatever room there is."""
        return _BAR

    def draw(self) -> None:
        """Draw it from its lower left corner on."""
        width, height = _BAR
        pen, share = self.canv, self._share
        pen.setFillColor(colour(look.HATCH_PAPER))
        pen.rect(0, 0, width, height, stroke=0, fill=1)
        ink = colour(look.COLOURS[share.label])
        if share.label == look.HATCHED:
            pen.setStrokeColor(ink)
            pen.rect(0, 0.4, width * share.share, height - 0.8, stroke=1, fill=0)
        else:
            pen.setFillColor(ink)
            pen.rect(0, 0, width * share.share, height, stroke=0, fill=1)
        pen.setStrokeColor(colour(look.INK))
        pen.setLineWidth(0.8)
        pen.line(width * share.low, height / 2, width * share.high, height / 2)
        for end in (share.low, share.high):
            pen.line(width * end, height / 2 - 1.6, width * end, height / 2 + 1.6)
