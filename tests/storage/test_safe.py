"""A plain data folder becomes an encrypted one wholly or not at all, whenever it is killed."""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from storage.repository import open_repository
from storage.safe import Safe
from storage.stretching import Stretching
from tests.storage.conftest import SOUND, Practice
from verhm.errors import StorageError, VaultError

WORDS = "correct horse battery"
QUICK = Stretching(memory=64, iterations=1, lanes=1)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def fill(data: Path, sessions: int = 3) -> dict[str, bytes]:
    """A plain folder with a patient; returns the documents and recordings by session."""
    repository = open_repository(data)
    recording = data.parent / "voice.wav"
    kept = {}
    practice = Practice(repository, recording)
    patient = None
    for number in range(sessions):
        recording.write_bytes(SOUND * (number + 1))
        patient = patient or practice.patient("P-0417", name="Jane Doe")
        session = practice.session(patient, day=number + 1)
        practice.done(session)
        kept[session.id] = SOUND * (number + 1)
    practice.session(None, is_kept=False)
    repository.close()
    return kept


def holds(repository, kept: dict[str, bytes]) -> bool:
    """Whether everything is there."""
    try:
        (overview,) = repository.patients()
        assert overview.session_count == len(kept)
        for session_id, content in kept.items():
            with repository.recording_content(session_id).open() as file:
                assert file.read() == content
            run = repository.latest_run(session_id)
            assert repository.document(run.id) and repository.morphs(run.id) is not None
    finally:
        repository.close()
    return True


def files_in(data: Path) -> set[str]:
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}


def test_a_new_folder_is_encrypted_from_the_beginning(data):
    data.mkdir()
    safe = Safe(data)
    assert not safe.exists and not safe.has_plain
    vault = safe.make(WORDS, QUICK)
    safe.open(vault).close()
    assert safe.exists and files_in(data) == {"sealed/keys.json", "sealed/verhm.db"}
    safe.open(safe.keys.unlock(WORDS)).close()


def test_what_was_plain_is_taken_over_and_nothing_of_it_stays(data):
    kept = fill(data)
    before = {media for media in files_in(data) if media.startswith("media/")}
    vault = Safe(data).make(WORDS, QUICK)
    assert holds(Safe(data).open(vault), kept)
    after = files_in(data)
    assert {name.removeprefix("sealed/") for name in after if "media/" in name} < before
    assert all(name.startswith("sealed/") for name in after)
    lying_there = b"".join((data / name).read_bytes() for name in after)
    assert b"Jane Doe" not in lying_there and SOUND[:64] not in lying_there


def test_an_unfit_passphrase_or_a_missing_driver_changes_nothing(data, monkeypatch):
    kept = fill(data)
    before = files_in(data)
    with pytest.raises(VaultError, match="E82"):
        Safe(data).make("short", QUICK)
    with monkeypatch.context() as patch:
        patch.setattr("storage.cipher_driver._DRIVER", "no_such_driver")
        with pytest.raises(VaultError, match="E86"):
            Safe(data).make(WORDS, QUICK)
    assert files_in(data) == before
    assert holds(open_repository(data), kept)


def test_a_full_disk_leaves_the_plain_folder_as_it_was(data, monkeypatch):
    kept = fill(data)
    before = files_in(data)

    def no_room(file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("storage.files.flush", no_room)
        with pytest.raises(StorageError, match="E51"):
            Safe(data).make(WORDS, QUICK)
    assert {name for name in files_in(data) if "media/" not in name} <= before
    assert not (data / "sealing").exists()
    assert holds(open_repository(data), kept)


def test_plain_patients_that_came_later_are_neither_erased_nor_overlooked(data):
    data.mkdir()
    safe = Safe(data)
    safe.make(WORDS, QUICK)
    kept = fill(data)
    with pytest.raises(VaultError, match="E87"):
        safe.tidy()
    assert holds(open_repository(data), kept)


def test_a_lost_recording_does_not_keep_the_others_from_being_encrypted(data):
    kept = fill(data)
    repository = open_repository(data)
    lost = next(iter(kept))
    repository.recording(lost).unlink()
    repository.close()
    opened = Safe(data).open(Safe(data).make(WORDS, QUICK))
    with pytest.raises(StorageError, match="E53"):
        opened.recording_content(lost).open()
    assert len(opened.sweep().missing) == 1
    opened.close()


MOMENTS = {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "sqlite3.connect"}


def killed_at(data: Path, moment: int) -> bool:
    """Encrypt in a process that is killed the n-th time it turns to the disk; False if never.

    An audit hook cannot be taken out again, and a process that is killed needs not.
    """
    child = os.fork()
    if child == 0:
        left = iter(range(moment, -1, -1))

        def count(event: str, _arguments: tuple) -> None:
            if event in MOMENTS and next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(count)
            Safe(data).make(WORDS, QUICK)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_a_kill_at_any_moment_loses_nothing(tmp_path):
    plain = tmp_path / "plain"
    kept = fill(plain, 2)
    outcomes, moment, was_killed = set(), 0, True
    while was_killed:
        data = tmp_path / str(moment)
        shutil.copytree(plain, data)
        was_killed = killed_at(data, moment)
        safe = Safe(data)
        outcomes.add(safe.exists)
        if safe.exists:  # the next start goes on
            safe.tidy()
        else:
            safe.make(WORDS, QUICK)
        assert holds(safe.open(safe.keys.unlock(WORDS)), kept)
        assert all(name.startswith("sealed/") for name in files_in(data))
        moment += 17
    assert outcomes == {False, True}
    assert moment > 70
