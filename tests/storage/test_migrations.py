"""What an earlier version left behind is brought up to date, and nothing of it is lost."""

import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic import command

from storage.consents import Scope
from storage.repository import open_repository

UPGRADE = command.upgrade


def _patient(code):
    return (code, code, "", "", False, "2026-01-01 08:00:00.000000")


def _session(name, patient, day, made, is_kept=True):
    return (name, patient, day, "", "", "", is_kept, f"2026-03-09 {made}.000000")


@pytest.fixture
def first_version(tmp_path, monkeypatch):
    """A data folder as the first version of the schema left it."""
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, revision: UPGRADE(config, "0001"))
        open_repository(tmp_path).close()
    with sqlite3.connect(tmp_path / "verhm.db") as connection:
        connection.executemany(
            "INSERT INTO patients (id, code, age_band, note, is_demonstration, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [_patient("A"), _patient("B"), _patient("C")],
        )
        connection.executemany(
            "INSERT INTO sessions (id, patient_id, recorded_on, task, language, note, is_kept, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                _session("late", "A", "2026-03-09", "14:05:00"),
                _session("early", "A", "2026-03-09", "09:30:00"),
                _session("uploaded", "A", "2026-03-02", "15:00:00"),
                _session("tried", "A", "2026-03-05", "08:00:00", is_kept=False),
                _session("nobody's", None, "2026-03-05", "08:00:00", is_kept=False),
                _session("other", "B", "2026-03-01", "10:00:00"),
            ],
        )
    connection.close()
    return tmp_path


def test_sessions_are_numbered_by_day_then_by_when_they_were_made(first_version):
    repository = open_repository(first_version)
    numbers = {
        session.id: session.number for code in "ABC" for session in repository.sessions(code)
    }
    assert numbers == {"uploaded": 1, "early": 2, "late": 3, "other": 1}
    assert repository.session("tried").number is None
    assert repository.session("nobody's").number is None
    repository.close()


def test_numbers_go_on_after_the_highest(first_version):
    repository = open_repository(first_version)
    assert [repository.patient(code).last_number for code in "ABC"] == [3, 1, 0]
    repository.close()


def test_no_number_is_there_twice(first_version):
    open_repository(first_version).close()
    connection = sqlite3.connect(first_version / "verhm.db")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE sessions SET number = 3 WHERE id = 'early'")
    connection.close()


GIVEN, ENDS, WITHDRAWN = date(2026, 1, 5), date(2026, 6, 30), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("code", "days", "entries", "held"),
    [
        ("A", (GIVEN, ENDS, WITHDRAWN), [(GIVEN, ENDS, None), (None, None, WITHDRAWN)], 55),
        ("A", (GIVEN, ENDS, None), [(GIVEN, ENDS, None)], 177),
        ("A", (None, None, WITHDRAWN), [(None, None, WITHDRAWN)], 0),
        ("A", (None, None, None), [], 0),
    ],
)
def test_consent_becomes_entries_that_hold_on_the_same_days(
    first_version, code, days, entries, held
):
    with sqlite3.connect(first_version / "verhm.db") as connection:
        connection.execute(
            "UPDATE patients SET consent_given_on = ?, consent_until = ?, "
            "consent_withdrawn_on = ? WHERE id = ?",
            (*(day and day.isoformat() for day in days), code),
        )
    connection.close()
    repository = open_repository(first_version)
    patient = repository.patient(code)
    found = [(each.given_on, each.expires_on, each.withdrawn_on) for each in patient.consents]
    assert found == entries
    assert all(each.scope is Scope.ANALYSIS for each in patient.consents)
    assert all(each.recorded_by is None for each in patient.consents)
    now = datetime.now(UTC)
    assert all(now - timedelta(minutes=5) < each.recorded_at <= now for each in patient.consents)
    year = [date(2026, 1, 1) + timedelta(day) for day in range(365)]
    assert sum(patient.has_consent(day) for day in year) == held
    repository.close()
