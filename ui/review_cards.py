"""The upper part of the review screen as HTML: whose session this is, and its figures."""

from datetime import datetime

from storage.models import Run, Session
from ui.explanations import EXPLANATIONS, question_mark
from ui.made_up import NOTE, is_made_up
from ui.marks import clock, emotion_name, escaped, minutes_of
from ui.messages import code_last
from ui.session_names import TRY_ENDS, recording_words, session_facts, session_name
from verhm.dates import long_moment
from verhm.language import _, decimal, retold
from verhm.report.look import percent
from verhm.report.quality import quality_words
from verhm.settings import CHANNEL_WORDS, AnalysisSettings, VideoSettings
from verhm.types import Share, Summary


def session_header(
    session: Session,
    run: Run,
    newer: str = "",
    offers_again: bool = False,
    offers_choice: bool = False,
    offers_details: bool = False,
) -> str:
    """Which session and which run is shown, and how good the recording is.

    Args:
        session: the open one
        run: the one that is shown; it has a result
        newer: what became of a run after it
        offers_again: whether it can be analysed again by another model than the run's
        offers_choice: whether it can be analysed again with other settings
        offers_details: whether what was entered about the session can be changed
    """
    name, facts = session_name(session), session_facts(session)
    gone = recording_words(session)
    erased = (
        ("<p class='muted'>" + _("{gone}; its results stay").format(gone=gone) + "</p>")
        if gone
        else ""
    )
    later = f"<p class='muted'>{escaped(newer)}</p>" if newer else ""
    kept = "" if session.is_kept else f"<p class='muted'>{_(TRY_ENDS)}</p>"
    return (
        f"<section class='panel who-card' aria-label='{_('Session and run')}'>"
        f"<div class='row' data-entered><h1>{name}</h1><span class='label'>{facts}</span>"
        f"{edit_details(session) if offers_details else ''}</div>"
        f"{_run_line(session, run, offers_choice)}{_made_line(run)}"
        f"{later}{kept}{_quality_line(run)}"
        f"{erased}{_another_model() if offers_again else ''}"
        f"<div class='rv-noted' data-entered>{_note(session, run)}</div></section>"
    )


def edit_details(session: Session) -> str:
    """The button that opens what was entered about a session."""
    return (
        "<button type='button' class='btn small quiet' "
        f"data-details='{escaped(session.id)}'>{_('Edit details…')}</button>"
    )


def _note(session: Session, run: Run) -> str:
    """What was noted beside the recording: a line of it, and all of it once it is opened."""
    says_so_itself = is_made_up(run.model) and session.note == NOTE
    if not session.note or says_so_itself:
        return ""
    words = f"<b>{_('Note')}</b> {escaped(session.note)}"
    return f"<details class='rv-session-note'><summary>{words}</summary></details>"


def _another_model() -> str:
    return (
        f"<div class='row small'><span class='muted'>{_('Another model analyses now.')}</span>"
        f"<button type='button' class='btn small' data-again>{_('Analyse again')}</button></div>"
    )


def _run_line(session: Session, run: Run, offers_choice: bool) -> str:
    """Which run it is, as a list where there are others, and the ways to hold it against one and
    to make another.
    """
    otherwise = (
        f"<button type='button' class='btn small quiet' data-otherwise>{_('Re-analyse…')}</button>"
    )
    finished = [each for each in session.runs if each.model is not None]
    words = f"<span class='muted'>{escaped(_numbered(run))}</span>"
    if len(finished) > 1:
        options = "".join(_run_option(each, each.id == run.id) for each in finished)
        words = (
            f"<span class='rv-choice'><select class='rv-run' aria-label='{_('Run')}'>{options}"
            "</select></span>"
        )
    return (
        f"<div class='row rv-run-line'>{words}"
        f"<button type='button' class='btn small quiet' data-compare>{_('Compare…')}"
        f"</button>{otherwise if offers_choice else ''}</div>"
    )


def _made_line(run: Run) -> str:
    """How the run was made."""
    words = escaped(f"{settings_words(run)} · {_maker(run)}")
    return f"<div class='row rv-made'><span class='muted'>{words}</span></div>"


def _run_option(run: Run, is_shown: bool) -> str:
    """The run that is shown needs no more than its name: the line below the list says the rest."""
    chosen, words = (" selected", _numbered(run)) if is_shown else ("", told_apart(run))
    return f"<option value='{escaped(run.id)}'{chosen}>{escaped(words)}</option>"


def run_words(run: Run) -> str:
    """Which run it is, when it was made, by what, and of which channel, where one was chosen."""
    words = [_numbered(run), _maker(run)]
    if run.settings.channel in CHANNEL_WORDS:
        words.append(_(CHANNEL_WORDS[run.settings.channel]))
    return " · ".join(words)


def told_apart(run: Run) -> str:
    """The same with its settings; what tells it apart first, since lists cut long lines off."""
    return f"{_numbered(run)} · {settings_words(run)} · {_maker(run)}"


def _numbered(run: Run) -> str:
    number = _("Run {number}").format(number=run.number)
    return f"{number} · {_moment(run.created_at.astimezone())}"


def settings_words(run: Run) -> str:
    """How a run was analysed: its windows, and what else is not as usual."""
    chosen, usual = run.settings, AnalysisSettings()
    words = [
        _("window {window} s, hop {hop} s").format(
            window=_short(chosen.window), hop=_short(chosen.hop)
        )
    ]
    if chosen.channel in CHANNEL_WORDS:
        words.append(_(CHANNEL_WORDS[chosen.channel]))
    if chosen.expression_strength != usual.expression_strength:
        words.append(_("expression {strength}").format(strength=_short(chosen.expression_strength)))
    if chosen.seed != usual.seed:
        words.append(_("seed {seed}").format(seed=chosen.seed))
    if run.video_settings and run.video_settings.size != VideoSettings.size:
        words.append(_("face {size}").format(size=run.video_settings.size))
    return ", ".join(words)


def _short(value: float) -> str:
    return decimal(f"{value:g}")


def _maker(run: Run) -> str:
    return f"{run.model.name} {run.model.version}" if run.model else _("unknown model")


def _moment(local: datetime) -> str:
    today = datetime.now(local.tzinfo).date()
    return long_moment(local, _("today") if local.date() == today else "")


def _quality_line(run: Run) -> str:
    """How far a recording can be leant on, whatever was left out of its figures; as HTML."""
    if run.quality is None or run.summary is None:
        return ""
    words = quality_words(run.quality, run.summary)
    words = escaped(_("Quality {found}").format(found=f"{words[0].lower()}{words[1:]}"))
    return (
        f"<div class='row rv-quality'><p class='label'>{words}</p>{question_mark('quality')}</div>"
    )


def summary_cards(summary: Summary, duration: float, windows: int, without: int) -> str:
    """A session's figures as cards; where they are withheld, the reason in their place.

    Args:
        summary: of the run
        duration: of the recording, s
        windows: how many there are
        without: how many of them have no result
    """
    figure, unit = minutes_of(summary.speech)
    cards = [
        _card("speech", figure, unit, _("of {length}").format(length=clock(duration))),
        (
            f"<div class='card'>{_name('windows-with-a-result')}<div class='fig'>"
            f"{escaped(percent(summary.analysed))}<i>%</i></div><div class='split'>"
            f"<i style='width:{100 * summary.analysed:.1f}%'></i><i class='rest'></i></div>"
            "<small>"
            + (
                _("{found} of {windows}, others say why") if without else _("{found} of {windows}")
            ).format(found=windows - without, windows=windows)
            + "</small></div>"
        ),
    ]
    if summary.withheld:
        why = (
            f"<div class='card why' role='note'><p>{code_last(retold(summary.withheld))}</p></div>"
        )
        return _section([*cards, why], " withheld")
    rate = decimal(f"{summary.transitions:.1f}")
    cards.append(_card("transitions", rate, _("/ min"), _("of analysed time")))
    return _section([*cards, _shares(summary.shares)])


def _section(parts: list[str], kind: str = "") -> str:
    return (
        f"<section class='panel cards{kind}' aria-label='{_('Summary')}'>{''.join(parts)}</section>"
    )


def _name(key: str) -> str:
    return f"<span>{escaped(_(EXPLANATIONS[key].title))}</span>{question_mark(key)}"


def _card(key: str, figure: str, unit: str, note: str) -> str:
    return (
        f"<div class='card'>{_name(key)}<div class='fig'>{figure}<i>{unit}</i></div>"
        f"<small>{note}</small></div>"
    )


def _shares(shares: tuple[Share, ...]) -> str:
    title = _("Share of analysed time in %, with 95 % interval")
    widest = max((share.high for share in shares), default=1.0) or 1.0
    items = "".join(_share(share, min(1.0, 1.1 * widest)) for share in shares)
    return (
        f"<div class='shares' role='group' aria-label='{title}'>"
        f"<p>{title} {question_mark('shares')}</p>{items}</div>"
    )


def _share(share: Share, widest: float) -> str:
    value, low, high = (escaped(percent(each)) for each in (share.share, share.low, share.high))
    left, right, middle = (40 * value / widest for value in (share.low, share.high, share.share))
    return (
        f"<div class='sh'>{emotion_name(share.label)}"
        f"<div class='v'><b>{value}</b><span>{low}–{high}</span></div>"
        "<svg width='100%' height='6' viewBox='0 0 40 6' preserveAspectRatio='none' "
        "aria-hidden='true'><rect class='st' y='2' width='40' height='2'/>"
        f"<rect class='sci' x='{left:.1f}' y='1' width='{max(0.5, right - left):.1f}' height='4'/>"
        f"<rect class='spt' x='{min(39.1, middle):.1f}' width='0.9' height='6'/></svg></div>"
    )
