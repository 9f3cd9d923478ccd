"""The database is set as promised, brought up to date, and refused in words when it cannot be."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect, text

from storage.database import Database
from storage.models import Base
from storage.repository import open_repository
from storage.sqlite import SqliteBackend
from verhm.errors import StorageError


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 15_000)],
)
def test_every_connection_has_its_settings(repository, pragma, value):
    for open_unit in (repository.database.reading, repository.database.writing):
        with open_unit() as unit:
            assert unit.scalar(text(f"PRAGMA {pragma}")) == value


def test_migrations_lead_to_the_models(repository):
    with repository.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_work_from_any_folder(tmp_path, monkeypatch):
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    open_repository(tmp_path / "data % ? # folder").close()
    assert (tmp_path / "data % ? # folder" / "verhm.db").is_file()


def test_a_database_is_opened_again_unchanged(tmp_path):
    open_repository(tmp_path).close()
    first = (tmp_path / "verhm.db").read_bytes()
    open_repository(tmp_path).close()
    assert (tmp_path / "verhm.db").read_bytes() == first


def test_a_newer_database_is_refused_and_left_alone(tmp_path):
    open_repository(tmp_path).close()
    with sqlite3.connect(tmp_path / "verhm.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = (tmp_path / "verhm.db").read_bytes()
    with pytest.raises(StorageError) as caught:
        open_repository(tmp_path)
    assert caught.value.code == "E54"
    assert (tmp_path / "verhm.db").read_bytes() == before


def test_something_else_is_refused(tmp_path):
    (tmp_path / "verhm.db").write_bytes(b"This is a letter and no database. " * 100)
    with pytest.raises(StorageError) as caught:
        open_repository(tmp_path)
    assert caught.value.code == "E52"


def test_a_damaged_database_is_refused(tmp_path):
    open_repository(tmp_path).close()
    file = tmp_path / "verhm.db"
    content = bytearray(file.read_bytes())
    content[4096 : 4096 * 3] = b"\xa5" * (4096 * 2)
    file.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        open_repository(tmp_path)
    assert caught.value.code == "E52"


def test_a_failing_step_changes_nothing(tmp_path, monkeypatch):
    upgrade = command.upgrade

    def upgrade_then_fail(config, revision):
        upgrade(config, revision)
        raise RuntimeError("the power went off")

    monkeypatch.setattr(command, "upgrade", upgrade_then_fail)
    with pytest.raises(RuntimeError):
        Database(SqliteBackend(tmp_path / "verhm.db"))
    with sqlite3.connect(tmp_path / "verhm.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


def test_a_held_database_is_said_to_be_busy(repository, monkeypatch):
    file = Path(repository.database.engine.url.database)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("storage.sqlite._PRAGMAS", ("PRAGMA busy_timeout = 50",))
    with pytest.raises(StorageError) as caught:
        Database(SqliteBackend(file))
    assert caught.value.code == "E56"
    holder.close()


def test_one_moment_is_one_view_whose_rows_stay_when_it_ends(repository, practice):
    patient, begun = practice.patient(), []
    event.listen(repository.database.engine, "begin", begun.append)
    with repository.one_moment():
        before = repository.patient(patient.id)
        with ThreadPoolExecutor(1) as another:
            another.submit(practice.session, patient).result()
            assert len(another.submit(repository.sessions, patient.id).result()) == 1
        started = len(begun)
        with repository.one_moment():
            assert repository.sessions(patient.id) == ()
        assert repository.patient(patient.id) is before  # asked once
        assert len(begun) == started
        assert inspect(before).detached
    assert repository.patient(patient.id) is not before
    (session,) = repository.sessions(patient.id)
    assert (before.code, session.patient.code) == ("P-0001", "P-0001")
