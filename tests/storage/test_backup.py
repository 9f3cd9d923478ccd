"""A backup holds everything but who was erased, opens elsewhere, and is refused when touched."""

import json
import os
import shutil
import threading
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select

from storage import backup
from storage.__main__ import main
from storage.account_models import SignIn
from storage.audit import ANCHOR
from storage.audit_check import check
from storage.backup import NOTE, back_up, hash_tables, restore
from storage.models import Media
from storage.repository import open_repository
from storage.retention import Retention
from storage.safe import Safe
from storage.stretching import Stretching
from storage.whereabouts import DATABASE
from tests.storage.conftest import SOUND, Practice, make_result
from tests.storage.people import GOOD
from verhm.errors import RequestError, StorageError, VaultError

WORDS = "correct horse battery"
QUICK = Stretching(memory=64, iterations=1, lanes=1)
SEALED = Path("sealed")


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def vault(data):
    return Safe(data).make(WORDS, QUICK)


@pytest.fixture
def repository(data, vault):
    with closing(Safe(data).open(vault)) as opened:
        yield opened


@pytest.fixture
def session(practice, people):
    """A patient's, with a result; somebody is signed in, and something is only tried."""
    patient = practice.patient("P-0417", name="Jane Doe")
    session = practice.session(patient)
    practice.done(session)
    practice.session(None, is_kept=False)
    return practice.repository.session(session.id)


def back_up_to(target, data, vault):
    return back_up(data / SEALED, vault, target)


def tables(data: Path, vault) -> dict[str, str]:
    return hash_tables(data / SEALED / DATABASE, vault)


def test_what_is_restored_elsewhere_equals_what_was_backed_up(session, data, vault, tmp_path):
    made = back_up_to(tmp_path / "backup", data, vault)
    assert (made.patients, made.sessions, made.missing) == (1, 1, 0)
    shutil.rmtree(data)
    restored = restore(tmp_path / "backup", SEALED, vault, data)
    assert restored == made
    assert tables(tmp_path / "backup", vault) == made.tables
    with closing(Safe(data).open(Safe(data).keys.unlock(WORDS))) as opened:
        assert opened.recording_content(session.id).open().read() == SOUND
        assert opened.document(session.latest_done.id) == make_result().document
        report = check(opened.database, data / SEALED / ANCHOR)
    assert report.lines and not report.findings


def test_all_that_is_restored_is_on_the_disk_before_it_has_its_name(
    session, data, vault, tmp_path, monkeypatch
):
    back_up_to(tmp_path / "backup", data, vault)
    on_disk, put = set(), os.fsync

    def follow(file: int) -> None:
        put(file)
        on_disk.add(Path(f"/proc/self/fd/{file}").readlink())

    monkeypatch.setattr(os, "fsync", follow)
    restore(tmp_path / "backup", SEALED, vault, tmp_path / "back")
    begun = tmp_path / f"back{backup._BEGUN}"
    kept = [
        path for path in (tmp_path / "back").rglob("*") if path.name != DATABASE
    ]  # SQLite's own
    assert len(kept) > 5
    assert {begun / path.relative_to(tmp_path / "back") for path in kept} <= on_disk


def test_rows_equal_those_of_the_folder_it_was_made_of(repository, session, data, vault, tmp_path):
    repository.erase_tried()
    made = back_up_to(tmp_path / "backup", data, vault)
    assert made.tables == tables(data, vault)


def test_a_plain_folder_is_backed_up_too(tmp_path):
    with closing(open_repository(tmp_path / "plain")) as repository:
        recording = tmp_path / "voice.wav"
        recording.write_bytes(SOUND)
        practice = Practice(repository, recording)
        session = practice.session(practice.patient())
        made = back_up(tmp_path / "plain", None, tmp_path / "backup")
    assert restore(tmp_path / "backup", Path(), None, tmp_path / "back") == made
    with closing(open_repository(tmp_path / "back")) as opened:
        assert opened.recording_content(session.id).open().read() == SOUND


def test_while_others_write_it_holds_whole_sessions_alone(practice, data, vault, tmp_path):
    patient = practice.patient()
    is_enough = threading.Event()

    def work():
        while not is_enough.is_set():
            practice.done(practice.session(patient))

    writer = threading.Thread(target=work)
    writer.start()
    try:
        made = [back_up_to(tmp_path / f"backup{each}", data, vault) for each in range(3)]
    finally:
        is_enough.set()
        writer.join()
    assert made[0].sessions < made[-1].sessions
    for each in range(3):
        restored = restore(tmp_path / f"backup{each}", SEALED, vault, tmp_path / f"back{each}")
        assert restored == made[each] and not restored.missing
        with closing(Safe(tmp_path / f"back{each}").open(vault)) as opened:
            assert len(opened.sessions(patient.id)) == made[each].sessions
            assert not check(opened.database, opened.files.folder.parent / ANCHOR).findings


def test_who_is_erased_meanwhile_is_not_in_it(practice, data, vault, tmp_path, monkeypatch):
    stays, goes, went = (practice.patient(f"P-000{number}") for number in (1, 2, 3))
    practice.session(stays)
    practice.session(goes)
    leaving = [went, goes]
    copy_media = backup._copy_media

    def copy_and_erase(source, copy):
        copy_media(source, copy)
        if leaving:  # one in each round, and one of them never had a session
            patient = leaving.pop()
            practice.repository.erase_patient(patient.id, patient.code)

    monkeypatch.setattr("storage.backup._copy_media", copy_and_erase)
    made = back_up_to(tmp_path / "backup", data, vault)
    assert (made.patients, made.sessions, made.files) == (1, 1, 1)
    assert len(list((tmp_path / "backup").rglob("*.wav"))) == 1


def test_a_recording_that_is_erased_meanwhile_is_not_in_it(
    practice, session, data, vault, tmp_path, monkeypatch
):
    practice.repository.set_retention(Retention(recording_months=1))
    copy_media = backup._copy_media

    def copy_and_erase(source, copy):
        copy_media(source, copy)
        practice.repository.erase_recordings(session.patient_id)

    monkeypatch.setattr("storage.backup._copy_media", copy_and_erase)
    assert back_up_to(tmp_path / "backup", data, vault).sessions == 1
    assert not list((tmp_path / "backup").rglob("*.wav"))


def test_nobody_is_signed_in_after_a_restore(repository, people, data, vault, tmp_path):
    people.accounts.sign_ins.sign_in(people.administrator.name, GOOD, "127.0.0.1")
    back_up_to(tmp_path / "backup", data, vault)
    restore(tmp_path / "backup", SEALED, vault, tmp_path / "back")
    with closing(Safe(tmp_path / "back").open(vault)) as opened, opened.database.reading() as unit:
        assert unit.scalar(select(func.count()).select_from(SignIn)) == 0


def test_what_was_only_tried_is_left_out(session, data, vault, tmp_path):
    back_up_to(tmp_path / "backup", data, vault)
    assert {path.parent.name for path in (tmp_path / "backup").rglob("media/*/*")} == {session.id}


@pytest.mark.parametrize("touched", ["media", DATABASE, NOTE])
def test_one_changed_byte_is_found_and_nothing_is_restored(session, data, vault, tmp_path, touched):
    back_up_to(tmp_path / "backup", data, vault)
    places = {"media": "sealed/media/*/*.wav", DATABASE: f"sealed/{DATABASE}", NOTE: NOTE}
    (path,) = (tmp_path / "backup").glob(places[touched])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises((StorageError, VaultError), match=r"E83|E52|E59"):
        restore(tmp_path / "backup", SEALED, vault, tmp_path / "back")
    assert not (tmp_path / "back").exists() and not list(tmp_path.glob("*.unfinished"))


def test_a_file_that_was_lost_before_is_counted_and_keeps_nothing_back(
    repository, session, data, vault, tmp_path
):
    with repository.database.reading() as unit:
        lost = unit.scalars(select(Media).where(Media.session_id == session.id)).first()
    repository.files.remove(lost.session_id, lost.file)
    made = back_up_to(tmp_path / "backup", data, vault)
    assert made.missing == 1
    assert restore(tmp_path / "backup", SEALED, vault, tmp_path / "back") == made


def test_nothing_is_written_over(session, data, vault, tmp_path):
    target = tmp_path / "backup"
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    with pytest.raises(RequestError, match="E72"):
        back_up_to(target, data, vault)
    assert [path.name for path in target.iterdir()] == ["letter.txt"]
    back_up_to(tmp_path / "other", data, vault)
    with pytest.raises(RequestError, match="E72"):
        restore(tmp_path / "other", SEALED, vault, data)


def test_a_backup_within_the_data_folder_would_go_with_it(session, data, vault):
    with pytest.raises(RequestError, match="E70"):
        back_up_to(data / "inside", data, vault)
    assert not (data / "inside").exists()


def test_a_full_disk_is_said_when_restoring_too(session, data, vault, tmp_path, monkeypatch):
    back_up_to(tmp_path / "backup", data, vault)
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("storage.backup.copy_privately", Mock(side_effect=full))
    with pytest.raises(StorageError, match="E51"):
        restore(tmp_path / "backup", SEALED, vault, tmp_path / "back")
    assert not list(tmp_path.glob("back[!u]*"))


def test_a_full_disk_leaves_no_half_backup(session, data, vault, tmp_path, monkeypatch):
    def no_room(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.files.flush", no_room)
    with pytest.raises(StorageError, match="E51"):
        back_up_to(tmp_path / "backup", data, vault)
    assert not list(tmp_path.glob("backup*"))


def test_the_command_line_backs_up_and_restores(session, data, tmp_path, monkeypatch, capsys):
    def call(*arguments) -> int:
        monkeypatch.setenv("VERHM_PASSPHRASE", WORDS)
        return main([str(each) for each in arguments])

    assert call("backup", tmp_path / "backup", "--data", data) == 0
    assert call("restore", tmp_path / "backup", "--data", tmp_path / "back") == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" and compared: 1 patient, 1 session, ")[0] for line in said] == [
        "Backed up",
        "Audit log: 2 lines, as it was written; anchored up to line 2.",
        "Patients erased: 0, each with a line that says when and by whom.",
        "Restored",
        f"It is in {tmp_path / 'back'}.",
    ]
    assert call("verify", "--data", tmp_path / "back") == 0
    assert "Jane" not in (tmp_path / "backup" / NOTE).read_text()
    assert call("restore", data, "--data", tmp_path / "another") == 2
    assert "E59" in capsys.readouterr().err
    assert json.loads((tmp_path / "backup" / NOTE).read_text())["schema"] == "verhm.backup/1"
    if os.name == "posix":
        assert not (tmp_path / "backup").stat().st_mode & 0o077
