"""The patients' data open for whoever has the passphrase, and for nobody else."""

import os

import pytest

from storage import cipher_driver
from storage.repository import open_repository
from storage.safe import Safe
from storage.stretching import Stretching
from storage.vault import KeyFile
from ui.settings import AppSettings, read_settings
from ui.unlocking import TRIES, Terminal, open_patients, relock
from verhm.errors import VaultError

WORDS, OTHERS = "correct horse battery", "quite another sentence"


class Person(Terminal):
    """Types what they are told to, and remembers what they were told."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.told: list[str] = []

    @property
    def has_person(self) -> bool:
        return bool(self.typed)

    def ask(self, question: str) -> str:
        return self.typed.pop(0)

    def say(self, sentence: str) -> None:
        self.told.append(sentence)


NOBODY = Person()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A passphrase that takes no time."""
    for verb in (Safe.make, KeyFile.create, KeyFile.change_passphrase):
        monkeypatch.setattr(verb, "__defaults__", (Stretching(64, 1, 1),))


@pytest.fixture
def settings(tmp_path):
    return AppSettings(tmp_path / "data")


@pytest.fixture
def folder(settings):
    settings.data.mkdir()
    return settings.data


def given(folder, **more):
    return AppSettings(folder, **more)


def test_the_first_start_asks_twice_and_later_ones_once(settings, folder):
    first = Person(WORDS, WORDS)
    open_patients(settings, first).close()
    assert "write it down" in first.told[0]
    assert Safe(folder).exists and not (folder / "verhm.db").exists()
    open_patients(settings, Person(WORDS)).close()


def test_a_passphrase_may_be_mistyped_twice(settings, folder):
    open_patients(settings, Person(WORDS, WORDS)).close()
    person = Person(OTHERS, "", WORDS)
    open_patients(settings, person).close()
    assert [told[:3] for told in person.told] == ["E80", "E80"]
    stranger = Person(*[OTHERS] * (TRIES + 5))
    with pytest.raises(VaultError, match="E80"):
        open_patients(settings, stranger)
    assert len(stranger.typed) == 5


@pytest.mark.parametrize(("typed", "code"), [((WORDS, OTHERS), "E82"), (("short",) * 2, "E82")])
def test_a_first_passphrase_that_will_not_do_makes_nothing(settings, folder, typed, code):
    with pytest.raises(VaultError, match=code):
        open_patients(settings, Person(*typed))
    assert not list(folder.iterdir())


def test_where_nobody_can_be_asked_nothing_is_opened_or_made(settings, folder):
    with pytest.raises(VaultError, match="E81"):
        open_patients(settings, NOBODY)
    assert not list(folder.iterdir())
    open_patients(given(folder, passphrase=WORDS), NOBODY).close()
    with pytest.raises(VaultError, match="E81"):
        open_patients(settings, NOBODY)
    with pytest.raises(VaultError, match="E80"):
        open_patients(given(folder, passphrase=OTHERS), NOBODY)


def test_plain_patients_are_encrypted_with_the_first_passphrase(settings, folder):
    open_repository(folder).close()
    person = Person(WORDS, WORDS)
    open_patients(settings, person).close()
    assert "is being encrypted" in person.told[-1]
    assert [path.name for path in folder.iterdir()] == ["sealed"]


def test_unencrypted_is_only_what_was_told_to_be(settings, folder, caplog):
    open_patients(given(folder, is_unencrypted=True), NOBODY).close()
    assert "unencrypted, as asked for" in caplog.text
    assert (folder / "verhm.db").exists()
    open_patients(settings, Person(WORDS, WORDS)).close()
    with pytest.raises(VaultError, match="E87"):
        open_patients(given(folder, is_unencrypted=True), NOBODY)
    assert not (folder / "verhm.db").exists()


def test_without_sqlcipher_no_patients_are_kept_unless_told(settings, folder, monkeypatch):
    monkeypatch.setattr(cipher_driver, "_DRIVER", "no_such_driver")
    with pytest.raises(VaultError, match="E86"):
        open_patients(given(folder, passphrase=WORDS), NOBODY)
    assert not list(folder.iterdir())
    open_patients(given(folder, is_unencrypted=True), NOBODY).close()


def test_the_passphrase_can_be_changed(settings, folder):
    open_patients(settings, Person(WORDS, WORDS)).close()
    with pytest.raises(VaultError, match="E80"):
        relock(settings, Person(OTHERS, OTHERS, OTHERS))
    with pytest.raises(VaultError, match="E82"):
        relock(settings, Person(WORDS, OTHERS, WORDS))
    relock(settings, Person(WORDS, OTHERS, OTHERS))
    open_patients(settings, Person(OTHERS)).close()
    with pytest.raises(VaultError, match="E80"):
        open_patients(given(folder, passphrase=WORDS), NOBODY)


def test_a_data_folder_without_a_key_file_has_no_passphrase_to_change(settings):
    with pytest.raises(VaultError, match="E84"):
        relock(settings, Person(WORDS))


def test_the_passphrase_is_never_shown_with_the_settings(folder):
    settings = read_settings({}, {"VERHM_PASSPHRASE": WORDS, "VERHM_DATA": str(folder)})
    assert settings.passphrase == WORDS
    assert WORDS not in repr(settings)
    assert read_settings({}, {"VERHM_PASSPHRASE": ""}).passphrase is None


def test_unencrypted_can_be_said_by_flag_or_variable():
    assert not read_settings({}, {}).is_unencrypted
    assert read_settings({"unencrypted": True}, {}).is_unencrypted
    assert read_settings({"unencrypted": False}, {"VERHM_UNENCRYPTED": "1"}).is_unencrypted


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_nobody_else_can_enter_what_is_encrypted(settings, folder):
    open_patients(settings, Person(WORDS, WORDS)).close()
    assert Safe(folder).folder.stat().st_mode & 0o777 == 0o700


def test_the_address_of_a_server_comes_by_the_variable_and_is_never_shown():
    settings = read_settings({}, {"VERHM_DATABASE": "postgresql://ada:secret@db/clinic"})
    assert settings.server.database == "clinic"
    assert "secret" not in repr(settings)
