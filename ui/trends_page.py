"""The trends screen as HTML: what is shown, the chosen session, and the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.event_models import PatientEvent
from storage.models import Patient
from ui.event_list import event_list
from ui.explanations import question_mark
from ui.grade import grade_mark
from ui.made_up import CHIP, MODEL
from ui.marks import emotion_name, escaped, long_date, minutes_of
from ui.trends_chart import trends_chart
from ui.trends_usual import against_usual, new_levels
from verhm.change import Comparison
from verhm.labels import EMOTIONS
from verhm.report.quality import GRADES
from verhm.report.trends import LINE_NEEDS, TrendPoint, most_varying, since

RANGES = {"3": ("3 mo", 92), "12": ("12 mo", 366), "all": ("All", None)}
OTHERS = {
    "valence": "Valence",
    "arousal": "Arousal",
    "scores": "PHQ-9, GAD-7",
    "events": "Events",
}

_EMPTY = (
    "<section class='panel empty'><h2>No sessions to compare</h2><p>{}</p><div class='row'>"
    "<button type='button' class='btn primary' data-visit='patients'>Patients</button>"
    "<button type='button' class='btn' data-visit='new-session'>New session</button></div>"
    "</section>"
)
EMPTY_PATIENT = _EMPTY.format("Open a patient to see the sessions over time.")
EMPTY_SESSIONS = _EMPTY.format("This patient has none yet. Trends begin with the first one.")
_NO_FIGURES = (
    "<div class='notice' role='note'>None of these sessions has a summary, so there are no figures "
    "to draw. Select a session to see why.</div>"
)

_BAND = (
    "<span class='emo'><svg width='30' height='12' aria-hidden='true'><rect width='30' height='12' "
    "class='ub'/><path class='ul' d='M0 6H30'/></svg>usual, with error "
    f"{question_mark('usual-band')}</span>"
)
_LEVEL = (
    "<span class='emo'><svg width='6' height='12' aria-hidden='true'><path class='level' "
    f"d='M3 0V12'/></svg>new level {question_mark('new-level')}</span>"
)


@dataclass(frozen=True)
class Choice:
    """What the person wants to see.

    Attributes:
        shown: emotions and any of OTHERS; None for what varies most
        months: a key of RANGES
    """

    shown: frozenset[str] | None = None
    months: str = "all"

    def labels(self, points: Sequence[TrendPoint]) -> tuple[str, ...]:
        """The emotions to draw, in their usual order."""
        if self.shown is None:
            return most_varying(points)
        return tuple(label for label in EMOTIONS if label in self.shown)

    @property
    def hidden(self) -> frozenset[str]:
        """The other lanes that are not wanted."""
        return frozenset() if self.shown is None else frozenset(OTHERS) - self.shown


def chosen_point(points: Sequence[TrendPoint], open_id: str | None) -> TrendPoint:
    """The session that is open, or the newest."""
    return next((point for point in points if point.session_id == open_id), points[-1])


def trends_page(
    patient: Patient,
    points: Sequence[TrendPoint],
    chosen: TrendPoint,
    choice: Choice,
    found: Comparison | str = "No result",
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
        events: medication and life events, in the order of time
        may_change: whether whoever looks may say which are the usual ones, and what happened
    """
    days = RANGES[choice.months][1]
    first_day = points[-1].day - timedelta(days=days) if days else None
    visible = since(points, first_day)
    labels = choice.labels(points)
    options = _options(labels, choice)
    band = _BAND if isinstance(found, Comparison) else ""
    levels = _LEVEL if new_levels(visible, chosen) else ""
    header = _header(visible, choice, band + levels)
    hidden, note = choice.hidden, ""
    if not any(point.figures for point in visible):
        labels, hidden, note = (), hidden | {"valence", "arousal"}, _NO_FIGURES
    beside = against_usual(points, chosen, found, labels, may_change)
    usual = found if isinstance(found, Comparison) else None
    chart = trends_chart(visible, labels, chosen, hidden, usual, events)
    return (
        f"<div class='tr' data-patient='{escaped(patient.id)}'><div class='tr-col'>"
        f"{options}{beside}{_facts(chosen)}{event_list(events, may_change)}</div>"
        f"<section class='panel tr-main' aria-label='Trends'>{header}{note}"
        "<p class='small muted tr-swipe'>The chart is wider than this screen: move it sideways.</p>"
        f"<div class='tr-scroll'>{chart}</div>"
        "<span class='grow'></span>"
        f"<p class='small muted'>{_sentence(visible)}</p></section></div>"
    )


def _options(labels: Sequence[str], choice: Choice) -> str:
    emotions = "".join(_option(label, emotion_name(label), label in labels) for label in EMOTIONS)
    others = "".join(
        _option(name, text, name not in choice.hidden) for name, text in OTHERS.items()
    )
    return (
        "<section class='panel tr-box'><h2>Show</h2>"
        f"<div class='opts'>{emotions}</div><div class='opts sub'>{others}"
        f"{question_mark('questionnaires')}</div></section>"
    )


def _option(name: str, content: str, is_on: bool) -> str:
    checked = " checked" if is_on else ""
    return (
        f"<label class='opt'><input type='checkbox' name='{name}'{checked}>"
        f"<span>{content}</span></label>"
    )


def _facts(point: TrendPoint) -> str:
    facts = [("Date", point.moment)]
    if point.task:
        facts.append(("Task", point.task))
    if point.grade:
        figure, unit = minutes_of(point.speech)
        facts += [
            ("Speech", f"{figure} {unit}"),
            ("Quality", point.quality),
            ("Model", point.model),
        ]
    why = f"<p class='small'>{escaped(point.reason)}</p>" if point.reason else ""
    rows = "".join(f"<dt>{name}</dt><dd>{escaped(text)}</dd>" for name, text in facts)
    return (
        f"<section class='panel tr-box tr-facts'><h2>Session {point.number}</h2><dl>{rows}</dl>"
        f"{why}<button type='button' class='btn primary' "
        f"data-session='{escaped(point.session_id)}'>Open session {point.number}</button></section>"
    )


def _header(points: Sequence[TrendPoint], choice: Choice, drawn: str) -> str:
    chip = CHIP if any(point.model_key == MODEL.sha256 for point in points) else ""
    legend = "".join(grade_mark(grade) for grade in GRADES)
    buttons = "".join(
        _range_button(key, text, key == choice.months) for key, (text, _) in RANGES.items()
    )
    return (
        f"<header><h1>{_title(points)} {question_mark('shares-over-time')}</h1>{chip}"
        "<span class='grow'></span>"
        f"<span class='legend'>{drawn}{legend}<span>quality</span></span>"
        f"<div class='seg' role='group' aria-label='Range'>{buttons}</div></header>"
    )


def _range_button(key: str, text: str, is_on: bool) -> str:
    state = "aria-pressed='true' class='on'" if is_on else "aria-pressed='false'"
    return f"<button type='button' data-months='{key}' {state}>{text}</button>"


def _title(points: Sequence[TrendPoint]) -> str:
    count = f"{len(points)} session{'s' if len(points) > 1 else ''}"
    with_figures = sum(bool(point.figures) for point in points)
    if with_figures < len(points):
        count += f", {with_figures or 'none'} with figures"
    first, last = points[0].day, points[-1].day
    if first == last:
        return f"{count}, {long_date(last)}"
    return f"{count}, {_without_year(first, last)} – {long_date(last)}"


def _without_year(day: date, other: date) -> str:
    return f"{day.day} {day:%b}" if day.year == other.year else long_date(day)


def _sentence(points: Sequence[TrendPoint]) -> str:
    with_figures = sum(bool(point.figures) for point in points)
    text = (
        f"Bars are each session's own 95 % interval. {question_mark('session-intervals')} The app "
        "draws no link between voice, scores, medication and events. Select a session to open it "
        "in Review."
    )
    if not with_figures:
        return "Select a session to open it in Review."
    if with_figures < LINE_NEEDS:
        why = f"Fewer than {LINE_NEEDS} sessions with figures: dots only, as two make no trend."
        return f"{why} {text}"
    return text
