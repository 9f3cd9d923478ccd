"""SQLCipher, where the platform has it: SQLite's own interface, with every page encrypted."""

import importlib
import importlib.util
from types import ModuleType
from typing import Any, Final

from verhm.errors import VaultError

_DRIVER: Final = "sqlcipher3"


def has_sqlcipher() -> bool:
    """Whether databases can be encrypted here."""
    return importlib.util.find_spec(_DRIVER) is not None


def sqlcipher() -> ModuleType:
    """The driver.

    Raises:
        VaultError: E86 when there is none for this platform
    """
    try:
        return importlib.import_module(f"{_DRIVER}.dbapi2")
    except ImportError as error:
        raise no_encryption() from error


def no_encryption() -> VaultError:
    """E86."""
    return VaultError(
        "E86",
        "SQLCipher is not available on this computer, so patients' data cannot be encrypted.",
        "Install the package sqlcipher3, or start with --unencrypted on an encrypted disk.",
    )


def sqlcipher_errors() -> tuple[type[Exception], ...]:
    """What the driver raises; nothing where there is none."""
    return (sqlcipher().Error,) if has_sqlcipher() else ()


def unlock(connection: Any, key: bytes) -> None:
    """Give a new connection its key; a wrong one shows at the first reading.

    Args:
        connection: the driver's own
        key: 32 bytes, used as they are
    """
    silence(connection)
    connection.execute(f"PRAGMA key = {key_literal(key)}")


def silence(connection: Any) -> None:
    """Keep it from writing to the terminal; what went wrong is said with a code anyway."""
    connection.execute("PRAGMA cipher_log_level = NONE")


def key_literal(key: bytes) -> str:
    """A key as SQLCipher reads it in a statement. Parameters cannot be used there."""
    return f"\"x'{key.hex()}'\""
