"""The lane of the questionnaires' totals, as they were entered."""

from collections.abc import Mapping, Sequence

from ui.trends_axes import ValueAxis, lane
from verhm.language import _
from verhm.report.trends import TrendPoint

SCORE_HEIGHT = 96.0


def score_lane(
    points: Sequence[TrendPoint], across: Mapping[str, float], chosen: TrendPoint, top: float
) -> str:
    """PHQ-9 as squares and GAD-7 as diamonds; the model that is used does not touch them."""
    values = ValueAxis(0, 27, 9, top, top + SCORE_HEIGHT)
    phq = [(across[each.session_id], each.phq9) for each in points if each.phq9 is not None]
    gad = [(across[each.session_id], each.gad7) for each in points if each.gad7 is not None]
    parts = [
        (
            f'<text class="s" x="0" y="{top + 13}">{_("PHQ-9")}</text><text x="0" y="'
            f'{top + 27}">{_("0–27, entered")}</text><text class="s" x="0" y="{top + 53}'
            f'">{_("GAD-7")}</text><text x="0" y="{top + 67}">{_("0–21, entered")}</text>'
        ),
        lane(values, lambda tick: f"{tick:.0f}"),
        _score_line(phq, values, "ln2"),
        _score_line(gad, values, "ln2 g"),
    ]
    for x, score in phq:
        y = values.y(score)
        parts.append(
            f'<rect class="pq" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" rx="1"/>'
            f'<text class="dl" x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{score}</text>'
        )
    for x, score in gad:
        y = values.y(score)
        parts.append(
            f'<path class="pg" d="M{x:.1f} {y - 5:.1f}l5 5-5 5-5-5Z"/>'
            f'<text class="dl" x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{score}</text>'
        )
    return "".join([*parts, *_chosen_scores(chosen, values)])


def _score_line(scores: Sequence[tuple[float, int]], values: ValueAxis, kind: str) -> str:
    if len(scores) < 2:
        return ""
    line = "L".join(f"{x:.1f} {values.y(score):.1f}" for x, score in scores)
    return f'<path class="{kind}" d="M{line}"/>'


def _chosen_scores(chosen: TrendPoint, values: ValueAxis) -> list[str]:
    lines = []
    if chosen.phq9 is not None:
        lines.append((values.y(chosen.phq9), f"PHQ-9 {chosen.phq9}"))
    if chosen.gad7 is not None:
        below = lines[0][0] + 16 if lines else 0.0
        lines.append((max(values.y(chosen.gad7), below), f"GAD-7 {chosen.gad7}"))
    return [f'<text class="s" x="970" y="{y + 4:.1f}">{text}</text>' for y, text in lines]
