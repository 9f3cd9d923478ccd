"""Who may open the patients' data: asked once, at start, before anything is read."""

import getpass
import logging
import sys
from collections.abc import Callable
from typing import Protocol

from storage.cipher_driver import has_sqlcipher, no_encryption
from storage.failures import is_encrypted
from storage.passphrases import SHORTEST
from storage.postgres import PostgresBackend
from storage.repository import Repository, open_repository
from storage.safe import Safe
from storage.vault import Vault
from ui.settings import AppSettings
from verhm.errors import VaultError

TRIES = 3  # with a passphrase that a person types

log = logging.getLogger(__name__)


class Asker(Protocol):
    """Asks somebody for the passphrase."""

    @property
    def has_person(self) -> bool:
        """Whether somebody can be asked."""

    def choose(self, make: Callable[[str], Vault], is_filled: bool) -> Vault:
        """Have a passphrase chosen.

        Args:
            make: encrypts the data folder with it
            is_filled: whether there are patients already
        """

    def open(self, unlock: Callable[[str], Vault]) -> Vault:
        """Ask for the passphrase."""

    def say(self, sentence: str) -> None:
        """Tell the person."""


class Terminal:
    """Asks in the terminal: where a browser would send the passphrase for all to read."""

    @property
    def has_person(self) -> bool:
        """Whether somebody can be asked."""
        return sys.stdin is not None and sys.stdin.isatty()

    def choose(self, make: Callable[[str], Vault], is_filled: bool) -> Vault:
        """See `Asker`; raises `VaultError` (E81) where nobody can be asked."""
        _refuse_without_person(self)
        self.say(
            "Patients' data will be encrypted. Without the passphrase nobody can open them, not "
            "even you: write it down and keep it in a safe place."
        )
        return make(_new_passphrase(self))

    def open(self, unlock: Callable[[str], Vault]) -> Vault:
        """See `Asker`; raises `VaultError` (E81) where nobody can be asked."""
        _refuse_without_person(self)
        for tries_left in reversed(range(TRIES)):
            try:
                return unlock(self.ask("Passphrase of the patients' data"))
            except VaultError as error:
                if error.code != "E80" or not tries_left:
                    raise
                self.say(str(error))
        raise AssertionError("the last try returns or raises")

    def ask(self, question: str) -> str:
        """Ask for a passphrase, which is not shown while it is typed."""
        return getpass.getpass(f"{question}: ")

    def say(self, sentence: str) -> None:
        """Tell the person."""
        print(sentence, flush=True)


def open_patients(settings: AppSettings, asker: Asker) -> Repository:
    """Open the patients of a data folder, which is encrypted at its first use.

    Args:
        settings: where it is, and how it is to be opened
        asker: asks for the passphrase where it was not given

    Raises:
        StorageError: E50, E51, E52, E54, E56, E88
        VaultError: E80 wrong passphrase, E81 none given, E82 unfit, E84 key file missing, E85
            keyring not available, E86 no encryption here, E87 encrypted and plain at once
    """
    safe = Safe(settings.data)
    if settings.server is not None:  # before anybody types a passphrase in vain
        PostgresBackend(settings.server).reach()
    if settings.is_unencrypted:
        if safe.exists:
            raise is_encrypted()
        log.warning("Patients' data are kept unencrypted, as asked for.")
        return open_repository(settings.data, server=settings.server)
    if not has_sqlcipher():
        raise no_encryption()
    if not safe.exists:
        return safe.open(_make(safe, settings, asker), settings.server)
    safe.tidy()
    return safe.open(_unlocked(safe, settings, asker), settings.server)


def relock(settings: AppSettings, terminal: Terminal) -> None:
    """Ask for another passphrase, and lock a data folder with it; raises as `open_patients`."""
    keys, old = Safe(settings.data).keys, settings.passphrase
    if keys.opens_by_passphrase and old is None:
        _refuse_without_person(terminal)
        old = terminal.ask("Passphrase until now")
    elif not keys.opens_by_passphrase:
        old = None  # the keyring opens it
    if old is not None:
        keys.unlock(old)  # before a new one is thought of
    keys.change_passphrase(old, _new_passphrase(terminal))
    terminal.say("The passphrase is changed.")


def _make(safe: Safe, settings: AppSettings, asker: Asker) -> Vault:
    def make(passphrase: str | None) -> Vault:
        if safe.has_plain:
            asker.say("What is in the data folder is being encrypted; this may take a while.")
        return safe.make(passphrase)

    if settings.passphrase is not None or settings.uses_keyring:
        return make(settings.passphrase)
    return asker.choose(make, safe.has_plain)


def _unlocked(safe: Safe, settings: AppSettings, asker: Asker) -> Vault:
    """Open the master key with what was given, with the keyring, or with what a person types."""
    keys = safe.keys

    def unlock(passphrase: str) -> Vault:
        vault = keys.unlock(passphrase)
        if settings.uses_keyring and not keys.opens_by_keyring:
            keys.remember(passphrase)
        return vault

    if settings.passphrase is not None:
        return unlock(settings.passphrase)
    if keys.opens_by_keyring:
        try:
            return keys.unlock_by_keyring()
        except VaultError:
            if not (keys.opens_by_passphrase and asker.has_person):
                raise
    return asker.open(unlock)


def _new_passphrase(terminal: Terminal) -> str:
    """A passphrase typed twice alike."""
    _refuse_without_person(terminal)
    passphrase = terminal.ask(f"New passphrase, at least {SHORTEST} characters")
    if passphrase != terminal.ask("The same again"):
        raise VaultError("E82", "The two passphrases differ.", "Start again.")
    return passphrase


def _refuse_without_person(terminal: Terminal) -> None:
    if not terminal.has_person:
        raise VaultError(
            "E81",
            "The patients' data are encrypted, or to be encrypted, and no passphrase was given.",
            "Start from a terminal, set VERHM_PASSPHRASE, or use --keyring or --unencrypted.",
        )
