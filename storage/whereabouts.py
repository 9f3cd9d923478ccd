"""Where the rows of a folder of patients are: in a file beside them, or on a server."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from storage.backend import Backend
from storage.failures import coded_os_errors
from storage.files import create_privately, flush, flush_folder
from storage.postgres import PostgresBackend
from storage.sqlite import SqliteBackend
from verhm.errors import RequestError, StorageError

Server = URL  # the address of a database on a server

DATABASE: Final = "verhm.db"
SERVER: Final = "VERHM_DATABASE"  # the variable; an option would show its password to everybody
_NOTE: Final = "database-is-on-a-server"


def read_server(address: str | None) -> Server | None:
    """The address of a server, as it was given; None for none.

    Raises:
        RequestError: E71 when it is no address of a PostgreSQL database
    """
    if not address:
        return None
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = URL.create("unreadable")
    if url.get_backend_name() != "postgresql" or not url.database:
        raise RequestError(
            "E71",
            f"{SERVER} is no address of a PostgreSQL database.",
            "Write postgresql://user:password@host/database.",
        )
    return url


def holds_patients(place: Path) -> bool:
    """Whether there is, or was, a database for a folder."""
    return (place / DATABASE).is_file() or is_on_server(place)


def is_on_server(place: Path) -> bool:
    """Whether the rows of a folder are on a server."""
    return (place / _NOTE).exists()


def backend_of(place: Path, key: bytes | None, server: Server | None) -> Backend:
    """The database of a folder.

    Args:
        place: the folder
        key: that a file in it is encrypted with
        server: that has the rows; None for the file

    Raises:
        StorageError: E88 when the rows are in the other of the two
    """
    if server is None:
        if is_on_server(place):
            raise StorageError(
                "E88",
                "The patients of this folder are in a database on a server.",
                f"Start with its address in {SERVER}.",
            )
        return SqliteBackend(place / DATABASE, key)
    if (place / DATABASE).exists():
        raise StorageError(
            "E88",
            "The patients of this folder are in a database of its own, not on a server.",
            f"Start without {SERVER}, or back the folder up and restore it with {SERVER}.",
        )
    return PostgresBackend(server, is_in_use=is_on_server(place))


def note_server(place: Path) -> None:
    """Remember that the rows of a folder are on a server; not on which, that may move.

    Raises:
        StorageError: E50 not writable, E51 disk full
    """
    if is_on_server(place):
        return
    with coded_os_errors():
        with create_privately(place / _NOTE) as file:
            flush(file)
        flush_folder(place)
