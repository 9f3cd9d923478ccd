"""Backups of records on a server, and their way back to one."""

from contextlib import closing

import pytest

from storage import backup
from storage.audit import ANCHOR
from storage.audit_check import check
from storage.backup import back_up, restore
from storage.details import PatientDetails
from storage.postgres import PostgresBackend
from storage.row_copy import has_rows
from storage.safe import Safe
from storage.whereabouts import note_server
from tests.storage.conftest import AGREED
from tests.storage.postgres.conftest import rows
from verhm.errors import RequestError, StorageError


def test_a_backup_is_a_folder_of_its_own_and_can_go_back_to_a_server(
    practice, server, safe, vault, address, tmp_path
):
    practice.done(practice.session(practice.patient("P-1")))
    practice.patient("P-2")
    before = rows(practice.repository)
    made = back_up(safe.folder, vault, tmp_path / "copy", address)
    assert (made.patients, made.sessions) == (2, 1)
    elsewhere, there = Safe(tmp_path / "elsewhere"), server.new_database()
    place = safe.folder.relative_to(tmp_path / "data")
    restore(tmp_path / "copy", place, vault, tmp_path / "elsewhere", there)
    assert not list((tmp_path / "elsewhere").rglob("verhm.db*"))
    back = elsewhere.open(vault, there)
    after = rows(back)
    back.add_patient(PatientDetails("P-3"), AGREED)  # numbers go on where they were
    back.close()
    without_log = {name: found for name, found in after.items() if name != "events"}
    assert without_log == {name: found for name, found in before.items() if name != "events"}
    assert after["events"][: len(before["events"])] == before["events"]
    with pytest.raises(RequestError, match="E72"):
        restore(tmp_path / "copy", place, vault, tmp_path / "again", there)


def test_a_restore_that_fails_in_the_end_leaves_no_rows_on_the_server(
    practice, server, safe, vault, address, tmp_path, monkeypatch
):
    practice.done(practice.session(practice.patient("P-1")))
    back_up(safe.folder, vault, tmp_path / "copy", address)
    place, data = safe.folder.relative_to(tmp_path / "data"), tmp_path / "new"
    intruder = data / "somebody else's.txt"

    def note_late(folder):
        note_server(folder)
        data.mkdir()
        intruder.touch()  # so that the folder cannot get its name

    there = server.new_database()
    monkeypatch.setattr(backup, "note_server", note_late)
    with pytest.raises(StorageError, match="E50"):
        restore(tmp_path / "copy", place, vault, data, there)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("new")] == ["new"]
    engine = PostgresBackend(there).connect()
    with engine.connect() as connection:
        assert not has_rows(connection)
    engine.dispose()
    intruder.unlink()
    restore(tmp_path / "copy", place, vault, data, there)
    with closing(Safe(data).open(vault, there)) as back:
        assert [each.patient.code for each in back.patients()] == ["P-1"]
        assert check(back.database, data / place / ANCHOR).findings == ()


def test_a_server_that_breaks_off_while_it_takes_rows_over_is_said(
    practice, server, safe, vault, address, tmp_path, monkeypatch, caplog
):
    practice.patient("P-1")
    back_up(safe.folder, vault, tmp_path / "copy", address)
    there = server.new_database()

    def hang_up(folder):
        server.run(f"ALTER DATABASE {there.database} RENAME TO gone")
        raise OSError

    monkeypatch.setattr(backup, "note_server", hang_up)
    place = safe.folder.relative_to(tmp_path / "data")
    with pytest.raises(StorageError, match="E50"):
        restore(tmp_path / "copy", place, vault, tmp_path / "new", there)
    assert "are left on the server" in caplog.text
    with pytest.raises(StorageError, match="E88"):
        restore(tmp_path / "copy", place, vault, tmp_path / "new", there)
