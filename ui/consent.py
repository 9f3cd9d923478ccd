"""What a patient's consent amounts to today, in the words the pages use."""

from dataclasses import dataclass
from datetime import date

from storage.models import Patient
from ui.marks import icon, long_date, short_date

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


def consent_of(patient: Patient, today: date) -> Consent:
    """Consent of a patient to recording and analysis, as it stands on a day."""
    if patient.is_demonstration:
        return Consent(True, False, "not needed", "Demonstration, no consent needed", "check")
    entry = patient.consent(today)
    if entry is None:
        return _missing("none yet", "No consent yet")
    if entry.withdrawn_on:
        return _missing(f"withdrawn {short_date(entry.withdrawn_on, today)}", "Consent withdrawn")
    if entry.first_day > today:
        return _missing(f"from {long_date(entry.first_day)}", "Consent not yet valid")
    until = entry.expires_on
    if until is None:
        return Consent(True, False, "without end", "Consent given", "check")
    if until < today:
        return _missing(f"ended {short_date(until, today)}", "Consent has ended")
    return _limited(until, (until - today).days, today)


def _missing(short: str, sentence: str) -> Consent:
    return Consent(False, True, short, sentence, "minus")


def _limited(until: date, left: int, today: date) -> Consent:
    if left > SOON:
        text = f"to {long_date(until)}"
        return Consent(True, False, text, f"Consent {text}", "check")
    days = "last day" if left == 0 else f"{left} day{'s' if left > 1 else ''} left"
    text = f"to {short_date(until, today)}, {days}"
    return Consent(True, True, text, f"Consent {text}", "clock")
