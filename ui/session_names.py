"""What a session is called wherever it is named, so that two of one day are told apart."""

from storage.models import Session
from ui.marks import escaped
from verhm.dates import long_date, long_moment
from verhm.language import N_, _

# What holds of a session that is only tried; said wherever one is made or shown.
TRY_ENDS = N_("Erased once anything else is opened, or VERHM stops")


def session_name(session: Session) -> str:
    """Session 2; "Not saved" for one that is only tried."""
    return (
        _("Not saved")
        if session.number is None
        else _("Session {number}").format(number=session.number)
    )


def name_within(session: Session) -> str:
    """The same within a sentence: session 2."""
    if session.number is None:
        return _("not saved")
    return _("session {number}").format(number=session.number)


def session_moment(session: Session) -> str:
    """Its day, and the time where it was added on that day: 21 Nov 2026, 14:05."""
    added = session.created_at.astimezone()
    # Of a recording that was brought in later, nobody knows the time.
    is_of_that_day = added.date() == session.recorded_on
    return long_moment(added) if is_of_that_day else long_date(session.recorded_on)


def session_facts(session: Session) -> str:
    """Its moment and what was entered, as HTML."""
    totals = (("PHQ-9", session.phq9), ("GAD-7", session.gad7))
    entered = [escaped(each) for each in (_(session.task), _(session.language)) if each]
    entered += [f"{name} {total}" for name, total in totals if total is not None]
    return " · ".join([session_moment(session), *entered])


def recording_words(session: Session) -> str:
    """Says of a recording that was erased since when it is gone; empty while it is there."""
    if session.recording_erased_at is None:
        return ""
    return _("Recording erased on {day}").format(
        day=long_date(session.recording_erased_at.astimezone())
    )


def session_words(session: Session) -> str:
    """Its name, moment and task in a line."""
    words = (session_name(session), session_moment(session), _(session.task))
    return " · ".join(word for word in words if word)
