"""Whether a patient's session differs from the usual ones by more than their sessions differ."""

from collections.abc import Sequence

import numpy as np

from storage.details import SessionFigures
from verhm.change import LEAST_USUAL, Comparison, Shift, compare, find_usual
from verhm.labels import EMOTIONS
from verhm.language import _
from verhm.report.quality import grade
from verhm.report.trends import Band


def compare_with_usual(
    figures: Sequence[SessionFigures], session_id: str | None = None
) -> Comparison | str:
    """Compare a session with the patient's usual ones, by `verhm.change`.

    Only sessions of one model and one task are compared, analysed in the same windows and of the
    same channel, as another one may be another person's. The usual ones are those that were chosen;
    where none was, the first three of which the recording is no poor one.

    Args:
        figures: of one patient's sessions, the oldest first
        session_id: which is compared; the last one where none is given

    Returns:
        the comparison, or why there is none, as words for the list
    """
    if not figures:
        return _("No result yet")
    found = [each for each in figures if session_id in (None, each.session_id)]
    if not found:
        return _("No result")
    session = found[-1]
    if grade(session.quality, session.summary) == "Poor":
        return _("Quality too low to compare")
    if session.summary.withheld:
        return _("No summary to compare")
    usual, are_chosen = _usual_sessions(figures, session)
    if session in usual:
        return _("One of the usual sessions")
    if len(usual) < LEAST_USUAL:
        return _why_too_few(figures, session, len(usual), are_chosen)
    return _compare(session, usual, are_chosen)


def usual_band(
    figures: Sequence[SessionFigures], session_id: str, found: Comparison | str
) -> Band | None:
    """Where unchanged sessions lie, at each session that is held against the same usual ones.

    Args:
        figures: of one patient's sessions, the oldest first
        session_id: that was compared
        found: what came out; see `compare_with_usual`
    """
    if isinstance(found, str):
        return None
    session = next(each for each in figures if each.session_id == session_id)
    edges = {
        each.session_id: _edges(each, found)
        for each in _comparable(figures, session)
        if each.session_id in found.usual_ids or grade(each.quality, each.summary) != "Poor"
    }
    return Band(dict(zip(EMOTIONS, (100 * found.usual.shares).tolist(), strict=True)), edges)


def _edges(session: SessionFigures, found: Comparison) -> dict[str, tuple[float, float]]:
    speech = session.summary.speech
    if session.session_id in found.usual_ids:  # compared with nothing, as they made the band
        low, high = found.usual.band(speech)
    else:
        change = compare(found.usual, _shares(session), speech)
        low, high = change.low, change.high
    between = zip((100 * low).tolist(), (100 * high).tolist(), strict=True)
    return dict(zip(EMOTIONS, between, strict=True))


def _usual_sessions(
    figures: Sequence[SessionFigures], session: SessionFigures
) -> tuple[list[SessionFigures], bool]:
    """The sessions that one is compared with, and whether they were chosen."""
    alike = _comparable(figures, session)
    chosen = [each for each in alike if each.is_usual]
    if chosen:
        return chosen, True
    first = [each for each in alike if grade(each.quality, each.summary) != "Poor"][:LEAST_USUAL]
    # The session itself is never usual by being early: it is the fourth that can be compared.
    return (first if session not in first else first[: first.index(session)]), False


def _comparable(figures: Sequence[SessionFigures], session: SessionFigures) -> list[SessionFigures]:
    """The sessions that one can be held beside, itself among them."""
    return [
        each
        for each in _of_one_model(figures, session)
        if each.task == session.task and _is_alike(each, session)
    ]


def _of_one_model(
    figures: Sequence[SessionFigures], session: SessionFigures
) -> list[SessionFigures]:
    return [
        each
        for each in figures
        if each.model.sha256 == session.model.sha256 and not each.summary.withheld
    ]


def _is_alike(one: SessionFigures, other: SessionFigures) -> bool:
    """Whether two were analysed in the same windows and of the same channel."""
    ways = [(each.window, each.hop, each.channel) for each in (one.settings, other.settings)]
    return ways[0] == ways[1]


def _why_too_few(
    figures: Sequence[SessionFigures], session: SessionFigures, count: int, are_chosen: bool
) -> str:
    if are_chosen:
        return _("{count} of {needed} usual sessions chosen").format(
            count=count, needed=LEAST_USUAL
        )
    others = [each for each in _of_one_model(figures, session) if each is not session]
    if len(others) >= LEAST_USUAL and not any(_is_alike(each, session) for each in others):
        return _("Analysed with other settings than the others")
    if len(others) >= LEAST_USUAL and count == 0:
        return _("Task differs from the usual sessions")
    return _("{known} of {needed} comparable sessions so far").format(
        known=count + 1, needed=LEAST_USUAL + 1
    )


def _compare(
    session: SessionFigures, sessions: Sequence[SessionFigures], are_chosen: bool
) -> Comparison:
    speech = np.array([each.summary.speech for each in sessions])
    usual = find_usual(np.array([_shares(each) for each in sessions]), speech)
    change = compare(usual, _shares(session), session.summary.speech)
    lows, highs = (100 * (edge - usual.shares) for edge in (change.low, change.high))
    shifts = tuple(
        Shift(
            share.label,
            points=100 * float(change.difference[index]),
            low=float(lows[index]),
            high=float(highs[index]),
            index=float(change.index[index]),
            is_reliable=bool(change.is_reliable[index]),
        )
        for index, share in enumerate(session.summary.shares)
    )
    ids = tuple(each.session_id for each in sessions)
    return Comparison(ids, are_chosen, usual, shifts)


def _shares(figures: SessionFigures) -> np.ndarray:
    return np.array([share.share for share in figures.summary.shares])
