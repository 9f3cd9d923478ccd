"""Who is signed in, for how long, and how often somebody may guess."""

import sqlite3
import time

import pytest

from storage.passphrases import Passphrases
from storage.repository import open_accounts
from storage.throttle import MOST, MOST_HERE
from tests.storage.people import GOOD
from verhm.errors import RequestError

HERE = "127.0.0.1"


@pytest.fixture
def sign_ins(people):
    return people.accounts.sign_ins


def guess(sign_ins, name: str = "Ada", address: str = HERE) -> str:
    with pytest.raises(RequestError) as refused:
        sign_ins.sign_in(name, "not the passphrase of anybody", address)
    return str(refused.value)


def test_who_knows_the_passphrase_is_signed_in_by_any_spelling_of_the_name(people, sign_ins):
    found = sign_ins.find(sign_ins.sign_in("  aDA ", GOOD, HERE))
    assert (found.account_id, found.name) == (people.administrator.id, "Ada")


def test_an_id_is_new_at_every_sign_in_and_the_one_shown_before_is_worth_nothing(sign_ins):
    planted = sign_ins.sign_in("Ada", GOOD, HERE)
    token = sign_ins.sign_in("Ada", GOOD, HERE, before=planted)
    assert token != planted and len(token) >= 43
    assert sign_ins.find(planted) is None
    assert sign_ins.find("an id of a stranger's own choice") is None
    assert sign_ins.find(token) is not None


def test_neither_ids_nor_passphrases_are_in_the_database(repository, people, sign_ins):
    token = sign_ins.sign_in("Ada", GOOD, HERE)
    repository.database.forget_erased()
    content = (repository.files.folder.parent / "verhm.db").read_bytes()
    assert b"argon2id" in content
    assert token.encode() not in content and GOOD.encode() not in content


def test_a_browser_that_nobody_uses_is_signed_out_after_15_minutes(people, sign_ins):
    token = sign_ins.sign_in("Ada", GOOD, HERE)
    people.clock.pass_by(minutes=14)
    assert sign_ins.find(token) is not None
    people.clock.pass_by(minutes=14)
    # What the page asks by itself keeps nobody signed in.
    assert sign_ins.find(token, is_use=False) is not None
    people.clock.pass_by(minutes=1)
    assert sign_ins.find(token) is None


def test_nobody_stays_signed_in_for_12_hours(people, sign_ins):
    token = sign_ins.sign_in("Ada", GOOD, HERE)
    for _ in range(71):
        people.clock.pass_by(minutes=10)
        assert sign_ins.find(token) is not None
    people.clock.pass_by(minutes=10)
    assert sign_ins.find(token) is None


def test_an_id_is_dead_once_it_was_signed_out(sign_ins):
    token, other = (sign_ins.sign_in("Ada", GOOD, HERE) for _ in range(2))
    sign_ins.sign_out(token)
    assert sign_ins.find(token) is None and sign_ins.find(other) is not None


def test_signing_out_everywhere_ends_every_browser(people, sign_ins):
    tokens = [sign_ins.sign_in("Ada", GOOD, HERE) for _ in range(3)]
    sign_ins.sign_out_everywhere(people.administrator.id)
    assert [sign_ins.find(token) for token in tokens] == [None] * 3


def test_a_lock_opens_by_the_passphrase_alone(sign_ins):
    token = sign_ins.sign_in("Ada", GOOD, HERE)
    sign_ins.lock(token)
    with pytest.raises(RequestError, match="E65 The passphrase is wrong"):
        sign_ins.unlock(token, "not the passphrase", HERE)
    assert sign_ins.find(token).is_locked
    sign_ins.unlock(token, GOOD, HERE)
    assert not sign_ins.find(token).is_locked


def test_after_5_wrong_guesses_the_right_one_is_refused_for_15_minutes_too(people, sign_ins):
    for _ in range(MOST_HERE):
        assert guess(sign_ins).startswith("E65")
    assert guess(sign_ins).startswith("E66")
    with pytest.raises(RequestError, match="E66"):
        sign_ins.sign_in("Ada", GOOD, HERE)
    people.clock.pass_by(minutes=15)
    assert sign_ins.sign_in("Ada", GOOD, HERE)


def test_at_most_20_guesses_in_15_minutes_from_wherever_they_come(people, sign_ins):
    answers = [guess(sign_ins, address=f"10.0.0.{each}") for each in range(40)]
    assert sum(answer.startswith("E65") for answer in answers) == MOST
    people.clock.pass_by(minutes=15)
    answers = [guess(sign_ins, name=f"name {each}") for each in range(40)]
    assert sum(answer.startswith("E65") for answer in answers) == MOST


def test_an_own_account_buys_no_guesses_at_others(people, sign_ins):
    people.add("Bert")
    answers = []
    for each in range(MOST):
        sign_ins.sign_in("Bert", GOOD, HERE)
        answers.append(guess(sign_ins, name=f"name {each}"))
    assert all(answer.startswith("E65") for answer in answers)
    assert guess(sign_ins, name="Ada").startswith("E66")


def test_a_restart_takes_back_no_guess(repository, people, sign_ins):
    for _ in range(MOST_HERE):
        guess(sign_ins)
    again = open_accounts(repository, people.accounts._passphrases, people.clock)
    assert guess(again.sign_ins).startswith("E66")


def test_an_unknown_name_gets_the_same_words_and_takes_as_long(repository, people):
    accounts = open_accounts(repository, Passphrases())
    accounts.reset_passphrase(people.administrator.id, people.administrator.id, GOOD)

    def timed(name: str) -> tuple[str, float]:
        began = time.process_time()
        return guess(accounts.sign_ins, name), time.process_time() - began

    known, unknown = timed("Ada"), timed("Nobody")
    assert known[0] == unknown[0]
    # Most of the time is the hash's, which is computed for both.
    assert 0.4 < unknown[1] / known[1] < 2.5


def test_what_was_typed_into_the_name_is_kept_nowhere(repository, sign_ins):
    guess(sign_ins, name=GOOD)
    file = repository.files.folder.parent / "verhm.db"
    with sqlite3.connect(file) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert GOOD not in dump and "quiet heron" not in dump
