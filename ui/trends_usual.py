"""What is usual for a patient, on the trends screen: choosing it, and a session held against it."""

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np

from ui.explanations import question_mark
from ui.marks import emotion_name, escaped
from verhm.change import LEAST_USUAL, Comparison, Shift, change_points
from verhm.dates import long_date
from verhm.labels import EMOTIONS
from verhm.language import _, pgettext
from verhm.report.look import points as percent_points
from verhm.report.trends import TrendPoint

_KEPT_SERIES = 64  # of sessions, each of one task and model
_WIDTH, _MIDDLE, _REACH = 52.0, 26.0, 21.0  # px of the drawing in a row


def against_usual(
    points: Sequence[TrendPoint],
    chosen: TrendPoint,
    found: Comparison | str,
    shown: Collection[str],
    may_choose: bool,
) -> str:
    """The chosen session against the usual ones, and which these are.

    Args:
        points: all sessions, the oldest first
        chosen: the one that is compared
        found: what came out
        shown: emotions that are named, besides those that changed
        may_choose: whether whoever looks may say which are the usual ones
    """
    if not any(point.figures for point in points):
        return ""
    table = (
        (
            "<p class='small muted'>"
            + _("Not compared: {reason}.").format(reason=_continued(found))
            + "</p>"
        )
        if isinstance(found, str)
        else _table(found, shown)
    )
    return (
        "<section class='panel tr-box tr-against'><h2>"
        + _("Session {number} against usual").format(number=chosen.number)
        + f" {question_mark('reliable-change')}</h2>{table}"
        f"{_choosing(points, found, may_choose)}</section>"
    )


def _choosing(points: Sequence[TrendPoint], found: Comparison | str, may_choose: bool) -> str:
    known = [point for point in points if point.figures]
    models = len({point.model_key for point in known}) > 1
    boxes = "".join(_box(point, models, may_choose) for point in reversed(known))
    return (
        f"<details><summary>{_which(points, found)}</summary><p class='small muted'>"
        + _(
            "Tick at least {needed}, of one task and model, in which the patient was as usual."
        ).format(needed=LEAST_USUAL)
        + f"</p><div class='tr-boxes'>{boxes}</div></details>"
    )


def _which(points: Sequence[TrendPoint], found: Comparison | str) -> str:
    chosen = [point.number for point in points if point.is_usual]
    if chosen:
        return _("Compared with {numbers}, as chosen").format(numbers=_numbers(chosen))
    if isinstance(found, Comparison):
        usual = [point.number for point in points if point.session_id in found.usual_ids]
        return _("Compared with {numbers}, the earliest of this task").format(
            numbers=_numbers(usual)
        )
    return _("Choose usual sessions")


def _numbers(numbers: Sequence[int]) -> str:
    word = _("session") if len(numbers) == 1 else _("sessions")
    return f"{word} {', '.join(map(str, numbers))}"


def _box(point: TrendPoint, names_model: bool, may_choose: bool) -> str:
    facts = [long_date(point.day), _(point.task), point.model if names_model else ""]
    words = escaped(" · ".join(fact for fact in facts if fact))
    state = f"{' checked' if point.is_usual else ''}{'' if may_choose else ' disabled'}"
    return (
        f"<label class='tr-tick'><input type='checkbox' data-usual='{escaped(point.session_id)}'"
        f"{state}><span><b>{point.number}</b> {words}</span></label>"
    )


def _table(found: Comparison, shown: Collection[str]) -> str:
    shifts = [each for each in found.shifts if each.label in shown or each.is_reliable]
    span = max((max(abs(each.points), each.high, -each.low) for each in shifts), default=1.0)
    rows = "".join(_row(shift, span) for shift in shifts)
    return (
        f"<table><thead><tr><th scope='col'>{_('% of time')}</th>"
        f"<th scope='col' class='num'>{pgettext('of a share', 'Change')}</th>"
        "<th scope='col' class='num' title='"
        f"{_('How far it may lie off in a session in which nothing changed')}'>"
        f"{_('Within error')}</th>"
        f"<td></td></tr></thead><tbody>{rows}</tbody></table><p class='small muted' title='"
        f"{_('Reliable change index, corrected for all emotions (Holm)')}'>"
        + _("Filled: beyond error. It does not say why, nor whether for the better.")
        + "</p>"
    )


def _continued(words: str) -> str:
    return escaped(f"{words[0].lower()}{words[1:]}")


def _row(shift: Shift, span: float) -> str:
    return (
        f"<tr class='{('reliable' if shift.is_reliable else '')}'><th scope='row'>"
        f"{emotion_name(shift.label)}</th><td class='num'>{percent_points(shift.points)}"
        "</td><td class='num muted'>"
        + _("{low} to {high}").format(
            low=percent_points(shift.low), high=percent_points(shift.high)
        )
        + f"</td><td>{_drawing(shift, span)}</td></tr>"
    )


def _drawing(shift: Shift, span: float) -> str:
    """The change as a dot over the bar of its error; the line is the usual share."""
    scale = _REACH / span
    left, width = _MIDDLE + shift.low * scale, (shift.high - shift.low) * scale
    dot = "dd" if shift.is_reliable else "dd o"
    return (
        f"<svg width='{_WIDTH:.0f}' height='18' aria-hidden='true'><rect class='bb' x='{left:.1f}' "
        f"y='3' width='{max(1.0, width):.1f}' height='12' rx='2'/>"
        f"<path class='zl' d='M{_MIDDLE} 1V17'/>"
        f"<circle class='{dot}' cx='{_MIDDLE + shift.points * scale:.1f}' cy='9' r='4.5'/></svg>"
    )


def new_levels(points: Sequence[TrendPoint], chosen: TrendPoint) -> tuple[TrendPoint, ...]:
    """The sessions with which a new level of the emotions' shares begins; see `change_points`.

    Args:
        points: the oldest first
        chosen: whose task and model count
    """
    alike = [
        point
        for point in points
        if point.figures and (point.model_key, point.task) == (chosen.model_key, chosen.task)
    ]
    shares = tuple(tuple(point.figures[label][0] / 100 for label in EMOTIONS) for point in alike)
    return tuple(alike[index] for index in _change_points(shares))


@lru_cache(maxsize=_KEPT_SERIES)
def _change_points(shares: tuple[tuple[float, ...], ...]) -> tuple[int, ...]:
    """As `change_points`, which takes up to half a second, while the page is drawn at each step."""
    return change_points(np.array(shares).reshape(-1, len(EMOTIONS)))
