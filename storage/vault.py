"""The master key, which opens all others, and the file in which it lies locked.

The file holds the master key once per lock: wrapped with a key stretched from a passphrase, and,
if wished, with one that the system's keyring keeps. Each wrapping is bound to its lock's own
settings, so that nobody can make a lock weaker unseen. To change the passphrase is to wrap the same
master key anew; nothing else is written again.
"""

import base64
import binascii
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from storage.failures import coded_os_errors, no_key_file, wrong_passphrase
from storage.files import create_privately, flush, flush_folder
from storage.keyrings import Keyring
from storage.keys import WrongKey, derive, new_key, unwrap, wrap
from storage.stretching import SALT, Stretching, refuse_unfit, stretch
from verhm.errors import VaultError

FILE: Final = "keys.json"
_SCHEMA: Final = "verhm.keys/1"
_USUAL: Final = Stretching()


class Vault:
    """The master key at work; nothing but this object holds it, and only in memory.

    Args:
        master: 32 bytes
    """

    def __init__(self, master: bytes) -> None:
        self._master = master

    @property
    def database_key(self) -> bytes:
        """What the database is encrypted with."""
        return derive(self._master, "database")

    @property
    def intake_key(self) -> bytes:
        """What recordings are sealed with while they are no session's yet."""
        return derive(self._master, "intake")

    def wrap_key(self, key: bytes, owner: str) -> bytes:
        """Wrap a patient's data key, for the database."""
        return wrap(derive(self._master, "data keys"), key, owner.encode())

    def unwrap_key(self, wrapped: bytes, owner: str) -> bytes:
        """Unwrap a patient's data key.

        Raises:
            VaultError: E84 when it was wrapped with another master key, or for another patient
        """
        try:
            return unwrap(derive(self._master, "data keys"), wrapped, owner.encode())
        except WrongKey as error:
            raise no_key_file() from error


@dataclass(frozen=True)
class _Locks:
    """What the key file says: by kind of lock, its settings and the master key wrapped."""

    passphrase: dict[str, Any] | None = None
    keyring: dict[str, Any] | None = None


class KeyFile:
    """The file with the locked master key.

    Args:
        folder: that it lies in
        keyring: the system's; only asked where a lock needs it
    """

    def __init__(self, folder: Path, keyring: Keyring | None = None) -> None:
        self.path = folder / FILE
        self._keyring = keyring or Keyring()

    @property
    def opens_by_passphrase(self) -> bool:
        """Whether a passphrase opens it; raises E84 when the file is damaged."""
        return self._read().passphrase is not None

    @property
    def opens_by_keyring(self) -> bool:
        """Whether the system's keyring opens it; raises E84 when the file is damaged."""
        return self._read().keyring is not None

    def create(self, passphrase: str | None, stretching: Stretching = _USUAL) -> Vault:
        """Make a master key and lock it.

        Args:
            passphrase: that opens it; without one the system's keyring does
            stretching: of the passphrase

        Raises:
            VaultError: E82 when the passphrase is unfit, E85 when there is no keyring
            StorageError: E50 not writable, E51 disk full
        """
        master = new_key()
        if passphrase is None:
            locks = _Locks(keyring=self._lock_by_keyring(master))
        else:
            refuse_unfit(passphrase)
            locks = _Locks(passphrase=_lock_by_passphrase(master, passphrase, stretching))
        self._write(locks)
        return Vault(master)

    def unlock(self, passphrase: str) -> Vault:
        """Open the master key with the passphrase.

        Raises:
            VaultError: E80 when it is wrong, E84 when the file is missing or damaged
        """
        return Vault(self._by_passphrase(passphrase))

    def opens_with(self, passphrase: str) -> bool:
        """Whether a passphrase is the one, which takes as long as unlocking.

        Raises:
            VaultError: E84 when the file is damaged; one that is not there opens with none
        """
        if not self.path.exists():
            return False
        try:
            self.unlock(passphrase)
        except VaultError as error:
            if error.code != "E80":
                raise
            return False
        return True

    def unlock_by_keyring(self) -> Vault:
        """Open the master key with what the system's keyring keeps.

        Raises:
            VaultError: E84 when the file is missing or damaged, E85 when the keyring cannot help
        """
        return Vault(self._by_keyring())

    def change_passphrase(self, old: str | None, new: str, stretching: Stretching = _USUAL) -> None:
        """Lock the same master key with another passphrase; the old one opens nothing any more.

        Args:
            old: passphrase; None where the keyring opens it
            new: passphrase
            stretching: of the new one

        Raises:
            VaultError: E80 when the old one is wrong, E82 when the new one is unfit, E84, E85
            StorageError: E50 not writable, E51 disk full; the old one still opens it then
        """
        refuse_unfit(new)
        master = self._by_keyring() if old is None else self._by_passphrase(old)
        lock = _lock_by_passphrase(master, new, stretching)
        self._write(_Locks(passphrase=lock, keyring=self._read().keyring))

    def remember(self, passphrase: str) -> None:
        """Let the system's keyring open it as well; raises as `unlock`, and E85."""
        locks, master = self._read(), self._by_passphrase(passphrase)
        self._write(_Locks(locks.passphrase, self._lock_by_keyring(master)))

    def forget(self, passphrase: str) -> None:
        """Let nothing but the passphrase open it from now on; raises as `unlock`, and E85."""
        locks = self._read()
        self._by_passphrase(passphrase)
        self._write(_Locks(locks.passphrase))
        if locks.keyring is not None:
            self._keyring.erase(locks.keyring["entry"])

    def _by_passphrase(self, passphrase: str) -> bytes:
        lock = self._read().passphrase
        if lock is None:
            raise wrong_passphrase()
        try:
            stretching = Stretching(lock["memory"], lock["iterations"], lock["lanes"])
            key = stretch(passphrase, _bytes(lock["salt"]), stretching)
            return unwrap(key, _bytes(lock["wrapped"]), _bound_to(lock))
        except WrongKey as error:
            raise wrong_passphrase() from error
        except (KeyError, TypeError, ValueError) as error:
            raise no_key_file() from error

    def _by_keyring(self) -> bytes:
        lock = self._read().keyring
        if lock is None:
            raise no_key_file()
        try:
            key = self._keyring.read(lock["entry"])
            return unwrap(key, _bytes(lock["wrapped"]), _bound_to(lock))
        except (WrongKey, KeyError, TypeError, ValueError) as error:
            raise no_key_file() from error

    def _lock_by_keyring(self, master: bytes) -> dict[str, Any]:
        key = new_key()
        return _locked({"entry": self._keyring.keep(key)}, key, master)

    def _read(self) -> _Locks:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["schema"] != _SCHEMA:
                raise no_key_file()
            return _Locks(**content["locks"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise no_key_file() from error

    def _write(self, locks: _Locks) -> None:
        """Replace the file, wholly or not at all."""
        unfinished = self.path.with_name(f"{FILE}.part")
        content = {"schema": _SCHEMA, "locks": asdict(locks)}
        with coded_os_errors():
            unfinished.unlink(missing_ok=True)
            try:
                with create_privately(unfinished) as file:
                    file.write(json.dumps(content, indent=1).encode())
                    flush(file)
                unfinished.replace(self.path)
                flush_folder(self.path.parent)
            finally:
                unfinished.unlink(missing_ok=True)


def _lock_by_passphrase(master: bytes, passphrase: str, stretching: Stretching) -> dict[str, Any]:
    salt = os.urandom(SALT)
    settings = {**asdict(stretching), "salt": _text(salt)}
    return _locked(settings, stretch(passphrase, salt, stretching), master)


def _locked(settings: dict[str, Any], key: bytes, master: bytes) -> dict[str, Any]:
    return {**settings, "wrapped": _text(wrap(key, master, _bound_to(settings)))}


def _bound_to(lock: dict[str, Any]) -> bytes:
    """A lock's settings as bytes, in the one order."""
    settings = {name: value for name, value in lock.items() if name != "wrapped"}
    return json.dumps(settings, sort_keys=True).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
