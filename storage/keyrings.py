"""The system's keyring, which opens for whoever is signed in to the computer."""

import base64
import binascii
import uuid
from typing import TYPE_CHECKING, Final

from storage.keys import LENGTH
from verhm.errors import VaultError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE: Final = "VERHM"
# Those keep nothing, or keep it for anybody to read.
_UNFIT: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


class Keyring:
    """Keeps keys under names of their own.

    Args:
        backend: another than the one that the system offers
    """

    def __init__(self, backend: "KeyringBackend | None" = None) -> None:
        self._given = backend

    def keep(self, key: bytes) -> str:
        """Keep a key; returns the name of its entry. Raises E85 when it cannot be kept."""
        from keyring.errors import KeyringError

        entry, backend = str(uuid.uuid4()), self._backend()
        try:
            backend.set_password(_SERVICE, entry, base64.b64encode(key).decode())
        except KeyringError as error:
            raise _no_keyring() from error
        return entry

    def read(self, entry: str) -> bytes:
        """Read a key; raises E85 when it is not there."""
        from keyring.errors import KeyringError

        backend = self._backend()
        try:
            key = base64.b64decode(backend.get_password(_SERVICE, entry) or "", validate=True)
        except (KeyringError, binascii.Error) as error:
            raise _no_keyring() from error
        if len(key) != LENGTH:
            raise _no_keyring()
        return key

    def erase(self, entry: str) -> None:
        """Erase a key; nothing happens if it is gone. Raises E85 when there is no keyring."""
        from keyring.errors import KeyringError, PasswordDeleteError

        backend = self._backend()
        try:
            backend.delete_password(_SERVICE, entry)
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise _no_keyring() from error

    def _backend(self) -> "KeyringBackend":
        """What keeps the keys; the library is only loaded where it is needed."""
        import keyring

        backend = self._given or keyring.get_keyring()
        if type(backend).__module__.startswith(_UNFIT):
            raise _no_keyring()
        return backend


def _no_keyring() -> VaultError:
    return VaultError(
        "E85",
        "The system's keyring is not available, is locked, or does not hold the key.",
        "Unlock it, or use the passphrase.",
    )
