"""The page of one's own account, as HTML."""

from collections.abc import Mapping, Sequence

from fastapi import Response

from storage.account_models import Account, Role
from storage.models import Patient
from storage.sharing import Shared
from storage.signins import SignedIn
from ui.marks import escaped
from ui.plain_pages import choice_field, form, hidden_field, page, passphrase_field, text_field
from ui.sign_in_routes import passphrase_hint
from verhm.errors import VerhmError
from verhm.language import N_, _

_ROLES = {
    Role.CLINICIAN: N_("Clinician"),
    Role.RESEARCHER: N_("Researcher: shared figures only, without what tells whose they are"),
    Role.ADMINISTRATOR: N_("Administrator: a clinician who also looks after the accounts"),
}
_SHORT = {
    Role.CLINICIAN: N_("clinician"),
    Role.RESEARCHER: N_("researcher"),
    Role.ADMINISTRATOR: N_("administrator"),
}


def account_page(
    found: SignedIn,
    people: Sequence[Account],
    patients: Sequence[Patient],
    shares: Mapping[str, Sequence[Shared]],
    changes_records: bool = False,
    error: VerhmError | None = None,
) -> Response:
    """The page.

    Args:
        found: who looks at it
        people: all accounts
        patients: the person's own
        shares: by patient
        changes_records: whether the person may change the passphrase of the records
        error: what was wrong with the last entries
    """
    if found.must_change:
        words = (
            "<p>"
            + _("Somebody else chose your passphrase. Choose one that only you know.")
            + "</p>"
        )
        return page(_("Your passphrase"), words + _passphrase_form(), error)
    role = escaped(_(_SHORT[found.role]))
    parts = [
        (
            "<p>"
            + _("Signed in as <b>{name}</b>, {role}.").format(name=escaped(found.name), role=role)
            + f" <a href='/app/'>{_('Back')}</a></p>"
        )
    ]
    if found.role is not Role.RESEARCHER:
        parts.append(_sharing(found, people, patients, shares))
    if found.role is Role.ADMINISTRATOR:
        parts.append(_people(found, people))
    parts.append(f"<section><h2>{_('Your passphrase')}</h2>{_passphrase_form()}</section>")
    if changes_records:
        parts.append(_records_form())
    parts.append(
        f"<section><h2>{_('Signing out')}</h2><p>"
        f"{_('Here alone, or in every browser that uses your account.')}</p>"
        f"<div class='row'>{form('/sign-out', (), _('Sign out'), '')}"
        f"{form('/account/sign-out-everywhere', (), _('Sign out everywhere'), '')}</div>"
        "</section>"
    )
    return page(_("Your account"), "".join(parts), error)


def _passphrase_form() -> str:
    fields = [
        passphrase_field("before", _("Passphrase until now")),
        passphrase_field("passphrase", _("New passphrase"), True, passphrase_hint()),
        passphrase_field("again", _("The same again"), True),
    ]
    note = f"<p class='small muted'>{_('You then sign in again, in every browser.')}</p>"
    return form("/account/passphrase", fields, _("Change the passphrase")) + note


def _records_form() -> str:
    words = (
        "<p>"
        + _(
            "It is asked for whenever VERHM is started. Once it is changed, the old one opens "
            "nothing but copies of this computer's data that were made before."
        )
        + "</p>"
    )
    fields = [
        passphrase_field("before", _("Passphrase of the records until now")),
        passphrase_field("passphrase", _("New passphrase of the records"), True, passphrase_hint()),
        passphrase_field("again", _("The same again"), True),
    ]
    changed = form("/account/records", fields, _("Change the passphrase of the records"), "")
    return (
        f"<section><h2>{_('Passphrase of the records')}</h2><details><summary>"
        f"{_('Change')}</summary>{words}{changed}</details></section>"
    )


def _sharing(
    found: SignedIn,
    people: Sequence[Account],
    patients: Sequence[Patient],
    shares: Mapping[str, Sequence[Shared]],
) -> str:
    others = [each for each in people if each.id != found.account_id]
    words = (
        "<p>"
        + _(
            "Nobody else sees your patients, unless you let them in. A clinician then sees and "
            "adds everything; a researcher sees figures only, sums of questionnaires too, but no "
            "voice, face or words, under a pseudonym and with days moved, and only while the "
            "patient agrees to research."
        )
        + "</p>"
    )
    if not patients:
        words += f"<p class='muted'>{_('You have no patients yet.')}</p>"
    elif not others:
        words += f"<p class='muted'>{_('There is no other account yet.')}</p>"
    else:
        fields = [
            choice_field("patient", _("Patient"), [(each.id, each.code) for each in patients]),
            choice_field("account", _("With"), [(each.id, _named(each)) for each in others]),
        ]
        words += form("/account/shares", fields, _("Share"))
    rows = "".join(
        _shared_row(patient, shared)
        for patient in patients
        for shared in shares.get(patient.id, ())
    )
    table = f"<ul class='rows'>{rows}</ul>" if rows else ""
    return f"<section><h2>{_('Sharing')}</h2>{words}{table}</section>"


def _shared_row(patient: Patient, shared: Shared) -> str:
    known = (
        _(", known there as {pseudonym}").format(pseudonym=shared.pseudonym)
        if shared.role == Role.RESEARCHER
        else ""
    )
    if shared.lacks_consent:
        known += _("; not shown, as no consent to research holds")
    fields = [
        hidden_field("patient", patient.id),
        hidden_field("account", shared.account_id),
        hidden_field("what", "stop"),
    ]
    words = _("<b>{code}</b> with {name}{known}").format(
        code=escaped(patient.code), name=escaped(shared.name), known=escaped(known)
    )
    stop = form("/account/shares", fields, _("Stop sharing"), "small")
    return f"<li><span>{words}</span>{stop}</li>"


def _people(found: SignedIn, people: Sequence[Account]) -> str:
    fields = [
        text_field("name", _("Name")),
        choice_field("role", _("Role"), [(role, _(words)) for role, words in _ROLES.items()]),
        passphrase_field("passphrase", _("Passphrase for the first time"), True, passphrase_hint()),
    ]
    rows = "".join(_person_row(found, each) for each in people)
    return (
        f"<section><h2>{_('People')}</h2><ul class='rows'>{rows}</ul><h3>"
        f"{_('Add somebody')}</h3>{form('/account/people', fields, _('Add'))}"
        "<p class='small muted'>"
        + _(
            "Tell them the passphrase; they choose their own when they sign in first. Whoever is "
            "removed or gets another role is signed out at once; the patients of whoever is "
            "removed or becomes a researcher become yours."
        )
        + "</p></section>"
    )


def _person_row(found: SignedIn, account: Account) -> str:
    words = f"<span><b>{escaped(account.name)}</b> {escaped(_(_SHORT[Role(account.role)]))}</span>"
    if account.id == found.account_id:
        return f"<li>{words}</li>"
    address = f"/account/people/{account.id}"
    fresh = [passphrase_field("passphrase", _("New passphrase for the next time"), True)]
    others = [(role, _(words)) for role, words in _ROLES.items() if role != account.role]
    role = [choice_field("role", _("Another role"), others)]
    return (
        f"<li>{words}<details><summary>{_('Change')}</summary>"
        f"{form(f'{address}/passphrase', fresh, _('Give this passphrase'), '')}"
        f"{form(f'{address}/role', role, _('Give this role'), '')}"
        f"{form(f'{address}/remove', (), _('Remove this account'), 'alert')}</details>"
        "</li>"
    )


def _named(account: Account) -> str:
    return f"{account.name} ({_(_SHORT[Role(account.role)])})"
