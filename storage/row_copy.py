"""Taking all rows from one database into another, whatever kind each is of."""

from typing import Final

from sqlalchemy import Connection, insert, select

from storage.tables import TABLES

_AT_ONCE: Final = 500  # rows that are in memory


def copy_rows(source: Connection, target: Connection) -> None:
    """Add every row of one database to the empty tables of another.

    Args:
        source: a consistent view
        target: within a change
    """
    for table in TABLES:
        rows = source.execution_options(yield_per=_AT_ONCE).execute(select(table)).mappings()
        for part in rows.partitions():
            target.execute(insert(table), [dict(row) for row in part])


def has_rows(connection: Connection) -> bool:
    """Whether anything is kept in a database."""
    return any(connection.execute(select(table).limit(1)).first() for table in TABLES)
