"""The master key opens with the right passphrase only, and outlives each of its locks."""

import json
import os
import unicodedata

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import PasswordDeleteError

from storage.keyrings import Keyring
from storage.stretching import Stretching
from storage.vault import FILE, KeyFile
from verhm.errors import StorageError, VaultError

QUICK = Stretching(memory=64, iterations=1, lanes=1)
WORDS, OTHERS = "correct horse battery", "quite another sentence"


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets everything at the end."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def backend():
    return MemoryKeyring()


@pytest.fixture
def keys(tmp_path, backend):
    return KeyFile(tmp_path, Keyring(backend))


def test_the_passphrase_opens_the_same_keys_again(keys):
    made = keys.create(WORDS, QUICK)
    opened = keys.unlock(WORDS)
    assert (opened.database_key, opened.intake_key) == (made.database_key, made.intake_key)
    assert opened.database_key != opened.intake_key
    assert (keys.opens_by_passphrase, keys.opens_by_keyring) == (True, False)


def test_a_wrong_passphrase_is_refused_and_changes_nothing(keys):
    keys.create(WORDS, QUICK)
    before = keys.path.read_bytes()
    for wrong in (OTHERS, "", WORDS + " ", WORDS.upper()):
        with pytest.raises(VaultError) as caught:
            keys.unlock(wrong)
        assert caught.value.code == "E80"
    with pytest.raises(VaultError, match="E80"):
        keys.change_passphrase(OTHERS, WORDS, QUICK)
    assert keys.path.read_bytes() == before


def test_letters_count_as_the_same_however_a_keyboard_composes_them(keys):
    words = "blaues Gerät über Öl"
    composed, apart = (unicodedata.normalize(form, words) for form in ("NFC", "NFD"))
    assert composed != apart
    assert keys.create(composed, QUICK).database_key == keys.unlock(apart).database_key


def test_a_changed_passphrase_opens_the_same_keys_and_the_old_one_nothing(keys):
    made = keys.create(WORDS, QUICK)
    keys.change_passphrase(WORDS, OTHERS, QUICK)
    assert keys.unlock(OTHERS).database_key == made.database_key
    with pytest.raises(VaultError, match="E80"):
        keys.unlock(WORDS)


@pytest.mark.parametrize(
    "unfit",
    [
        *["", "short", " " * 40, "fourteen chars", "x" * 1_001],
        *["passwordpassword", "123456789012345678", "qwertyuiopasdfgh", "verhm verhm verhm"],
    ],
)
def test_an_unfit_passphrase_is_refused(keys, unfit):
    with pytest.raises(VaultError, match="E82"):
        keys.create(unfit, QUICK)
    assert not keys.path.exists()


def test_neither_passphrase_nor_key_is_in_the_file(keys):
    vault = keys.create(WORDS, QUICK)
    content = keys.path.read_bytes()
    assert WORDS.encode() not in content
    assert vault._master not in content and vault._master.hex().encode() not in content
    assert vault._master.hex() not in repr(vault)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_nobody_else_can_read_the_file(keys):
    keys.create(WORDS, QUICK)
    keys.change_passphrase(WORDS, OTHERS, QUICK)
    assert keys.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in keys.path.parent.iterdir()] == [FILE]


def test_the_usual_stretching_is_that_of_the_architecture(keys):
    keys.create(WORDS)
    lock = json.loads(keys.path.read_text())["locks"]["passphrase"]
    assert (lock["memory"], lock["iterations"], lock["lanes"]) == (262_144, 3, 4)
    assert keys.unlock(WORDS)


@pytest.mark.parametrize(("name", "value"), [("memory", 72), ("iterations", 2), ("extra", 1)])
def test_a_lock_whose_settings_were_changed_does_not_open(keys, name, value):
    keys.create(WORDS, QUICK)
    content = json.loads(keys.path.read_text())
    content["locks"]["passphrase"][name] = value
    keys.path.write_text(json.dumps(content))
    with pytest.raises(VaultError, match="E80"):
        keys.unlock(WORDS)


@pytest.mark.parametrize("memory", [0, -1, 1 << 40, "much", None])
def test_a_lock_that_would_take_all_memory_is_damaged(keys, memory):
    keys.create(WORDS, QUICK)
    content = json.loads(keys.path.read_text())
    content["locks"]["passphrase"]["memory"] = memory
    keys.path.write_text(json.dumps(content))
    with pytest.raises(VaultError, match="E84"):
        keys.unlock(WORDS)


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b'{"schema": "other", "locks": {}}', b"\xff"]
)
def test_a_missing_or_damaged_file_is_said_to_be_so(keys, content):
    if content is not None:
        keys.path.write_bytes(content)
    with pytest.raises(VaultError, match="E84"):
        keys.unlock(WORDS)


def test_a_change_that_cannot_be_written_leaves_the_old_passphrase(keys, monkeypatch):
    keys.create(WORDS, QUICK)

    def fail_to_flush(file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("storage.vault.flush", fail_to_flush)
        with pytest.raises(StorageError, match="E51"):
            keys.change_passphrase(WORDS, OTHERS, QUICK)
    assert keys.unlock(WORDS)
    assert [path.name for path in keys.path.parent.iterdir()] == [FILE]


def test_a_data_key_opens_for_its_owner_only(keys):
    vault = keys.create(WORDS, QUICK)
    wrapped = vault.wrap_key(bytes(32), "one")
    assert vault.unwrap_key(wrapped, "one") == bytes(32)
    assert vault.wrap_key(bytes(32), "one") != wrapped
    with pytest.raises(VaultError, match="E84"):
        vault.unwrap_key(wrapped, "another")


def test_the_keyring_opens_without_a_passphrase(keys, backend):
    made = keys.create(None)
    assert keys.unlock_by_keyring().database_key == made.database_key
    with pytest.raises(VaultError, match="E80"):
        keys.unlock(WORDS)
    keys.change_passphrase(None, WORDS, QUICK)
    assert keys.unlock(WORDS).database_key == keys.unlock_by_keyring().database_key
    backend.kept.clear()
    with pytest.raises(VaultError, match="E85"):
        keys.unlock_by_keyring()


def test_the_keyring_can_be_told_and_forget_again(keys, backend):
    made = keys.create(WORDS, QUICK)
    with pytest.raises(VaultError, match="E84"):
        keys.unlock_by_keyring()
    keys.remember(WORDS)
    assert keys.unlock_by_keyring().database_key == made.database_key
    keys.forget(WORDS)
    assert not backend.kept and not keys.opens_by_keyring
    assert keys.unlock(WORDS).database_key == made.database_key


def test_a_keyring_that_keeps_nothing_is_refused(tmp_path):
    with pytest.raises(VaultError, match="E85"):
        KeyFile(tmp_path, Keyring(fail.Keyring())).create(None)
    assert not list(tmp_path.iterdir())
