"""A database on a PostgreSQL server, for a clinic that has one.

What is encrypted in a data folder's own database lies there as the server keeps it: whoever runs it
has to protect its disk and its backups. Recordings and results stay in the data folder, sealed.
"""

import contextlib
import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.failures import (
    busy,
    disk_full,
    emptied_server,
    no_driver,
    no_server,
    others_database,
    something_there,
    translated,
    unfit_text,
    unreadable,
)
from storage.models import Base, Consent
from storage.row_copy import copy_rows, has_rows
from storage.schema import is_new, mark_as_current, upgrade
from storage.sqlite import KEPT, SqliteBackend
from storage.tables import TABLES
from verhm.errors import VerhmError

log = logging.getLogger(__name__)

_DRIVER: Final = "postgresql+psycopg"
_LOCK: Final = 7_653_846  # any number, the same for all writers
_LOCK_TIMEOUT: Final = 15_000  # ms
_VACUUM_TIMEOUT: Final = 1_000  # ms
_GONE: Final = 30  # s after which a server that says nothing is taken to be gone
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")  # without a host, a variable may name one
_ELSEWHERE: Final = {"host", "hostaddr", "service"}  # where an address may hide another one
# The class, or the whole, of SQLSTATE (PostgreSQL's manual, appendix A).
_UNUSABLE: Final = ("08", "28", "3D", "57P", "25006", "42501")
_NO_LOCK: Final = "55P03"
_UNFIT: Final = ("22001", "22021")  # too long, not of the encoding
_TABLE_EXISTS: Final = "42P07"
_BUSY: Final = ("53300", _NO_LOCK, "40001", "40P01")

# What the migrations have SQLite refuse, by name of the trigger: table, event and condition.
_REFUSED: Final = {
    "events_refuse_update": ("events", "UPDATE", "true"),
    "events_refuse_delete": ("events", "DELETE", "true"),
    "events_refuse_replace": (
        *("events", "INSERT"),
        "EXISTS (SELECT 1 FROM events WHERE number = NEW.number)",
    ),
    "consents_refuse_update": ("consents", "UPDATE", "true"),
    "consents_refuse_delete": (
        *("consents", "DELETE"),
        "EXISTS (SELECT 1 FROM patients WHERE id = OLD.patient_id)",
    ),
    "consents_refuse_insert": (
        *("consents", "INSERT"),
        "EXISTS (SELECT 1 FROM consents WHERE number = NEW.number)",
    ),
}
_TRIGGER: Final = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {condition} THEN
        RAISE EXCEPTION 'what is in {table} is never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


class PostgresBackend:
    """A database on a server.

    Args:
        url: its address; the way to another computer is encrypted, and its certificate checked,
            unless `sslmode` says otherwise
        is_in_use: whether the rows of the folder that names it are in it already; None where no
            folder does

    Raises:
        StorageError: E88 when the driver is not installed
    """

    reading: Final[dict[str, Any]] = {
        "isolation_level": "REPEATABLE READ",
        "postgresql_readonly": True,
    }
    # One writer at a time, as with a file: the audit log is a chain.
    writing: Final[dict[str, Any]] = {
        "begin": f"SELECT pg_advisory_xact_lock({_LOCK})",
        # Whatever the server's default: what others wrote while it waited is to be seen.
        "isolation_level": "READ COMMITTED",
    }

    def __init__(self, url: URL, is_in_use: bool | None = None) -> None:
        self._is_in_use = is_in_use
        is_local = url.host in _LOCAL and not url.query.keys() & _ELSEWHERE
        if not is_local and "sslmode" not in url.query:
            url = url.update_query_dict({"sslmode": "verify-full"})
        self.url = url.set(drivername=_DRIVER)
        if importlib.util.find_spec("psycopg") is None:
            raise no_driver()

    def reach(self) -> None:
        """Look whether it can be used at all; raises `StorageError` (E88) where it cannot."""
        with translated(self.blame), self._engine(poolclass=NullPool).connect():
            pass

    def connect(self) -> Engine:
        """See `Backend`."""
        return self._engine(pool_size=KEPT)

    def update(self) -> None:
        """See `Backend`; tables that are not there yet are made of the models at once."""
        engine = self._engine(poolclass=NullPool)
        with engine.execution_options(**self.writing).begin() as connection:
            if is_new(connection):
                if self._is_in_use:
                    raise emptied_server()
                # Unchecked: tables of the same names would be another program's.
                Base.metadata.create_all(connection, checkfirst=False)
                _refuse_changes(connection)
                mark_as_current(connection)
            else:
                upgrade(connection)
                # Without rows they are those of a first start that was broken off.
                if self._is_in_use is False and has_rows(connection):
                    raise others_database()

    def triggers(self, connection: Connection) -> set[str]:
        """See `Backend`."""
        names = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        return set(connection.scalars(names))

    def forget_erased(self, engine: Engine) -> None:
        """Write the tables anew; what the server has in its log and its backups is out of reach.

        One that somebody reads for long is left to the next time: its rows are erased already.
        """
        alone = self._engine(poolclass=NullPool, isolation_level="AUTOCOMMIT")
        for table in TABLES:
            try:
                with alone.connect() as connection:
                    # Others would wait behind it for as long.
                    connection.execute(text(f"SET lock_timeout = {_VACUUM_TIMEOUT}"))
                    connection.execute(text(f"VACUUM (FULL) {table.name}"))
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != _NO_LOCK:
                    raise
                log.warning("Erased rows may still lie in the files of %s.", table.name)

    def copy_to(self, engine: Engine, file: Path, key: bytes | None) -> None:
        """See `Backend`."""
        there = SqliteBackend(file, key)
        there.update()
        with (
            engine.execution_options(**self.reading).connect() as source,
            _connected(there) as copy,
            copy.execution_options(**there.writing).begin() as target,
        ):
            copy_rows(source, target)

    def take_over(self, file: Path, key: bytes | None) -> None:
        """Take in all rows of a SQLite file.

        Args:
            file: up to date
            key: that it is encrypted with; none for a plain one

        Raises:
            RequestError: E72 when something is kept here already
        """
        self.update()
        writer = self._engine(poolclass=NullPool).execution_options(**self.writing)
        with (
            _connected(SqliteBackend(file, key)) as given,
            given.connect() as source,
            writer.begin() as target,
        ):
            if has_rows(target):
                raise something_there()
            copy_rows(source, target)
            # Numbers that were taken in are none that the server gave.
            newest = select(func.coalesce(func.max(Consent.number), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence("consents", "number")
            target.execute(select(func.setval(sequence, newest, False)))

    def give_back(self) -> None:
        """Erase all rows that were taken over, as what they belong to came to nothing."""
        names = ", ".join(table.name for table in TABLES)
        writer = self._engine(poolclass=NullPool).execution_options(**self.writing)
        try:
            with writer.begin() as connection:
                # No row is erased by itself, which the log's triggers would refuse.
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        except DBAPIError:  # why it came to nothing is told
            log.warning("Rows of what was not restored are left on the server.")

    def blame(self, error: BaseException) -> VerhmError | None:
        """See `Backend`."""
        state = getattr(error, "sqlstate", None)
        # Of a NUL the driver itself says so: somebody looks for what nobody can be called.
        if state in _UNFIT or (state is None and type(error).__name__ == "DataError"):
            return unfit_text()
        if state == _TABLE_EXISTS:
            return something_there()
        if state is None:  # no connection came about, or it broke
            return no_server() if type(error).__name__ == "OperationalError" else None
        if state == "53100":
            return disk_full()
        if state in _BUSY:
            return busy()
        if state.startswith("XX"):
            return unreadable()
        return no_server() if state.startswith(_UNUSABLE) else None

    def _engine(self, **options: Any) -> Engine:
        given = self.url.query.get("options", "")
        settings = f"{given} -c lock_timeout={_LOCK_TIMEOUT}"
        engine = create_engine(
            self.url,
            hide_parameters=True,  # else a traceback would show what was entered about a patient
            pool_pre_ping=True,  # the server may have been started anew
            connect_args={
                "options": settings,
                "connect_timeout": 10,
                "keepalives_idle": _GONE,
                "tcp_user_timeout": 1000 * _GONE,
            },
            **options,
        )

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            statement = connection.get_execution_options().get("begin")
            if statement:
                connection.exec_driver_sql(statement)

        return engine


@contextlib.contextmanager
def _connected(file: SqliteBackend) -> Iterator[Engine]:
    """Connections to a file that are all closed afterwards, so that nothing is left beside it."""
    engine = file.connect()
    try:
        yield engine
    finally:
        engine.dispose()


def _refuse_changes(connection: Connection) -> None:
    for name, (table, event_, condition) in _REFUSED.items():
        trigger = _TRIGGER.format(name=name, table=table, event=event_, condition=condition)
        connection.exec_driver_sql(trigger)
