"""The page of one's own account, as HTML."""

from collections.abc import Mapping, Sequence

from fastapi import Response

from storage.account_models import Account, Role
from storage.models import Patient
from storage.sharing import Shared
from storage.signins import SignedIn
from ui.marks import escaped
from ui.plain_pages import choice_field, form, hidden_field, page, passphrase_field, text_field
from ui.sign_in_routes import PASSPHRASE_HINT
from verhm.errors import VerhmError

_ROLES = {
    Role.CLINICIAN: "Clinician",
    Role.RESEARCHER: "Researcher: shared figures only, without what tells whose they are",
    Role.ADMINISTRATOR: "Administrator: a clinician who also looks after the accounts",
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
        words = "<p>Somebody else chose your passphrase. Choose one that only you know.</p>"
        return page("Your passphrase", words + _passphrase_form(), error)
    role = escaped(_ROLES[found.role].partition(":")[0].lower())
    parts = [f"<p>Signed in as <b>{escaped(found.name)}</b>, {role}. <a href='/app/'>Back</a></p>"]
    if found.role is not Role.RESEARCHER:
        parts.append(_sharing(found, people, patients, shares))
    if found.role is Role.ADMINISTRATOR:
        parts.append(_people(found, people))
    parts.append(f"<section><h2>Your passphrase</h2>{_passphrase_form()}</section>")
    if changes_records:
        parts.append(_records_form())
    parts.append(
        "<section><h2>Signing out</h2><p>Here alone, or in every browser that uses your account."
        f"</p><div class='row'>{form('/sign-out', (), 'Sign out', '')}"
        f"{form('/account/sign-out-everywhere', (), 'Sign out everywhere', '')}</div></section>"
    )
    return page("Your account", "".join(parts), error)


def _passphrase_form() -> str:
    fields = [
        passphrase_field("before", "Passphrase until now"),
        passphrase_field("passphrase", "New passphrase", True, PASSPHRASE_HINT),
        passphrase_field("again", "The same again", True),
    ]
    note = "<p class='small muted'>You then sign in again, in every browser.</p>"
    return form("/account/passphrase", fields, "Change the passphrase") + note


def _records_form() -> str:
    words = (
        "<p>It is asked for whenever VERHM is started. Once it is changed, the old one opens "
        "nothing but copies of this computer's data that were made before.</p>"
    )
    fields = [
        passphrase_field("before", "Passphrase of the records until now"),
        passphrase_field("passphrase", "New passphrase of the records", True, PASSPHRASE_HINT),
        passphrase_field("again", "The same again", True),
    ]
    changed = form("/account/records", fields, "Change the passphrase of the records", "")
    return (
        "<section><h2>Passphrase of the records</h2><details><summary>Change</summary>"
        f"{words}{changed}</details></section>"
    )


def _sharing(
    found: SignedIn,
    people: Sequence[Account],
    patients: Sequence[Patient],
    shares: Mapping[str, Sequence[Shared]],
) -> str:
    others = [each for each in people if each.id != found.account_id]
    words = (
        "<p>Nobody else sees your patients, unless you let them in. A clinician then sees and adds "
        "everything; a researcher sees figures only, under a pseudonym and with days moved, "
        "and only while the patient agrees to research.</p>"
    )
    if not patients:
        words += "<p class='muted'>You have no patients yet.</p>"
    elif not others:
        words += "<p class='muted'>There is no other account yet.</p>"
    else:
        fields = [
            choice_field("patient", "Patient", [(each.id, each.code) for each in patients]),
            choice_field("account", "With", [(each.id, _named(each)) for each in others]),
        ]
        words += form("/account/shares", fields, "Share")
    rows = "".join(
        _shared_row(patient, shared)
        for patient in patients
        for shared in shares.get(patient.id, ())
    )
    table = f"<ul class='rows'>{rows}</ul>" if rows else ""
    return f"<section><h2>Sharing</h2>{words}{table}</section>"


def _shared_row(patient: Patient, shared: Shared) -> str:
    known = f", known there as {shared.pseudonym}" if shared.role == Role.RESEARCHER else ""
    if shared.lacks_consent:
        known += "; not shown, as no consent to research holds"
    fields = [
        hidden_field("patient", patient.id),
        hidden_field("account", shared.account_id),
        hidden_field("what", "stop"),
    ]
    words = f"<b>{escaped(patient.code)}</b> with {escaped(shared.name)}{escaped(known)}"
    return (
        f"<li><span>{words}</span>{form('/account/shares', fields, 'Stop sharing', 'small')}</li>"
    )


def _people(found: SignedIn, people: Sequence[Account]) -> str:
    fields = [
        text_field("name", "Name"),
        choice_field("role", "Role", [(role, words) for role, words in _ROLES.items()]),
        passphrase_field("passphrase", "Passphrase for the first time", True, PASSPHRASE_HINT),
    ]
    rows = "".join(_person_row(found, each) for each in people)
    return (
        f"<section><h2>People</h2><ul class='rows'>{rows}</ul>"
        f"<h3>Add somebody</h3>{form('/account/people', fields, 'Add')}"
        "<p class='small muted'>Tell them the passphrase; they choose their own when they sign in "
        "first. Whoever is removed or gets another role is signed out at once; the patients of "
        "whoever is removed or becomes a researcher become yours.</p>"
        "</section>"
    )


def _person_row(found: SignedIn, account: Account) -> str:
    words = f"<span><b>{escaped(account.name)}</b> {escaped(account.role)}</span>"
    if account.id == found.account_id:
        return f"<li>{words}</li>"
    address = f"/account/people/{account.id}"
    fresh = [passphrase_field("passphrase", "New passphrase for the next time", True)]
    others = [(role, words) for role, words in _ROLES.items() if role != account.role]
    role = [choice_field("role", "Another role", others)]
    return (
        f"<li>{words}<details><summary>Change</summary>"
        f"{form(f'{address}/passphrase', fresh, 'Give this passphrase', '')}"
        f"{form(f'{address}/role', role, 'Give this role', '')}"
        f"{form(f'{address}/remove', (), 'Remove this account', 'alert')}</details></li>"
    )


def _named(account: Account) -> str:
    return f"{account.name} ({account.role})"
