"""What the disk and the database complain about, said to the person at the screen."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, TimeoutError

from storage.cipher_driver import sqlcipher_errors
from verhm.errors import RequestError, StorageError, VaultError, VerhmError

# EFBIG is what a size limit on files answers; EDQUOT a full quota.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_full() -> StorageError:
    """E51."""
    return StorageError(
        "E51",
        "The disk is full; nothing was saved by this step.",
        "Free some space and try again.",
    )


def not_writable() -> StorageError:
    """E50."""
    return StorageError(
        "E50",
        "The data folder cannot be written.",
        "Check its permissions, or choose another folder with VERHM_DATA.",
    )


def unreadable() -> StorageError:
    """E52."""
    return StorageError(
        "E52",
        "The database is damaged or is not one of VERHM's.",
        "Put back the last backup of the data folder; the recordings in it are untouched.",
    )


def damaged_result() -> StorageError:
    """E52, of a run's file instead of the database."""
    return StorageError(
        "E52", "The result of this run cannot be read.", "Analyse the recording again."
    )


def still_there() -> StorageError:
    """E50, of files that were to be erased."""
    return StorageError(
        "E50",
        "Files that were to be erased are still in the data folder.",
        "Close what uses them and check the folder's permissions; the next start erases them.",
    )


def made_by_newer() -> StorageError:
    """E54."""
    return StorageError(
        "E54",
        "The data folder was written by a newer version of VERHM.",
        "Start that version; nothing was changed.",
    )


def missing(what: str) -> StorageError:
    """E53."""
    return StorageError(
        "E53", f"There is no such {what}.", "Reload the page; it may have been erased."
    )


def unfit_text() -> RequestError:
    """E63."""
    return RequestError(
        "E63",
        "An entry is too long, or holds a character that cannot be kept.",
        "Shorten it; what was pasted, type instead.",
    )


def busy() -> StorageError:
    """E56."""
    return StorageError(
        "E56",
        "The database is in use by another program.",
        "Close the other program that has it open, then try again.",
    )


def no_server() -> StorageError:
    """E88."""
    return StorageError(
        "E88",
        "The database server does not answer, or does not let VERHM in.",
        "Check that it runs, and its address in VERHM_DATABASE.",
    )


def emptied_server() -> StorageError:
    """E88."""
    return StorageError(
        "E88",
        "There is nothing in that database, and this folder's patients are in one on a server.",
        "Name the one that they are in; the recordings are untouched.",
    )


def others_database() -> StorageError:
    """E88."""
    return StorageError(
        "E88",
        "That database is in use already, by another data folder.",
        "Name an empty one; a folder that was moved is moved with all that is in it.",
    )


def no_driver() -> StorageError:
    """E88."""
    return StorageError(
        "E88",
        "A database on a server is named, and the package that reaches it is not installed.",
        'Install it with: .venv/bin/python -m pip install "psycopg[binary]==3.3.9"',
    )


def something_there() -> RequestError:
    """E72, of a database that rows are to be put into."""
    return RequestError(
        "E72", "There is something in that database already.", "Name an empty database."
    )


def broken_seal() -> VaultError:
    """E83."""
    return VaultError(
        "E83",
        "A kept file was cut off, changed or put in another's place, and is not opened.",
        "Put it back from the last backup of the data folder; the other files are untouched.",
    )


def wrong_passphrase() -> VaultError:
    """E80."""
    return VaultError(
        "E80",
        "The passphrase is wrong; nothing was changed.",
        "Try again. Mind capital letters and the keyboard's language.",
    )


def no_key_file() -> VaultError:
    """E84."""
    return VaultError(
        "E84",
        "The key file of the data folder is missing or damaged.",
        "Put keys.json back from a backup; without it nothing in the folder can be opened.",
    )


def two_sets() -> VaultError:
    """E87."""
    return VaultError(
        "E87",
        "The data folder holds encrypted patients and, beside them, unencrypted ones.",
        "Move verhm.db and media elsewhere, and export from them what is needed with "
        "--unencrypted.",
    )


def plain_on_server() -> VaultError:
    """E87, of files that rows on a server name."""
    return VaultError(
        "E87",
        "The files of this folder are unencrypted, and their database is on a server.",
        "Start with --unencrypted as before, or back it up and restore the backup without.",
    )


def is_encrypted() -> VaultError:
    """E87, when it was asked to leave it so."""
    return VaultError(
        "E87",
        "The data folder is encrypted already.",
        "Start without --unencrypted, or choose another folder with --data.",
    )


def from_os_error(error: OSError) -> StorageError:
    """Translate what the file system answered when writing."""
    return disk_full() if error.errno in _FULL else not_writable()


@contextmanager
def coded_os_errors() -> Iterator[None]:
    """Turn what the file system answers when writing into coded failures."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error) from error


@contextmanager
def translated(blame: Callable[[BaseException], VerhmError | None]) -> Iterator[None]:
    """Turn a database's troubles into coded ones; our own mistakes pass through.

    Args:
        blame: says what an error of its driver means; None where that is a mistake of ours
    """
    raised: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error, *sqlcipher_errors())
    try:
        yield
    except TimeoutError as error:  # all connections are in use
        raise busy() from error
    except raised as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        known = blame(cause) if cause is not None else None
        if known is None:
            raise
        raise known from error
