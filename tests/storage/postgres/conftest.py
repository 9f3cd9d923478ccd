"""Records on a PostgreSQL server, which is a real one."""

import pytest
from sqlalchemy import select

from storage.safe import Safe
from storage.stretching import Stretching
from storage.tables import TABLES
from tests.storage.servers import serving

WORDS = "words for the tests"
QUICK = Stretching(memory=64, iterations=1, lanes=1)


@pytest.fixture(scope="session")
def server():
    with serving() as server:
        yield server


@pytest.fixture
def address(server):
    return server.new_database()


@pytest.fixture
def safe(tmp_path):
    return Safe(tmp_path / "data")


@pytest.fixture
def vault(safe):
    return safe.make(WORDS, QUICK)


@pytest.fixture
def repository(safe, vault, address):
    opened = safe.open(vault, address)
    yield opened
    opened.close()


def rows(repository) -> dict[str, list]:
    """Everything in every table, by its key."""
    with repository.database.reading() as unit:
        return {
            table.name: [
                tuple(row) for row in unit.execute(select(table).order_by(*table.primary_key))
            ]
            for table in TABLES
        }
