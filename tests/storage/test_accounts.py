"""Accounts: the first one, those that follow, and those that go."""

import pytest

from storage.account_models import Role
from storage.details import PatientDetails
from storage.repository import open_accounts
from tests.storage.conftest import AGREED
from tests.storage.people import CHEAP, GOOD, OTHER
from verhm.errors import RequestError, StorageError

HERE = "127.0.0.1"


def test_the_first_account_is_made_once_and_owns_what_was_there(repository, practice):
    patient = practice.patient()
    practice.session(patient)
    accounts = open_accounts(repository, CHEAP)
    assert accounts.are_none
    first = accounts.create_first("Ada", GOOD)
    assert not accounts.are_none and first.role == Role.ADMINISTRATOR
    assert repository.patient(patient.id).owner_id == first.id
    assert repository.sessions(patient.id)[0].owner_id == first.id
    with pytest.raises(RequestError, match="E69"):
        accounts.create_first("Mallory", OTHER)


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "short",
        "fourteen chars",
        "x" * 129,
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "qwertyuiopasdfgh",
        "Ada Lovelace Ada Lovelace",
        "123456789012345678",
    ],
)
def test_a_passphrase_that_is_short_or_tried_first_is_refused(repository, passphrase):
    accounts = open_accounts(repository, CHEAP)
    with pytest.raises(RequestError, match="E67"):
        accounts.create_first("Ada Lovelace", passphrase)
    assert accounts.are_none


def test_a_passphrase_needs_no_digits_and_signs_and_may_be_in_any_script(repository):
    accounts = open_accounts(repository, CHEAP)
    accounts.create_first("Ada", "vier Kraniche über Åbo zählen müde Boote")
    decomposed = "vier Kraniche u\u0308ber A\u030abo za\u0308hlen mu\u0308de Boote"
    assert accounts.sign_ins.sign_in("Ada", decomposed, HERE)


def test_only_an_administrator_makes_and_removes_accounts(people):
    bert, cleo = people.add("Bert"), people.add("Cleo", Role.RESEARCHER)
    for account in (bert, cleo):
        for attempt in (
            lambda by: people.accounts.create(by, "Mallory", Role.ADMINISTRATOR, OTHER),
            lambda by: people.accounts.remove(by, people.administrator.id),
            lambda by: people.accounts.reset_passphrase(by, people.administrator.id, OTHER),
        ):
            with pytest.raises(StorageError, match="E57"):
                attempt(account.id)
    assert [each.name for each in people.accounts.everybody()] == ["Ada", "Bert", "Cleo"]


def test_a_name_is_there_once_however_it_is_written(people):
    with pytest.raises(RequestError, match="E63"):
        people.accounts.create(people.administrator.id, " ADA", Role.CLINICIAN, OTHER)


def test_whoever_was_given_a_passphrase_chooses_another_one(people):
    bert = people.accounts.create(people.administrator.id, "Bert", Role.CLINICIAN, OTHER)
    sign_ins = people.accounts.sign_ins
    token = sign_ins.sign_in("Bert", OTHER, HERE)
    assert sign_ins.find(token).must_change
    with pytest.raises(RequestError, match="E67"):
        people.accounts.change_passphrase(bert.id, OTHER, OTHER, HERE)
    people.accounts.change_passphrase(bert.id, OTHER, GOOD, HERE)
    assert sign_ins.find(token) is None
    assert not sign_ins.find(sign_ins.sign_in("Bert", GOOD, HERE)).must_change


def test_whoever_is_removed_is_out_at_once_and_the_patients_are_handed_over(people):
    bert = people.add("Bert")
    token = people.accounts.sign_ins.sign_in("Bert", GOOD, HERE)
    theirs = people.seen_by(bert)
    both = [people.seen_by(people.administrator), theirs]
    own, handed = (each.add_patient(PatientDetails("P-0001")) for each in both)
    people.accounts.remove(people.administrator.id, bert.id)
    assert people.accounts.sign_ins.find(token) is None
    with pytest.raises(StorageError, match="E57"):
        theirs.patients()
    with pytest.raises(RequestError, match="E65"):
        people.accounts.sign_ins.sign_in("Bert", GOOD, HERE)
    codes = {each.patient.id: each.patient.code for each in both[0].patients()}
    assert codes == {own.id: "P-0001", handed.id: f"P-0001 {handed.id[:8]}"}


def test_an_administrator_cannot_remove_the_own_account(people):
    with pytest.raises(RequestError, match="E63"):
        people.accounts.remove(people.administrator.id, people.administrator.id)


def test_another_role_counts_at_the_next_sign_in_and_shares_do_not_outlive_it(people):
    bert, ada = people.add("Bert"), people.seen_by(people.administrator)
    own = ada.add_patient(PatientDetails("P-1"), AGREED)
    ada.share_patient(own.id, bert.id)
    his = people.seen_by(bert).add_patient(PatientDetails("P-2"), AGREED)
    token = people.accounts.sign_ins.sign_in("Bert", GOOD, HERE)
    people.accounts.change_role(people.administrator.id, bert.id, Role.RESEARCHER)
    assert people.accounts.sign_ins.find(token) is None
    assert people.accounts.account(bert.id).role == Role.RESEARCHER
    assert not people.seen_by(bert).patients()
    assert {each.patient.id for each in ada.patients()} == {own.id, his.id}


def test_who_becomes_an_administrator_keeps_patients_and_shares(people):
    bert, ada = people.add("Bert"), people.seen_by(people.administrator)
    own = ada.add_patient(PatientDetails("P-1"), AGREED)
    ada.share_patient(own.id, bert.id)
    his = people.seen_by(bert).add_patient(PatientDetails("P-2"), AGREED)
    people.accounts.change_role(people.administrator.id, bert.id, Role.ADMINISTRATOR)
    people.accounts.change_role(bert.id, people.administrator.id, Role.CLINICIAN)
    assert {each.patient.id for each in people.seen_by(bert).patients()} == {own.id, his.id}


def test_only_another_administrator_changes_a_role(people):
    bert, ada = people.add("Bert"), people.administrator
    with pytest.raises(RequestError, match="E63"):
        people.accounts.change_role(ada.id, ada.id, Role.CLINICIAN)
    with pytest.raises(StorageError, match="E57"):
        people.accounts.change_role(bert.id, ada.id, Role.CLINICIAN)
