"""The engine, its settings, and bringing a database up to date.

With a key the file is SQLCipher's: every page is encrypted and sealed, its log's pages too.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, orm, text
from sqlalchemy.engine import make_url

from storage.cipher_driver import sqlcipher, unlock
from storage.failures import from_os_error, made_by_newer, translated, unreadable

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT = 15_000  # ms
# A finished verb survives a power cut (FULL); what is erased is overwritten (secure_delete).
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",  # what is sorted or rebuilt never lies in a file of its own
)


class Database:
    """One SQLite database, safe to use from several threads.

    Args:
        url: SQLAlchemy's address of it
        key: that its file is encrypted with; none for a plain file
        migrates: whether it is brought up to date first

    Raises:
        StorageError: E50 not writable, E52 damaged or of another key, E54 made by a newer version,
            E56 in use
        VaultError: E86 when it is to be encrypted and cannot be here
    """

    def __init__(self, url: str | URL, key: bytes | None = None, migrates: bool = True) -> None:
        _create_privately(url)
        self._key = key
        with translated():
            if migrates:
                _migrate(url, key)
            self.engine = _engine(url, key)
            self._reading = orm.sessionmaker(self.engine, expire_on_commit=False)
            # A writer takes the lock at once: one that read first could not upgrade its snapshot.
            writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
            self._writing = orm.sessionmaker(writer, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[orm.Session]:
        """Open a consistent view of the database."""
        with translated(), self._reading() as unit:
            yield unit

    @contextmanager
    def writing(self) -> Iterator[orm.Session]:
        """Open a change that happens wholly or not at all."""
        with translated(), self._writing.begin() as unit:
            yield unit

    def forget_erased(self) -> None:
        """Empty the write-ahead log, in which erased rows would live on for a while."""
        with translated(), self.engine.connect() as connection:
            connection = connection.execution_options(begin=None)
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def copy_to(self, file: Path) -> None:
        """Write what is there at one moment to a new file, while others go on writing.

        The copy has the same key.
        """
        url = URL.create("sqlite", database=str(file))
        _create_privately(url)
        copy = _engine(url, self._key, pooled=False)
        with (
            translated(),
            closing(self.engine.raw_connection()) as here,
            closing(copy.raw_connection()) as there,
        ):
            source: Any = here.driver_connection
            source.backup(there.driver_connection)

    def close(self) -> None:
        """Give the file back."""
        self.engine.dispose()


def _create_privately(url: str | URL) -> None:
    """Make the file before SQLite does, so that nobody else may read it."""
    file = make_url(url).database
    if not file or file == ":memory:":
        raise ValueError("the database must be a file: each connection sees its own memory")
    try:
        Path(file).touch(mode=0o600)
    except OSError as error:
        raise from_os_error(error) from error


def _engine(
    url: str | URL, key: bytes | None, foreign_keys: bool = True, pooled: bool = True
) -> Engine:
    # Without hide_parameters a traceback would show what was entered about a patient.
    options: dict[str, Any] = {} if pooled else {"poolclass": NullPool}
    if key is not None:
        options["module"] = sqlcipher()
    engine = create_engine(url, hide_parameters=True, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection, _record) -> None:
        # The driver's own transactions leave out schema changes; `begin` below starts them.
        connection.isolation_level = None
        if key is not None:
            unlock(connection, key)
        for pragma in (*_PRAGMAS, f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}"):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("begin", "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)

    return engine


def _migrate(url: str | URL, key: bytes | None) -> None:
    """Bring the schema up to date in one transaction.

    Foreign keys rest meanwhile: rebuilding a table under them would erase what refers to it.
    """
    engine = _engine(url, key, foreign_keys=False, pooled=False)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    writer = engine.execution_options(begin="BEGIN IMMEDIATE")
    with writer.begin() as connection:
        if connection.execute(text("PRAGMA quick_check")).scalar() != "ok":
            raise unreadable()
        _refuse_unknown(connection, ScriptDirectory.from_config(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.execute(text("PRAGMA foreign_key_check")).first():
            raise unreadable()


def _refuse_unknown(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    heads = set(MigrationContext.configure(connection).get_current_heads())
    if heads - known:
        raise made_by_newer()
