"""The strip above the tabs that never goes away: whose voice this is, and what the app is not."""

from ui.consent import Consent
from ui.marks import escaped
from ui.theme import asset

DISCLAIMER = "Decision support, not a diagnosis"


def banner(code: str | None, age_band: str, consent: Consent | None, user: str) -> str:
    """The banner as HTML.

    Args:
        code: of the open patient, or None when none is open
        age_band: such as "35–44"; empty when unknown
        consent: of the open patient
        user: who works here
    """
    return (
        f"{asset('marks.svg')}<header class='banner'>{asset('brand.html')}"
        f"<div class='who'>{_who(code, age_band, consent)}</div>"
        f"<div class='disclaimer'>{DISCLAIMER}</div>"
        "<div class='session-user'><span class='job-slot' role='status'></span>"
        f"<span>{escaped(user)}</span></div></header>"
    )


def _who(code: str | None, age_band: str, consent: Consent | None) -> str:
    if code is None:
        return "<span class='label'>No patient open</span>"
    chip = f"<span class='chip'>{consent.mark}{escaped(consent.sentence)}</span>" if consent else ""
    return f"<b>{escaped(code)}</b><span class='label'>{escaped(age_band)}</span>{chip}"
