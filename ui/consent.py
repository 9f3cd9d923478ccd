"""What a patient's consent amounts to today, in the words the pages use."""

from dataclasses import dataclass
from datetime import date

from storage.models import Patient
from ui.marks import icon
from verhm.dates import long_date, short_date
from verhm.language import _, ngettext

SOON = 30  # days before its end from which consent is pointed out


@dataclass(frozen=True)
class Consent:
    """Consent on one day.

    Attributes:
        is_given: whether recordings may be kept
        needs_attention: whether it is missing, withdrawn, over or about to end
        short: for a table cell, as in "to 3 Sep 2027"
        sentence: for the banner, as in "Consent to 3 Sep 2027"
        symbol: name of the icon beside it
    """

    is_given: bool
    needs_attention: bool
    short: str
    sentence: str
    symbol: str

    @property
    def mark(self) -> str:
        """The icon beside it, as inline SVG."""
        return icon(self.symbol)


def consent_of(patient: Patient, today: date, for_research: bool = False) -> Consent:
    """Consent of a patient to recording and analysis, as it stands on a day.

    Args:
        patient: whose
        today: day
        for_research: whether a researcher asks, who sees nobody who has not agreed to research
    """
    if patient.is_demonstration:
        return Consent(True, False, _("not needed"), _("Demonstration, no consent needed"), "check")
    if for_research:
        return Consent(True, False, _("to research"), _("Agreed to research"), "check")
    entry = patient.consent(today)
    if entry is None:
        return _missing(_("none yet"), _("No consent yet"))
    if entry.withdrawn_on:
        return _missing(
            _("withdrawn {day}").format(day=short_date(entry.withdrawn_on, today)),
            _("Consent withdrawn"),
        )
    if entry.first_day > today:
        return _missing(
            _("from {day}").format(day=long_date(entry.first_day)),
            _("Consent not yet valid"),
        )
    until = entry.expires_on
    if until is None:
        return Consent(True, False, _("given, without end"), _("Consent given"), "check")
    if until < today:
        return _missing(
            _("ended {day}").format(day=short_date(until, today)),
            _("Consent has ended"),
        )
    return _limited(until, (until - today).days, today)


def _missing(short: str, sentence: str) -> Consent:
    return Consent(False, True, short, sentence, "minus")


def _limited(until: date, left: int, today: date) -> Consent:
    if left > SOON:
        text = _("to {day}").format(day=long_date(until))
        return Consent(True, False, text, _("Consent {text}").format(text=text), "check")
    days = _("last day") if left == 0 else ngettext("{n} day left", "{n} days left", left)
    text = _("to {day}, {days}").format(day=short_date(until, today), days=days)
    return Consent(True, True, text, _("Consent {text}").format(text=text), "clock")
