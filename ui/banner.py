"""The strip above the tabs that never goes away: whose voice this is, and what the app is not."""

from ui.consent import Consent
from ui.marks import escaped, icon
from ui.theme import asset
from verhm.language import N_, _

DISCLAIMER = N_("Decision support, not a diagnosis")


def banner(
    code: str | None, age_band: str, consent: Consent | None, user: str, session_id: str | None
) -> str:
    """The banner as HTML.

    Args:
        code: of the open patient, or None when none is open
        age_band: such as "35–44"; empty when unknown
        consent: of the open patient
        user: who works here
        session_id: of the open session, or None when none is open
    """
    return (
        f"{asset('marks.svg')}<header class='banner' "
        f"data-session='{escaped(session_id or '')}'>{asset('brand.html')}"
        f"<div class='who'>{_who(code, age_band, consent)}</div>"
        f"<div class='disclaimer'>{_(DISCLAIMER)}</div>"
        "<div class='session-user'><span class='job-slot' role='status'></span>"
        f"{_account(user)}</div></header>"
    )


def _account(user: str) -> str:
    """Who works here, and the ways out; nothing before the page knows who that is."""
    if not user:
        return ""
    return (
        "<button type='button' class='btn small quiet help-button' data-do='help'>"
        f"{_('Help')}</button><a class='link' href='/account' title='{_('Your account')}'>"
        f"{escaped(user)}</a>"
        "<button type='button' class='btn small' data-do='lock' title='"
        f"{_('Lock (Ctrl+L)')}'>{_('Lock')}</button>"
        "<form method='post' action='/sign-out'>"
        f"<button class='btn small quiet'>{_('Sign out')}</button></form>"
    )


def _who(code: str | None, age_band: str, consent: Consent | None) -> str:
    if code is None:
        return f"<span class='label'>{_('No patient open')}</span>"
    chip = _chip(consent) if consent else ""
    return f"<b>{escaped(code)}</b><span class='label'>{escaped(age_band)}</span>{chip}"


def _chip(consent: Consent) -> str:
    chip = f"{consent.mark}{escaped(consent.sentence)}</span>"
    if consent.is_given:
        return f"<span class='chip'>{chip}"
    # Which of them shows follows the box in the tab New session.
    ticked = f"{icon('check')}{_('Consent ticked, not written down yet')}</span>"
    return f"<span class='chip unticked'>{chip}<span class='chip ticked'>{ticked}"
