"""Whoever can open the records can help somebody who forgot the passphrase of an account."""

import io
from contextlib import closing

import pytest

from storage import __main__ as command
from storage.repository import open_accounts, open_repository
from storage.safe import Safe
from storage.stretching import Stretching
from tests.storage.people import CHEAP, GOOD, OTHER
from verhm.errors import RequestError

WORDS, HERE = "correct horse battery", "127.0.0.1"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def data(tmp_path):
    """An encrypted folder whose only administrator is Ada."""
    folder = tmp_path / "data"
    with closing(open_repository(folder)) as repository:
        open_accounts(repository, CHEAP).create_first("Ada", GOOD)
    Safe(folder).make(WORDS, Stretching(64, 1, 1))
    return folder


@pytest.fixture
def call(data, monkeypatch):
    """Function that calls the command and types what is asked for."""

    def call(*typed: str, name: str = "ada") -> int:
        left = list(typed)
        monkeypatch.setattr("sys.stdin", Terminal())
        monkeypatch.setattr("getpass.getpass", lambda question: left.pop(0))
        return command.main(["passphrase", name, "--data", str(data)])

    return call


@pytest.fixture
def signs_in(data):
    """Function that signs in as Ada; returns whether another passphrase has to be chosen."""

    def sign_in(passphrase: str) -> bool:
        safe = Safe(data)
        with closing(safe.open(safe.keys.unlock(WORDS))) as repository:
            sign_ins = open_accounts(repository).sign_ins
            found = sign_ins.find(sign_ins.sign_in("Ada", passphrase, HERE), is_use=True)
            assert found is not None
            return found.must_change

    return sign_in


def test_a_new_passphrase_holds_until_another_is_chosen_and_the_log_stays_whole(
    call, signs_in, data, monkeypatch
):
    assert call(WORDS, OTHER, OTHER) == 0
    assert signs_in(OTHER)
    with pytest.raises(RequestError, match="E65"):
        signs_in(GOOD)
    monkeypatch.setenv("VERHM_PASSPHRASE", WORDS)
    assert command.main(["verify", "--data", str(data)]) == 0


@pytest.mark.parametrize(
    ("typed", "name", "code"),
    [
        (("not the words of the records", OTHER, OTHER), "Ada", "E80"),
        ((WORDS, OTHER, GOOD), "Ada", "E63"),
        ((WORDS, OTHER, OTHER), "Bert", "E63"),
        ((WORDS, "passwordpassword", "passwordpassword"), "Ada", "E67"),
    ],
)
def test_what_is_refused_leaves_the_old_one(call, signs_in, capsys, typed, name, code):
    assert call(*typed, name=name) == 2
    assert capsys.readouterr().err.startswith(code)
    assert not signs_in(GOOD)


def test_where_nobody_can_type_nothing_is_changed(data, signs_in, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setenv("VERHM_PASSPHRASE", WORDS)
    assert command.main(["passphrase", "Ada", "--data", str(data)]) == 2
    assert capsys.readouterr().err.startswith("E81")
    assert not signs_in(GOOD)
