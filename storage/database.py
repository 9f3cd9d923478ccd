"""The one way to the rows: views of them, and changes that happen wholly or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import orm

from storage.backend import Backend
from storage.failures import translated


class Database:
    """One database, safe to use from several threads.

    Args:
        backend: where it is
        updates: whether its tables are made or brought up to date first

    Raises:
        StorageError: E50 not writable, E52 damaged or of another key, E54 made by a newer version,
            E56 in use, E88 its server cannot be used
        VaultError: E86 when it is to be encrypted and cannot be here
    """

    def __init__(self, backend: Backend, updates: bool = True) -> None:
        self._backend = backend
        with translated(backend.blame):
            if updates:
                backend.update()
            self.engine = backend.connect()
        reader = self.engine.execution_options(**backend.reading)
        writer = self.engine.execution_options(**backend.writing)
        self._reading = orm.sessionmaker(reader, expire_on_commit=False)
        self._writing = orm.sessionmaker(writer, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[orm.Session]:
        """Open a consistent view of the database."""
        with translated(self._backend.blame), self._reading() as unit:
            yield unit

    @contextmanager
    def writing(self) -> Iterator[orm.Session]:
        """Open a change that happens wholly or not at all."""
        with translated(self._backend.blame), self._writing.begin() as unit:
            yield unit

    def triggers(self) -> set[str]:
        """Names of the triggers that refuse changes."""
        with translated(self._backend.blame), self.engine.connect() as connection:
            return self._backend.triggers(connection)

    def forget_erased(self) -> None:
        """Let nothing of erased rows live on in the database's files."""
        with translated(self._backend.blame):
            self._backend.forget_erased(self.engine)

    def copy_to(self, file: Path, key: bytes | None) -> None:
        """Write what is there at one moment to a new SQLite file, while others go on writing.

        Args:
            file: to make
            key: that it is encrypted with, which is this database's own where it has one
        """
        with translated(self._backend.blame):
            self._backend.copy_to(self.engine, file, key)

    def close(self) -> None:
        """Give the file or the connections back."""
        self.engine.dispose()
