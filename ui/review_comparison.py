"""Two runs, of one session or of two, held beside each other, as HTML."""

from dataclasses import dataclass
from datetime import date

from storage.models import Run, Session
from ui.marks import emotion_name, escaped, minutes_of
from ui.messages import code_last
from ui.review_cards import settings_words
from ui.session_names import session_facts, session_name
from verhm.language import _, decimal, pgettext, retold
from verhm.report.look import percent, points, signed
from verhm.report.quality import grade
from verhm.report.trends import Interval
from verhm.types import Share, Summary


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two.

    Attributes:
        session: of the run
        run: with a result
        summary: without what the clinician left out
    """

    session: Session
    run: Run
    summary: Summary

    @property
    def name(self) -> str:
        """Which it is, in a few words."""
        return _("{session}, run {number}").format(
            session=session_name(self.session), number=self.run.number
        )


def cautions(one: Side, other: Side) -> str:
    """What speaks against comparing two, and why one of them has no summary, as HTML."""
    why_not = (escaped(each) for each in _cautions(one, other))
    said = [*_no_summary(one), *_no_summary(other), *why_not]
    if len(said) < 2:
        return "".join(f"<p>{each}</p>" for each in said)
    return f"<ul>{''.join(f'<li>{each}</li>' for each in said)}</ul>"


def _no_summary(side: Side) -> list[str]:
    withheld = side.summary.withheld
    if not withheld:
        return []
    why = code_last(retold(withheld))
    return [_("{name} has no summary: {why}").format(name=escaped(side.name), why=why)]


def in_order(one: Side, other: Side) -> tuple[Side, Side]:
    """The earlier of two first: its session's day, then its session's and its own number."""

    def when(side: Side) -> tuple[date, int, int]:
        return side.session.recorded_on, side.session.number or 0, side.run.number

    return (one, other) if when(one) <= when(other) else (other, one)


def comparison(one: Side, other: Side) -> str:
    """What both have in figures, and the second less the first, as a table; see `in_order`."""
    is_later = one.session.recorded_on < other.session.recorded_on
    difference = _("later − earlier") if is_later else _("right − left")
    head = "".join(
        f"<th scope='col'>{escaped(side.name)}<small>{session_facts(side.session)}</small>"
        f"<small>{escaped(settings_words(side.run))}</small></th>"
        for side in (one, other)
    )
    return (
        "<table class='rv-figures'>"
        "<caption class='small muted'>"
        f"{_('Small: 95 % intervals. Bold: the two intervals lie apart.')}</caption>"
        f"<thead><tr><th scope='col'>{pgettext('a number', 'Figure')}</th>{head}<th scope='col'>"
        f"{_('Difference')}<small>{difference}</small></th></tr></thead><tbody>"
        f"{''.join(_rows(one.summary, other.summary))}</tbody></table>"
    )


def _cautions(one: Side, other: Side) -> list[str]:
    """What a reader has to know before comparing, the gravest first."""
    found = []
    models = [side.run.model for side in (one, other)]
    if models[0] != models[1]:
        names = _(" and ").join(f"{model.name} {model.version}" for model in models if model)
        found.append(
            _("Two models made these figures ({names}): what differs may be the models.").format(
                names=names
            )
        )
    if one.session.task != other.session.task:
        tasks = _(" and ").join(_(side.session.task) or _("not said") for side in (one, other))
        found.append(
            _("The tasks differ ({tasks}): people sound different in each.").format(tasks=tasks)
        )
    if one.run.settings.channel != other.run.settings.channel:
        found.append(_("They are of different channels: what differs may be who speaks."))
    windows = [(side.run.settings.window, side.run.settings.hop) for side in (one, other)]
    if windows[0] != windows[1]:
        found.append(_("They were analysed in windows of different lengths or hops."))
    poor = [side.name for side in (one, other) if _is_poor(side)]
    if poor:
        found.append(_("The recording is a poor one: {names}.").format(names=_(" and ").join(poor)))
    if one.session.id != other.session.id:
        found.append(
            _(
                "Two sessions of one person always differ. Whether a difference is more than usual "
                "is told under Trends."
            )
        )
    return found


def _is_poor(side: Side) -> bool:
    """Whether its recording is, whatever was left out of its figures."""
    quality, summary = side.run.quality, side.run.summary
    return quality is not None and summary is not None and grade(quality, summary) == "Poor"


def _rows(one: Summary, other: Summary) -> list[str]:
    both = (one, other)
    rows = [
        _row(_("Speech"), [" ".join(minutes_of(each.speech)) for each in both]),
        _row(_("Windows with a result"), [f"{percent(each.analysed)} %" for each in both]),
    ]
    if one.withheld or other.withheld:
        has, lacks = _("has a summary"), _("none, see above")
        return [*rows, _row(_("Summary"), [lacks if each.withheld else has for each in both])]
    shares = [_share_row(pair) for pair in zip(one.shares, other.shares, strict=True)]
    return [
        *rows,
        _row(_("Transitions per minute"), [decimal(f"{each.transitions:.1f}") for each in both]),
        *shares,
        _affect_row(_("Valence"), (one.valence, other.valence)),
        _affect_row(_("Arousal"), (one.arousal, other.arousal)),
    ]


def _row(name: str, words: list[str]) -> str:
    return _marked_row(name, [escaped(each) for each in words])


def _share_row(both: tuple[Share, Share]) -> str:
    words = [
        f"{percent(each.share)} % <small>{percent(each.low)}–{percent(each.high)} %</small>"
        for each in both
    ]
    first, second = (round(100 * each.share) for each in both)  # as they are read beside it
    difference = _("{points} points").format(points=points(second - first))
    one, other = ((each.share, each.low, each.high) for each in both)
    return _marked_row(emotion_name(both[0].label), words, difference, _are_apart(one, other))


def _affect_row(name: str, both: tuple[Interval, Interval]) -> str:
    words = [
        (
            f"{signed(value)} <small>"
            + _("{low} to {high}").format(low=signed(low), high=signed(high))
            + "</small>"
        )
        for value, low, high in both
    ]
    first, second = (round(value, 2) for value, _low, _high in both)  # as they are read beside it
    return _marked_row(name, words, signed(second - first), _are_apart(*both))


def _are_apart(one: Interval, other: Interval) -> bool:
    """Whether two intervals lie apart; one without width (see `summarize`) says too little."""
    have_width = all(low < high for _, low, high in (one, other))
    return have_width and (one[2] < other[1] or other[2] < one[1])


def _marked_row(name: str, words: list[str], difference: str = "", is_apart: bool = False) -> str:
    mark = " class='apart'" if is_apart else ""
    cells = "".join(f"<td>{cell}</td>" for cell in (*words, difference))
    return f"<tr{mark}><th scope='row'>{name}</th>{cells}</tr>"
