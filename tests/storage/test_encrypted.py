"""Nothing encrypted can be read without its key, and an erased patient takes theirs along."""

import os
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from storage import cipher_driver
from storage.keys import new_key
from storage.models import Base, DataKey, MediaKind
from storage.repository import open_repository
from storage.scratch import Scratch
from storage.vault import Vault
from tests.storage.conftest import SEEN, SOUND, Practice, make_result
from verhm.errors import StorageError, VaultError

WORDS = ("Jane Doe", "insomnia since spring", "P-0417", "made up")


@pytest.fixture
def vault():
    return Vault(new_key())


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sealed"


@pytest.fixture
def repository(folder, vault):
    opened = open_repository(folder, vault)
    yield opened
    opened.close()


@pytest.fixture
def full(practice):
    """A patient with a session, a result and a video."""
    patient = practice.patient(WORDS[2], name=WORDS[0], note=WORDS[1])
    session = practice.session(patient, note=WORDS[1])
    run = practice.done(session, video=True)
    video = practice.recording.with_name("face.mp4")
    video.write_bytes(SOUND)
    practice.repository.attach_video(run.id, video)
    return practice.repository.session(session.id)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_kept_comes_back(practice, full, vault, folder):
    repository, run = practice.repository, full.runs[0]
    assert repository.patient(full.patient_id).name == WORDS[0]
    assert repository.recording_content(full.id).open().read() == SOUND
    assert repository.document(run.id) == make_result().document
    assert repository.morphs(run.id).frame_rate == 30.0
    assert repository.voice(run.id).mean.shape == (8,)
    video = repository.content(repository.media_of(run.id, MediaKind.VIDEO).id)
    assert (video.open("rb").read(), video.media_type, video.bytes) == (SOUND, "video/mp4", 10_240)


def test_nothing_of_it_can_be_read_on_the_disk(practice, full, folder):
    practice.filmed(full.patient)
    lying_there = everything_in(folder)  # the log of the open database too
    assert SEEN[:64] not in lying_there
    for words in WORDS:
        assert words.encode() not in lying_there
    assert SOUND[:64] not in lying_there
    assert b"SQLite format 3" not in lying_there and b"CREATE TABLE" not in lying_there


def test_it_opens_again_with_the_same_key_only(practice, full, vault, folder):
    practice.repository.close()
    again = open_repository(folder, vault)
    assert again.recording_content(full.id).open().read() == SOUND
    again.close()
    before = everything_in(folder)
    for other in (Vault(new_key()), None):
        with pytest.raises(StorageError, match="E52"):
            open_repository(folder, other)
    assert everything_in(folder) == before


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        *[("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)],
        *[("secure_delete", 1), ("temp_store", 2)],
    ],
)
def test_every_connection_has_its_settings(repository, pragma, value):
    for open_unit in (repository.database.reading, repository.database.writing):
        with open_unit() as unit:
            assert unit.scalar(text(f"PRAGMA {pragma}")) == value


def test_migrations_lead_to_the_models(repository):
    with repository.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_changed_page_is_refused(practice, full, folder, vault):
    practice.repository.close()
    file = folder / "verhm.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 + 100] ^= 1
    file.write_bytes(content)
    with pytest.raises(StorageError, match="E52"):
        open_repository(folder, vault)


def test_a_recording_put_in_anothers_place_is_refused(practice, full):
    other = practice.session(practice.repository.patient(full.patient_id), day=2)
    repository = practice.repository
    shutil.copy(repository.recording(full.id), repository.recording(other.id))
    with pytest.raises(VaultError, match="E83"):
        repository.recording_content(other.id).open()


def test_each_patient_has_one_key_which_goes_with_them(practice, full, folder):
    repository = practice.repository
    second = practice.patient("P-0002")
    practice.session(second)
    practice.session(second, day=2)
    with repository.database.reading() as unit:
        keys = {row.patient_id: row.wrapped for row in unit.query(DataKey)}
    assert set(keys) == {full.patient_id, second.id}
    copy = repository.recording(full.id).read_bytes()
    repository.erase_patient(full.patient_id, WORDS[2])
    with repository.database.reading() as unit:
        assert [row.patient_id for row in unit.query(DataKey)] == [second.id]
    # No key that is left opens a copy that was made before.
    other = repository.files.sealed_with(repository.keys.of_patient(second.id))
    stolen = repository.files.folder / full.id / full.media[0].file
    stolen.parent.mkdir()
    stolen.write_bytes(copy)
    with pytest.raises(VaultError, match="E83"):
        other.open(full.id, stolen.name)


def test_a_session_without_a_patient_has_a_key_of_its_own(practice):
    repository = practice.repository
    tried = practice.session(None, is_kept=False)
    practice.done(tried)
    assert repository.recording_content(tried.id).open().read() == SOUND
    repository.erase_tried()
    with repository.database.reading() as unit:
        assert unit.query(DataKey).count() == 0


def test_a_lent_recording_can_be_read_by_path_and_is_gone_afterwards(practice, full, tmp_path):
    content = practice.repository.recording_content(full.id)
    for memory in (tmp_path, None):
        scratch = Scratch(tmp_path / "work", memory)
        with content.lent(scratch) as path:
            assert path.is_file() and path.read_bytes() == SOUND
            if memory is None:
                assert path.suffix == ".wav" and tmp_path / "work" in path.parents
                if os.name == "posix":
                    assert path.parent.stat().st_mode & 0o777 == 0o700
        assert not path.exists() and not list((tmp_path / "work").glob("*"))


def test_a_plain_recording_is_lent_where_it_lies(tmp_path):
    repository = open_repository(tmp_path / "data")
    recording = tmp_path / "voice.wav"
    recording.write_bytes(SOUND)
    practice = Practice(repository, recording)
    session = practice.session(practice.patient())
    with repository.recording_content(session.id).lent(Scratch(tmp_path / "work")) as path:
        assert path == repository.recording(session.id)
    assert path.read_bytes() == SOUND and not (tmp_path / "work").exists()
    repository.close()


def test_without_sqlcipher_an_encrypted_folder_is_refused_with_a_code(folder, vault, monkeypatch):
    monkeypatch.setattr(cipher_driver, "_DRIVER", "no_such_driver")
    assert not cipher_driver.has_sqlcipher()
    with pytest.raises(VaultError, match="E86"):
        open_repository(folder, vault)
    open_repository(folder.with_name("plain")).close()
