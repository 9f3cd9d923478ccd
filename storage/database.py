"""The one way to the rows: views of them, and changes that happen wholly or not at all."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event, orm

from storage.backend import Backend
from storage.entries import refuse_unkeepable
from storage.failures import translated

Answer = TypeVar("Answer")


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
        event.listen(self._writing, "before_flush", refuse_unkeepable)
        self._view: ContextVar[_View | None] = ContextVar("view", default=None)

    @contextmanager
    def reading(self) -> Iterator[orm.Session]:
        """Open a consistent view of the database, or go on with that of `one_moment`."""
        view = self._view.get()
        with translated(self._backend.blame):
            if view is not None:
                with view.used() as unit:
                    yield unit
            else:
                with self._reading() as unit:
                    yield unit

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Let all that is read within, by this thread, be read from one view.

        To open a view takes longer than to read from it: pages that others have changed meanwhile
        are read, and decrypted, anew. What is written within is not seen within.
        """
        if self._view.get() is not None:
            yield
            return
        with self.reading() as unit:
            token = self._view.set(_View(unit))
            try:
                yield
            finally:
                self._view.reset(token)

    def once(self, question: Hashable, ask: Callable[[], Answer]) -> Answer:
        """Within `one_moment`, ask a question that was asked before no second time.

        Its answer is then shared: nobody may change it.
        """
        view = self._view.get()
        if view is None:
            return ask()
        if question not in view.answers:
            view.answers[question] = ask()
        return view.answers[question]

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


class _View:
    """A view that several readings share, though not the rows that they load.

    Attributes:
        answers: to what was asked of it so far
    """

    def __init__(self, unit: orm.Session) -> None:
        self._unit, self._depth = unit, 0
        self.answers: dict[Hashable, Any] = {}

    @contextmanager
    def used(self) -> Iterator[orm.Session]:
        """Read; in the end the rows are the reader's own, as those of a view of its own are."""
        self._depth += 1
        try:
            yield self._unit
        finally:
            self._depth -= 1
            if not self._depth:
                self._unit.expunge_all()
