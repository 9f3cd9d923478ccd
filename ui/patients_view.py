"""The list of patients as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.details import PatientOverview
from storage.models import Patient, RunState, Session
from ui.change import compare_with_usual
from ui.consent import consent_of
from ui.explanations import question_mark
from ui.grade import grade_mark
from ui.marks import emotion_name, escaped, icon
from ui.session_names import name_within, session_moment, session_name
from ui.theme import asset
from ui.tour import tour_offer
from verhm.change import Comparison, Shift
from verhm.dates import long_date
from verhm.language import N_, _, ngettext
from verhm.report.quality import grade

_MOST_SESSIONS = 12  # shown under an open patient
# What can be done with an open patient; in the archive nothing is added or changed.
_VERBS = (
    ("new_session", N_("New session"), ""),
    ("consent", N_("Consent"), "quiet"),
    ("edit", N_("Edit patient"), "quiet"),
)
_ARCHIVED = (("bring_back", N_("Bring back"), ""), ("consent", N_("Consent"), "quiet"))


@dataclass(frozen=True)
class ListView:
    """What the list shows besides its rows.

    Attributes:
        today: the day it is
        shows_names: whether names may be read off the screen
        open_id: of the patient that is open
        sessions: of that patient, the latest first
        search: text that was searched for
        is_deidentified: whether a researcher looks, who changes nothing
    """

    today: date
    shows_names: bool = False
    open_id: str | None = None
    sessions: Sequence[Session] = ()
    search: str = ""
    is_deidentified: bool = False


def counted(overviews: Sequence[PatientOverview]) -> str:
    """The page's title with how many patients there are."""
    demonstrations = sum(each.patient.is_demonstration for each in overviews)
    people = len(overviews) - demonstrations
    words = [ngettext("{n} patient", "{n} patients", people)] if people else []
    if demonstrations:
        words.append(ngettext("{n} demonstration", "{n} demonstrations", demonstrations))
    return f"<h1>{_('Patients')}</h1><span class='muted'>{_(' and ').join(words)}</span>"


def patients_list(overviews: Sequence[PatientOverview], view: ListView) -> str:
    """The table, or what stands in its place when it would be empty."""
    if not overviews:
        return asset("patients-none-found.html" if view.search else _empty(view))
    changes = [_largest_change(each) for each in overviews]
    shifts = [each for each in changes if isinstance(each, Shift)]
    span = max((max(abs(each.points), each.high, -each.low) for each in shifts), default=0.0)
    rows = [
        _row(overview, change, max(span, 15.0), view)
        for overview, change in zip(overviews, changes, strict=True)
    ]
    heads = "".join(f"<th scope='col' class='{kind}'>{text}</th>" for text, kind in _headings())
    return (
        f"{_offer(overviews, view)}"
        f"<section class='panel list'><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></section>{asset('patients-foot.html')}"
    )


def _empty(view: ListView) -> str:
    return "patients-none-shared.html" if view.is_deidentified else "patients-empty.html"


def _headings() -> tuple[tuple[str, str], ...]:
    quality = f"{_('Quality')} {question_mark('quality')}"
    change = _("Change vs usual, share of time in points")
    return (
        (_("Code"), ""),
        (_("Name"), ""),
        (_("Age band"), ""),
        (_("Consent"), ""),
        (_("Sessions"), "num"),
        (_("Last session"), "num"),
        (_("Days since"), "num"),
        (quality, ""),
        (f"{change} {question_mark('change-in-the-list')}", ""),
    )


def _offer(overviews: Sequence[PatientOverview], view: ListView) -> str:
    """The tour, where what it shows is open: the demonstration patient."""
    shown = (each.patient for each in overviews if each.patient.id == view.open_id)
    return tour_offer() if any(patient.is_demonstration for patient in shown) else ""


def _largest_change(overview: PatientOverview) -> Shift | str:
    found = compare_with_usual(overview.figures)
    return found.largest if isinstance(found, Comparison) else found


def _row(overview: PatientOverview, change: Shift | str, span: float, view: ListView) -> str:
    patient = overview.patient
    is_open = patient.id == view.open_id
    consent = consent_of(patient, view.today, view.is_deidentified)
    cells = [
        f"<td><span class='emo'><b>{escaped(patient.code)}</b>{_tag(overview)}</span></td>",
        f"<td>{_name(overview, view.shows_names)}</td>",
        f"<td>{escaped(_(patient.age_band) or '–')}</td>",
        f"<td><span class='emo {'strong' if consent.needs_attention else ''}'>{consent.mark}"
        f"{escaped(consent.short)}</span></td>",
        f"<td class='num'>{overview.session_count}</td>",
        *_last_session(overview, view.today),
        f"<td>{_quality(overview)}</td>",
        f"<td>{_change(overview, change, span, view.today)}</td>",
    ]
    row = (
        f"<tr class='{'selected' if is_open else ''}' data-patient='{escaped(patient.id)}' "
        f"tabindex='0' aria-selected='{str(is_open).lower()}'>{''.join(cells)}</tr>"
    )
    return row + (_opened(overview, view) if is_open else "")


def _tag(overview: PatientOverview) -> str:
    if overview.patient.is_demonstration:
        return f"<span class='chip outline'>{_('synthetic')}</span>"
    return f"<span class='chip'>{_('archived')}</span>" if overview.patient.archived_at else ""


def _name(overview: PatientOverview, shows_names: bool) -> str:
    patient = overview.patient
    if patient.is_demonstration:
        return f"<span class='muted'>{_('made by the app')}</span>"
    if not patient.name:
        return "<span class='muted'>–</span>"
    hidden = f"<span class='hid' aria-label='{_('hidden')}'>••••••&ensp;•••••••</span>"
    return escaped(patient.name) if shows_names else hidden


def _last_session(overview: PatientOverview, today: date) -> tuple[str, str]:
    last = overview.last_session_on
    if last is None:
        return ("<td class='num muted'>–</td>",) * 2
    return (
        f"<td class='num'>{long_date(last)}</td>",
        f"<td class='num'>{max(0, (today - last).days)}</td>",
    )


def _quality(overview: PatientOverview) -> str:
    latest = overview.latest
    if latest is None:
        return "<span class='muted'>–</span>"
    return grade_mark(grade(latest.quality, latest.summary))


def _change(overview: PatientOverview, change: Shift | str, span: float, today: date) -> str:
    consent = overview.patient.consent(today)
    if consent is not None and consent.withdrawn_on:
        change = _("Closed, no new sessions")
    elif overview.session_count == 0:
        change = _("No session yet")
    if isinstance(change, str):
        return f"<span class='muted'>{change}</span>"
    sign = "+" if change.points > 0 else "−"
    weight = "" if change.is_reliable else "w4"
    words = _("beyond error") if change.is_reliable else _("within error")
    return (
        f"<span class='chg'>{_bar(change, span)}<span>{emotion_name(change.label)}</span>"
        f"<b class='{weight}'>{sign}{abs(change.points):.0f}</b>"
        f"<span class='muted'>{words}</span></span>"
    )


def _bar(change: Shift, span: float) -> str:
    """The change as a dot over the bar of its error; the line in the middle is the usual share."""
    scale = 61.0 / span
    left, width = 70 + change.low * scale, (change.high - change.low) * scale
    dot = "dd" if change.is_reliable else "dd o"
    return (
        "<svg width='132' height='18' viewBox='4 0 132 18' aria-hidden='true'>"
        f"<rect class='bb' x='{left:.1f}' y='3' width='{width:.1f}' height='12' rx='2'/>"
        "<path class='zl' d='M70 1V17'/>"
        f"<circle class='{dot}' cx='{70 + change.points * scale:.1f}' cy='9' r='4.5'/></svg>"
    )


def _opened(overview: PatientOverview, view: ListView) -> str:
    """What an open patient shows under its row: sessions, and what can be done."""
    shown = view.sessions[:_MOST_SESSIONS]
    more = len(view.sessions) - len(shown)
    sessions = "".join(_session(each, overview.patient, view) for each in shown)
    if more > 0:
        sessions += (
            "<span class='muted small'>"
            + _("and {more} earlier, see Trends").format(more=more)
            + "</span>"
        )
    if not shown:
        sessions = f"<span class='muted'>{_('No session yet')}</span>"
    if _numbers_mislead(shown):
        sessions += (
            "<span class='muted small order'>"
            + _("By date, the newest first. Numbers follow the order in which they were added.")
            + "</span>"
        )
    verbs = _ARCHIVED if overview.patient.archived_at else _VERBS
    buttons = "".join(
        f"<button type='button' class='btn small {kind}' data-do='{verb}'>{_(words)}</button>"
        for verb, words, kind in (() if view.is_deidentified else verbs)
        if verb != "consent" or not overview.patient.is_demonstration
    )
    note = (
        f"<p class='note'>{escaped(_note(overview.patient))}</p>" if overview.patient.note else ""
    )
    return (
        "<tr class='opened'><td colspan='9'><div class='opened-inner'>"
        f"<div class='sessions'>{sessions}</div><span class='grow'></span>{buttons}</div>"
        f"{note}</td></tr>"
    )


def _numbers_mislead(sessions: Sequence[Session]) -> bool:
    """Whether sessions by date, the newest first, are not in the order of their numbers."""
    numbers = [each.number or 0 for each in sessions]
    return numbers != sorted(numbers, reverse=True)


def _note(patient: Patient) -> str:
    """What was written about a patient; the app's own words about the made-up one are its own."""
    return _(patient.note) if patient.is_demonstration else patient.note


def _session(session: Session, patient: Patient, view: ListView) -> str:
    run = session.latest_done
    name, when = session_name(session), session_moment(session)
    task = f"<span class='muted'>{escaped(_(session.task))}</span>" if session.task else ""
    said = "" if patient.is_demonstration else escaped(session.note)
    note = f"<span class='muted words'>{said}</span>" if said else ""
    state = _state(session) if run is None else ""
    return (
        f"<span class='session'><button type='button' data-session='{escaped(session.id)}"
        f"' title='{said}'><b>{name}</b><span>{when}</span>{task}{note}{state}"
        f"</button>{'' if view.is_deidentified else _erase(session, when)}</span>"
    )


def _erase(session: Session, when: str) -> str:
    return (
        f"<button type='button' data-erase='{escaped(session.id)}' aria-label='"
        + _("Erase {name} of {when}").format(name=name_within(session), when=when)
        + f"' title='{_('Erase this session…')}'>{icon('erase')}</button>"
    )


def _state(session: Session) -> str:
    """Why a session has no result, with the way to get one."""
    latest = session.runs[0] if session.runs else None
    if latest is not None and latest.state.is_unfinished:
        return f"<span class='chip accent'>{_('being analysed')}</span>"
    words = {
        RunState.FAILED: _("failed {code}").format(code=latest.error_code if latest else ""),
        RunState.CANCELLED: _("cancelled"),
        RunState.INTERRUPTED: _("interrupted"),
    }
    text = words.get(latest.state, _("not analysed")) if latest else _("not analysed")
    return f"<span class='chip alert'>{escaped(text)}</span>"
