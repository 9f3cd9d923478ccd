"""Bringing tables up to date, on a connection and within its transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.failures import made_by_newer

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Take every step that was not taken yet.

    Raises:
        StorageError: E54 when one was taken that is not known here
    """
    config = _config(connection)
    steps = ScriptDirectory.from_config(config).walk_revisions()
    if set(_taken(connection)) - {step.revision for step in steps}:
        raise made_by_newer()
    command.upgrade(config, "head")


def is_new(connection: Connection) -> bool:
    """Whether no step was ever taken."""
    return not _taken(connection)


def mark_as_current(connection: Connection) -> None:
    """Say of tables that were just made from the models that no step is missing."""
    command.stamp(_config(connection), "head")


def _taken(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
