"""The trends screen as HTML: what is shown, the chosen session, and the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.event_models import PatientEvent
from storage.models import Patient
from ui.event_list import event_list
from ui.explanations import question_mark
from ui.grade import grade_mark
from ui.made_up import MODEL, chip
from ui.marks import emotion_name, escaped, minutes_of
from ui.trends_chart import trends_chart
from ui.trends_usual import against_usual, new_levels
from verhm.change import Comparison
from verhm.dates import day_and_month, long_date
from verhm.labels import EMOTIONS
from verhm.language import N_, _, ngettext, retold
from verhm.report.quality import GRADES
from verhm.report.trends import LINE_NEEDS, Band, TrendPoint, most_varying, since

RANGES = {"3": (N_("3 mo"), 92), "12": (N_("12 mo"), 366), "all": (N_("All"), None)}
OTHERS = {
    "valence": N_("Valence"),
    "arousal": N_("Arousal"),
    "scores": "PHQ-9, GAD-7",
    "events": N_("Events"),
}

_FIGURES = frozenset({"valence", "arousal"})

EMPTY_PATIENT = N_("Open a patient to see the sessions over time.")
EMPTY_SESSIONS = N_("This patient has none yet. Trends begin with the first one.")
_BAND = (
    "<svg width='30' height='12' aria-hidden='true'><rect width='30' height='12' "
    "class='ub'/><path class='ul' d='M0 6H30'/></svg>"
)
_LEVEL = "<svg width='6' height='12' aria-hidden='true'><path class='level' d='M3 0V12'/></svg>"


@dataclass(frozen=True)
class Choice:
    """What the person wants to see.

    Attributes:
        shown: emotions and any of OTHERS; None for what varies most and what changed
        months: a key of RANGES
    """

    shown: frozenset[str] | None = None
    months: str = "all"

    def labels(self, points: Sequence[TrendPoint], found: Comparison | str) -> tuple[str, ...]:
        """The emotions to draw, in their usual order; by default also those that changed."""
        wanted = self.shown
        if wanted is None:
            changed = () if isinstance(found, str) else found.changed
            wanted = frozenset([*most_varying(points), *changed])
        return tuple(label for label in EMOTIONS if label in wanted)

    @property
    def hidden(self) -> frozenset[str]:
        """The other lanes that are not wanted."""
        return frozenset() if self.shown is None else frozenset(OTHERS) - self.shown


def empty_trends(words: str, may_add: bool = True) -> str:
    """What stands in the place of the chart.

    Args:
        words: EMPTY_PATIENT or EMPTY_SESSIONS
        may_add: whether whoever looks may record a session
    """
    add = (
        f"<button type='button' class='btn' data-visit='new-session'>{_('New session')}</button>"
        if may_add
        else ""
    )
    return (
        f"<section class='panel empty'><h2>{_('No sessions to compare')}</h2><p>{_(words)}</p>"
        "<div class='row'><button type='button' class='btn primary' data-visit='patients'>"
        f"{_('Patients')}</button>{add}</div></section>"
    )


def _no_figures() -> str:
    words = _(
        "None of these sessions has a summary, so there are no figures to draw. A summary needs "
        "20 s of speech, and a result in half of the windows; a trend needs 3 sessions with one. "
        "Select a session to see what it lacks."
    )
    return f"<div class='notice' role='note'>{words}</div>"


def _legend(drawing: str, words: str, mark: str) -> str:
    return f"<span class='emo'>{drawing}{words} {mark}</span>"


def chosen_point(points: Sequence[TrendPoint], open_id: str | None) -> TrendPoint:
    """The session that is open, or the newest."""
    return next((point for point in points if point.session_id == open_id), points[-1])


def trends_page(
    patient: Patient,
    points: Sequence[TrendPoint],
    chosen: TrendPoint,
    choice: Choice,
    found: Comparison | str = "No result",
    band: Band | None = None,
    events: Sequence[PatientEvent] = (),
    may_change: bool = False,
) -> str:
    """The whole screen for a patient with at least one session.

    Args:
        patient: whose
        points: all sessions, the oldest first
        chosen: the one whose figures stand beside the chart
        choice: what is shown
        found: the chosen one against the usual ones
        band: where unchanged sessions lie, where the chosen one is compared
        events: medication and life events, in the order of time
        may_change: whether whoever looks may say which are the usual ones, and what happened
    """
    days = RANGES[choice.months][1]
    visible = since(points, points[-1].day - timedelta(days=days) if days else None)
    labels = choice.labels(points, found)
    has_figures = any(point.figures for point in visible)
    beside = against_usual(points, chosen, found, labels if has_figures else (), may_change)
    if has_figures:
        usual_ids = () if isinstance(found, str) else found.usual_ids
        chart = trends_chart(visible, labels, chosen, choice.hidden, band, events, usual_ids)
    else:
        chart = trends_chart(visible, (), chosen, choice.hidden | _FIGURES, None, events)
        chart = _no_figures() + chart
    drawn = _drawn(visible, chosen, band if has_figures else None)
    return (
        f"<div class='tr' data-patient='{escaped(patient.id)}'><div class='tr-col'>"
        f"{_options(labels, choice)}{beside}{_facts(chosen)}{event_list(events, may_change)}</div>"
        f"{_main(visible, choice, drawn, chart)}</div>"
    )


def _main(points: Sequence[TrendPoint], choice: Choice, drawn: str, chart: str) -> str:
    """The chart with what stands above and below it."""
    return (
        f"<section class='panel tr-main' aria-label='{_('Trends')}'>"
        f"{_header(points, choice, drawn)}<p class='small muted tr-swipe'>"
        f"{_('The chart is wider than this screen: move it sideways.')}</p>"
        f"<div class='tr-scroll'>{chart}</div>"
        f"<div class='tr-foot'><p class='small muted'>{_sentence(points)}</p>"
        f"{_synthetic(points)}</div></section>"
    )


def _drawn(points: Sequence[TrendPoint], chosen: TrendPoint, band: Band | None) -> str:
    """Legend of what is drawn besides the sessions."""
    drawn = ""
    if band:
        drawn += _legend(_BAND, _("usual, with error"), question_mark("usual-band"))
    if new_levels(points, chosen):
        drawn += _legend(_LEVEL, _("new level"), question_mark("new-level"))
    return drawn


def _synthetic(points: Sequence[TrendPoint]) -> str:
    return chip() if any(point.model_key == MODEL.sha256 for point in points) else ""


def _options(labels: Sequence[str], choice: Choice) -> str:
    emotions = "".join(_option(label, emotion_name(label), label in labels) for label in EMOTIONS)
    lanes = {
        name: _option(name, _(text), name not in choice.hidden) for name, text in OTHERS.items()
    }
    lanes["scores"] = (
        f"<span class='asked'>{lanes['scores']}{question_mark('questionnaires')}</span>"
    )
    return (
        f"<section class='panel tr-box'><h2>{_('Show')}</h2><div class='opts'>{emotions}"
        f"</div><div class='opts sub'>{''.join(lanes.values())}</div></section>"
    )


def _option(name: str, content: str, is_on: bool) -> str:
    checked = " checked" if is_on else ""
    return (
        f"<label class='opt'><input type='checkbox' name='{name}'{checked}>"
        f"<span>{content}</span></label>"
    )


def _facts(point: TrendPoint) -> str:
    facts = [(_("Date"), point.moment)]
    if point.task:
        facts.append((_("Task"), _(point.task)))
    if point.grade:
        figure, unit = minutes_of(point.speech)
        facts += [
            (_("Speech"), f"{figure} {unit}"),
            (_("Quality"), point.quality),
            (_("Model"), point.model),
        ]
    why = f"<p class='small'>{escaped(retold(point.reason))}</p>" if point.reason else ""
    rows = "".join(f"<dt>{name}</dt><dd>{escaped(text)}</dd>" for name, text in facts)
    return (
        "<section class='panel tr-box tr-facts'><h2>"
        + _("Session {number}").format(number=point.number)
        + f"</h2><dl>{rows}</dl>{why}"
        "<button type='button' class='btn primary' data-session='"
        f"{escaped(point.session_id)}'>"
        + _("Open session {number}").format(number=point.number)
        + "</button></section>"
    )


def _header(points: Sequence[TrendPoint], choice: Choice, drawn: str) -> str:
    legend = "".join(grade_mark(grade) for grade in GRADES)
    buttons = "".join(
        _range_button(key, _(text), key == choice.months) for key, (text, _days) in RANGES.items()
    )
    return (
        f"<header><h1>{_title(points)} {question_mark('shares-over-time')}</h1>"
        f"<span class='grow'></span><span class='legend'>{drawn}{legend}<span>"
        f"{_('quality')}</span></span><div class='seg' role='group' aria-label='"
        f"{_('Range')}'>{buttons}</div></header>"
    )


def _range_button(key: str, text: str, is_on: bool) -> str:
    state = "aria-pressed='true' class='on'" if is_on else "aria-pressed='false'"
    return f"<button type='button' data-months='{key}' {state}>{text}</button>"


def _title(points: Sequence[TrendPoint]) -> str:
    count = ngettext("{n} session", "{n} sessions", len(points))
    with_figures = sum(bool(point.figures) for point in points)
    if with_figures < len(points):
        count += _(", {n} with figures").format(n=with_figures or _("none"))
    first, last = points[0].day, points[-1].day
    if first == last:
        return f"{count}, {long_date(last)}"
    return f"{count}, {_without_year(first, last)} – {long_date(last)}"


def _without_year(day: date, other: date) -> str:
    return day_and_month(day) if day.year == other.year else long_date(day)


def _sentence(points: Sequence[TrendPoint]) -> str:
    with_figures = sum(bool(point.figures) for point in points)
    text = _(
        "Bars are each session's own 95 % interval. {mark} The app draws no link between voice, "
        "scores, medication and events. Select a session to open it in Review."
    ).format(mark=question_mark("session-intervals"))
    if not with_figures:
        return _("Select a session to open it in Review.")
    if with_figures < LINE_NEEDS:
        why = _(
            "Fewer than {needed} sessions with figures: dots only, as two make no trend."
        ).format(needed=LINE_NEEDS)
        return f"{why} {text}"
    return text
