"""The audit log holds what was done, nothing of a patient, and shows that it was touched."""

import random
import shutil
import sqlite3

import pytest

from storage.__main__ import main
from storage.audit import ANCHOR
from storage.details import PatientDetails, SessionDetails
from storage.repository import open_repository
from tests.storage.conftest import AGREED, SOUND
from tests.storage.people import GOOD
from verhm.errors import RequestError, StorageError


@pytest.fixture
def folder(repository):
    return repository.files.folder.parent


@pytest.fixture
def used(people, folder):
    """A log of what a day brings."""
    hers, bert = people.seen_by(people.administrator), people.add("Bert")
    patient = hers.add_patient(PatientDetails("P-0417", "Jane Doe"))
    hers.patient(patient.id), hers.patients("Jane")
    hers.update_patient(patient.id, PatientDetails("P-0418", "Jane Doe"))
    hers.share_patient(patient.id, bert.id)
    hers.unshare_patient(patient.id, bert.id)
    with pytest.raises(StorageError):
        people.seen_by(bert).patient(patient.id)
    token = people.accounts.sign_ins.sign_in("Ada", GOOD, "127.0.0.1")
    people.accounts.sign_ins.sign_out(token)
    with pytest.raises(RequestError):
        people.accounts.sign_ins.sign_in("Ada", "not the passphrase", "127.0.0.1")
    hers.erase_patient(patient.id, "P-0418")
    return folder


def rows(folder, columns: str = "action, detail") -> list[tuple]:
    with sqlite3.connect(folder / "verhm.db") as connection:
        found = connection.execute(f"SELECT {columns} FROM events ORDER BY number").fetchall()
    connection.close()
    return found


def tamper(folder, *statements: str) -> None:
    """Change the log as somebody who knows how."""
    with sqlite3.connect(folder / "verhm.db") as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
    connection.close()


def test_everything_that_was_done_is_there_in_its_order(used):
    done = [action for action, _ in rows(used)]
    for action in ("create", "view", "edit", "share", "refusal", "sign-in", "sign-out", "erase"):
        assert action in done
    assert done[-1] == "erase"
    assert ("refusal", "E53") in rows(used) and ("refusal", "E65") in rows(used)


def test_nothing_of_a_patient_is_in_it(used):
    content = repr(rows(used, "*")) + (used / ANCHOR).read_text()
    for planted in ("P-0417", "P-0418", "Jane", "Doe", "Ada", "Bert", GOOD):
        assert planted not in content


def test_a_session_that_is_corrected_leaves_a_line_without_its_contents(people, folder, practice):
    hers = people.seen_by(people.administrator)
    patient = hers.add_patient(PatientDetails("P-0417"), AGREED)
    session = hers.add_session(patient.id, SessionDetails(AGREED.given_on), practice.recording)
    hers.update_session(
        session.id, SessionDetails(AGREED.given_on, "Reading", "Dutch", "slept badly", 17)
    )
    action, subject, detail = rows(folder, "action, subject, detail")[-1]
    assert (action, subject, detail) == ("edit", session.id, "session")
    assert not any(each in repr(rows(folder, "*")) for each in ("Dutch", "slept", "Reading"))


def test_the_same_look_within_minutes_is_one_line(people, folder):
    hers = people.seen_by(people.administrator)
    patient = hers.add_patient(PatientDetails("P-0417"))
    before = len(rows(folder))
    for _ in range(5):
        hers.patient(patient.id)
    assert len(rows(folder)) == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET detail = ''",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events WHERE number = 2",
        "REPLACE INTO events SELECT 3, at, account_id, action, subject, detail, previous, hash "
        "FROM events WHERE number = 2",
    ],
)
def test_the_database_refuses_to_change_it(used, statement):
    before = rows(used, "*")
    with (
        sqlite3.connect(used / "verhm.db") as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        connection.execute(statement)
    connection.close()
    assert rows(used, "*") == before


def test_a_log_that_nobody_touched_is_as_it_was_written(used, capsys):
    assert main(["verify", "--data", str(used)]) == 0
    number = len(rows(used))
    assert f"{number} lines, as it was written; anchored up to line {number}" in (
        capsys.readouterr().out
    )


COLUMNS = ("at", "account_id", "action", "subject", "detail", "previous", "hash")


@pytest.mark.parametrize("column", COLUMNS)
def test_one_changed_character_anywhere_is_found(used, column, capsys):
    number = random.Random(column).randint(1, len(rows(used)))
    tamper(used, f"UPDATE events SET {column} = {column} || 'x' WHERE number = {number}")
    assert main(["verify", "--data", str(used)]) == 1
    assert f"E58 Line {number}" in capsys.readouterr().out


def test_one_flipped_byte_in_the_file_is_found(used):
    database = open_repository(used)
    database.database.forget_erased()
    database.close()
    (hash_,) = random.Random(0).choice(rows(used, "hash"))
    file = used / "verhm.db"
    content = bytearray(file.read_bytes())
    place = content.index(hash_.encode()) + 7
    content[place] = ord("0") if content[place] != ord("0") else ord("1")
    file.write_bytes(content)
    assert main(["verify", "--data", str(used)]) == 1


def test_a_line_that_is_missing_put_in_or_moved_is_found(used, tmp_path, capsys):
    columns = "at, account_id, action, subject, detail, previous, hash"
    attacks = {
        "Missing: line 3.": ["DELETE FROM events WHERE number = 3"],
        "Line 4 was changed": [
            "UPDATE events SET number = -4 WHERE number = 4",
            "UPDATE events SET number = 4 WHERE number = 5",
            "UPDATE events SET number = 5 WHERE number = -4",
        ],
        "was changed": [
            f"INSERT INTO events (number, {columns}) SELECT 1 + (SELECT max(number) FROM events), "
            f"{columns} FROM events WHERE number = 2"
        ],
    }
    for index, (finding, statements) in enumerate(attacks.items()):
        copy = shutil.copytree(used, tmp_path / f"copy {index}")
        tamper(copy, *statements)
        assert main(["verify", "--data", str(copy)]) == 1
        assert finding in capsys.readouterr().out


def test_an_end_that_was_cut_off_is_found_by_the_anchor(used, capsys):
    last = len(rows(used))
    tamper(used, f"DELETE FROM events WHERE number > {last - 2}")
    assert main(["verify", "--data", str(used)]) == 1
    assert f"Lines {last - 1} to {last} were cut off" in capsys.readouterr().out


def test_a_log_that_was_written_anew_is_found_by_a_copy_of_the_anchor(used, people, capsys):
    copy = shutil.copy(used / ANCHOR, used.parent / "elsewhere")
    tamper(used, "DELETE FROM events")
    (used / ANCHOR).unlink()
    people.seen_by(people.administrator).add_patient(PatientDetails("P-0001"))
    assert main(["verify", "--data", str(used)]) == 0  # nothing beside it knows better
    assert main(["verify", "--data", str(used), "--anchor", str(copy)]) == 1
    assert "the log was written anew" in capsys.readouterr().out


def test_an_anchor_that_is_gone_or_damaged_is_said(used, capsys):
    (used / ANCHOR).write_text("nothing of the kind\n" * 2)
    assert main(["verify", "--data", str(used)]) == 1
    (used / ANCHOR).unlink()
    assert main(["verify", "--data", str(used)]) == 1
    said = capsys.readouterr().out
    assert "The anchor is damaged" in said and "The anchor is missing" in said


def test_an_anchor_that_is_made_anew_does_not_hide_that_it_was_gone(used, people, capsys):
    before = len(rows(used))
    (used / ANCHOR).unlink()
    people.seen_by(people.administrator).add_patient(PatientDetails("P-0001"))
    assert main(["verify", "--data", str(used)]) == 1
    assert f"nothing of the lines before {before + 1}: it was lost, or" in capsys.readouterr().out
    assert main(["backup", str(used.parent / "copy"), "--data", str(used)]) == 1
    assert "Backed up" in capsys.readouterr().out


def test_a_copy_of_the_anchor_that_is_not_there_is_no_sign_of_tampering(used, tmp_path, capsys):
    assert main(["verify", "--data", str(used), "--anchor", str(tmp_path / "mistyped")]) == 2
    assert "E70 There is no such copy" in capsys.readouterr().err


def test_triggers_that_were_taken_off_are_said(used, capsys):
    with sqlite3.connect(used / "verhm.db") as connection:
        connection.execute("DROP TRIGGER events_refuse_update")
    connection.close()
    assert main(["verify", "--data", str(used)]) == 1
    assert "taken out of the database" in capsys.readouterr().out


def test_a_folder_without_a_database_stays_so(tmp_path, capsys):
    assert main(["verify", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E70")
    assert not list(tmp_path.iterdir())


def test_a_change_that_does_not_happen_leaves_no_line(people, folder):
    hers = people.seen_by(people.administrator)
    hers.add_patient(PatientDetails("P-0001"))
    before = rows(folder)
    with pytest.raises(StorageError, match="E55"):
        hers.add_patient(PatientDetails("P-0001"))
    assert rows(folder) == before


def test_files_that_an_older_database_knows_nothing_of_are_left(people, folder, tmp_path):
    hers = people.seen_by(people.administrator)
    patient = hers.add_patient(PatientDetails("P-0417"), AGREED)
    older = tmp_path / "older.db"
    hers.database.copy_to(older, None)
    recording = tmp_path / "voice.wav"
    recording.write_bytes(SOUND)
    hers.add_session(patient.id, SessionDetails(AGREED.given_on), recording)
    hers.close()
    kept = set(people.repository.files.listing())
    newer = (folder / "verhm.db").read_bytes()
    for database, left in ((older.read_bytes(), 1), (newer, 0)):
        (folder / "verhm.db").write_bytes(database)
        again = open_repository(folder)
        report = again.sweep()
        assert (report.files_left, report.files_removed) == (left, 0)
        assert set(again.files.listing()) == kept != set()
        again.close()
