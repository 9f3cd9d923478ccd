"""A database in a file of SQLite's.

With a key the file is SQLCipher's: every page is encrypted and sealed, its log's pages too.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text

from storage.cipher_driver import sqlcipher, unlock
from storage.failures import busy, disk_full, from_os_error, not_writable, unreadable
from storage.schema import upgrade
from verhm.errors import StorageError

_BUSY_TIMEOUT = 15_000  # ms
# A finished verb survives a power cut (FULL); what is erased is overwritten (secure_delete).
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",  # what is sorted or rebuilt never lies in a file of its own
)
# Connections that are not closed after use: each opened anew unlocks the file and reads, and
# decrypts, its first pages again. As many as may be in use while a whole clinic works.
KEPT: Final = 24
_PRIMARY: Final = 0xFF  # the extended result codes carry the primary code in the low byte


class SqliteBackend:
    """A database file, for its owner only.

    Args:
        file: the database; made when it is connected to
        key: that it is encrypted with; none for a plain file

    Raises:
        VaultError: E86 (by every use) when it is to be encrypted and cannot be here
    """

    reading: Final[dict[str, Any]] = {}
    # A writer takes the lock at once: one that read first could not upgrade its snapshot.
    writing: Final[dict[str, Any]] = {"begin": "BEGIN IMMEDIATE"}

    def __init__(self, file: Path, key: bytes | None = None) -> None:
        self._file = file
        self._key = key

    def connect(self) -> Engine:
        """See `Backend`."""
        return self._engine(pool_size=KEPT)

    def update(self) -> None:
        """See `Backend`.

        Foreign keys rest meanwhile: rebuilding a table under them would erase what refers to it.
        """
        engine = self._engine(foreign_keys=False, poolclass=NullPool)
        with engine.execution_options(**self.writing).begin() as connection:
            if connection.execute(text("PRAGMA quick_check")).scalar() != "ok":
                raise unreadable()
            upgrade(connection)
            if connection.execute(text("PRAGMA foreign_key_check")).first():
                raise unreadable()

    def triggers(self, connection: Connection) -> set[str]:
        """See `Backend`."""
        names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return set(connection.scalars(names))

    def forget_erased(self, engine: Engine) -> None:
        """Empty the write-ahead log, in which erased rows would live on for a while."""
        with engine.connect() as connection:
            connection = connection.execution_options(begin=None)
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def copy_to(self, engine: Engine, file: Path, key: bytes | None) -> None:
        """See `Backend`; the key is that of the database itself, whose pages are copied."""
        copy = SqliteBackend(file, key)._engine(poolclass=NullPool)
        with closing(engine.raw_connection()) as here, closing(copy.raw_connection()) as there:
            source: Any = here.driver_connection
            source.backup(there.driver_connection)

    def blame(self, error: BaseException) -> StorageError | None:
        """See `Backend`."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
        if code == sqlite3.SQLITE_FULL:
            return disk_full()
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return not_writable()
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return busy()
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
            return unreadable()
        return None

    def _engine(self, foreign_keys: bool = True, **options: Any) -> Engine:
        self._create_privately()
        if self._key is not None:
            options["module"] = sqlcipher()
        url = URL.create("sqlite", database=str(self._file))
        # Without hide_parameters a traceback would show what was entered about a patient.
        engine = create_engine(url, hide_parameters=True, **options)

        @event.listens_for(engine, "connect")
        def set_up(connection, _record) -> None:
            # The driver's own transactions leave out schema changes; `begin` below starts them.
            connection.isolation_level = None
            if self._key is not None:
                unlock(connection, self._key)
            for pragma in (*_PRAGMAS, f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}"):
                connection.execute(pragma)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            statement = connection.get_execution_options().get("begin", "BEGIN")
            if statement:
                connection.exec_driver_sql(statement)

        return engine

    def _create_privately(self) -> None:
        """Make the file before SQLite does, so that nobody else may read it."""
        try:
            self._file.touch(mode=0o600)
        except OSError as error:
            raise from_os_error(error) from error
