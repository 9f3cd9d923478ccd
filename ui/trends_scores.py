"""The lane of the questionnaires' totals, as they were entered."""

from collections.abc import Sequence
from datetime import date

from ui.trends_axes import TimeAxis, ValueAxis, lane
from ui.trends_data import TrendPoint

SCORE_HEIGHT = 96.0


def score_lane(points: Sequence[TrendPoint], axis: TimeAxis, top: float) -> str:
    """PHQ-9 as squares and GAD-7 as diamonds; the model that is used does not touch them."""
    values = ValueAxis(0, 27, 9, top, top + SCORE_HEIGHT)
    phq = [(point.day, point.phq9) for point in points if point.phq9 is not None]
    gad = [(point.day, point.gad7) for point in points if point.gad7 is not None]
    parts = [
        f'<text class="s" x="0" y="{top + 13}">PHQ-9</text><text x="0" y="{top + 27}">0–27, entered'
        f'</text><text class="s" x="0" y="{top + 53}">GAD-7</text><text x="0" y="{top + 67}">'
        "0–21, entered</text>",
        lane(values, lambda tick: f"{tick:.0f}"),
        _score_line(phq, axis, values, "ln2"),
        _score_line(gad, axis, values, "ln2 g"),
    ]
    for day, score in phq:
        label = "" if day == points[-1].day else str(score)  # the last one stands at the right
        x, y = axis.x(day), values.y(score)
        parts.append(
            f'<rect class="pq" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" rx="1"/>'
            f'<text class="dl" x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{label}</text>'
        )
    for day, score in gad:
        label = "" if day == points[-1].day else str(score)
        x, y = axis.x(day), values.y(score)
        parts.append(
            f'<path class="pg" d="M{x:.1f} {y - 5:.1f}l5 5-5 5-5-5Z"/>'
            f'<text class="dl" x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{label}</text>'
        )
    return "".join([*parts, *_last_scores(phq, gad, values)])


def _score_line(
    scores: Sequence[tuple[date, int]], axis: TimeAxis, values: ValueAxis, kind: str
) -> str:
    if len(scores) < 2:
        return ""
    line = "L".join(f"{axis.x(day):.1f} {values.y(score):.1f}" for day, score in scores)
    return f'<path class="{kind}" d="M{line}"/>'


def _last_scores(
    phq: Sequence[tuple[date, int]], gad: Sequence[tuple[date, int]], values: ValueAxis
) -> list[str]:
    lines = []
    if phq:
        lines.append((values.y(phq[-1][1]), f"PHQ-9 {phq[-1][1]}"))
    if gad:
        below = lines[0][0] + 16 if lines else 0.0
        lines.append((max(values.y(gad[-1][1]), below), f"GAD-7 {gad[-1][1]}"))
    return [f'<text class="s" x="970" y="{y + 4:.1f}">{text}</text>' for y, text in lines]
