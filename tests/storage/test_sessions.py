"""Sessions: the recording is safe before anything else happens."""

import os
from datetime import date

import pytest

from storage.details import LONGEST_NOTE, PatientDetails, SessionDetails
from storage.models import MediaKind
from tests.storage.conftest import SEEN, SOUND, files_in
from verhm.errors import RequestError, StorageError


def test_a_session_comes_back_with_its_recording_untouched(practice):
    patient = practice.patient()
    session = practice.session(patient, task="reading", language="en", phq9=27, gad7=0)
    found = practice.repository.session(session.id)
    assert (found.task, found.language, found.phq9, found.gad7) == ("reading", "en", 27, 0)
    assert found.patient.code == patient.code
    assert practice.repository.recording(session.id).read_bytes() == SOUND
    [media] = found.media
    path, media_type = practice.repository.media(media.id)
    assert (path.read_bytes(), media_type) == (SOUND, "audio/wav")
    assert practice.recording.exists()


def test_the_name_of_the_upload_is_kept_nowhere(practice):
    practice.session(practice.patient())
    folder = practice.repository.files.folder.parent
    for path in folder.rglob("*"):
        assert "Jane" not in path.name
        assert path.is_dir() or b"Jane" not in path.read_bytes()


def test_recording_reaches_the_disk_before_the_row_is_written(practice, monkeypatch):
    order = []
    database, fsync = practice.repository.database, os.fsync
    writing = database.writing
    patient = practice.patient()
    monkeypatch.setattr(os, "fsync", lambda file: (order.append("file"), fsync(file)))
    monkeypatch.setattr(database, "writing", lambda: (order.append("row"), writing())[1])
    practice.session(patient)
    assert order[-1] == "row"
    assert order.count("file") >= 2  # the file and its folder


def test_a_session_without_a_patient_is_not_made(practice):
    with pytest.raises(StorageError) as caught:
        practice.repository.add_session(
            "nobody", SessionDetails(date(2026, 3, 1)), practice.recording
        )
    assert caught.value.code == "E53"
    assert files_in(practice.repository) == set()
    with pytest.raises(ValueError, match="patient"):
        practice.session(None)


UNFIT = (
    *({"phq9": 28}, {"phq9": -1}, {"gad7": 22}),
    *({"task": "x" * 41}, {"language": "x" * 41}, {"note": "x" * (LONGEST_NOTE + 1)}),
)


@pytest.mark.parametrize("entries", UNFIT)
def test_unfit_entries_are_refused(entries):
    with pytest.raises(RequestError) as caught:
        SessionDetails(date(2026, 3, 1), **entries)
    assert caught.value.code == "E63"


def test_sessions_are_listed_newest_first_with_their_runs(practice):
    patient = practice.patient()
    old, new = practice.session(patient, 3), practice.session(patient, 20)
    middle = practice.session(patient, 10)
    practice.session(practice.patient("P-0002"), 25)
    practice.done(old)
    practice.begun(old)
    listed = practice.repository.sessions(patient.id)
    assert [session.id for session in listed] == [new.id, middle.id, old.id]
    assert [run.number for run in listed[2].runs] == [2, 1]
    assert listed[2].latest_done.number == 1
    assert listed[0].latest_done is None


def test_what_was_entered_is_changed_and_all_else_of_a_session_stays(practice):
    repository, patient = practice.repository, practice.patient()
    first, second = practice.session(patient, 3, note="slept badly"), practice.session(patient, 5)
    run = practice.done(first)
    entered = SessionDetails(date(2026, 3, 9), "Reading", "German", "", 0, 21)
    changed = repository.update_session(first.id, entered)
    found = repository.session(first.id)
    for each in (changed, found):
        assert (each.task, each.language, each.note) == ("Reading", "German", "")
        assert (each.phq9, each.gad7, each.number) == (0, 21, 1)
    assert (found.latest_done.id, found.created_at) == (run.id, first.created_at)
    assert repository.recording(first.id).read_bytes() == SOUND
    assert [each.id for each in repository.sessions(patient.id)] == [first.id, second.id]
    (figures,) = repository.figures(patient.id)
    assert (figures.recorded_on, figures.task) == (date(2026, 3, 9), "Reading")
    assert repository.patients()[0].last_session_on == date(2026, 3, 9)


def test_details_are_not_changed_in_the_archive_or_of_what_is_gone(practice):
    repository, patient = practice.repository, practice.patient()
    session, details = practice.session(patient), SessionDetails(date(2026, 3, 9))
    repository.archive_patient(patient.id)
    with pytest.raises(RequestError, match="E75"):
        repository.update_session(session.id, details)
    assert repository.session(session.id).recorded_on == date(2026, 3, 1)
    with pytest.raises(StorageError, match="E53"):
        repository.update_session("gone", details)


def test_erasing_a_session_takes_its_files(practice):
    patient = practice.patient()
    kept, erased = practice.session(patient), practice.session(patient)
    practice.done(erased)
    practice.repository.erase_session(erased.id)
    assert {path.parent.name for path in files_in(practice.repository)} == {kept.id}
    with pytest.raises(StorageError) as caught:
        practice.repository.session(erased.id)
    assert caught.value.code == "E53"


def test_a_file_that_cannot_be_erased_is_said_so(practice, monkeypatch):
    session = practice.session(practice.patient())
    monkeypatch.setattr("storage.files.shutil.rmtree", lambda folder, ignore_errors: None)
    with pytest.raises(StorageError) as caught:
        practice.repository.erase_session(session.id)
    assert caught.value.code == "E50"
    with pytest.raises(StorageError):
        practice.repository.session(session.id)
    assert practice.repository.sweep().files_removed == 1


def test_what_was_only_tried_is_swept(practice):
    repository, patient = practice.repository, practice.patient()
    saved = practice.session(patient)
    tried = practice.session(None, is_kept=False, note="Unmistakable remark")
    assert repository.sweep().sessions_erased == 1
    for file in repository.files.folder.parent.glob("verhm.db*"):
        assert b"Unmistakable" not in file.read_bytes()
    assert [session.id for session in repository.sessions(patient.id)] == [saved.id]
    with pytest.raises(StorageError):
        repository.session(tried.id)
    assert {path.parent.name for path in files_in(repository)} == {saved.id}


def test_the_sweep_removes_what_belongs_to_nothing_and_reports_what_is_gone(practice):
    repository = practice.repository
    session = practice.session(practice.patient())
    folder = repository.files.folder / session.id
    (folder / "half.wav.part").write_bytes(b"half")
    (repository.files.folder / "nobody").mkdir()
    (repository.files.folder / "nobody" / "orphan.wav").write_bytes(b"orphan")
    report = repository.sweep()
    assert (report.files_removed, report.missing) == (2, ())
    assert not (repository.files.folder / "nobody").exists()
    repository.recording(session.id).unlink()
    assert repository.sweep().missing == (session.media[0].id,)
    with pytest.raises(StorageError) as caught:
        repository.recording(session.id)
    assert caught.value.code == "E53"


def test_a_picture_lies_beside_the_recording_and_goes_with_it(practice):
    repository = practice.repository
    session = practice.filmed(practice.patient())
    picture = repository.media_of(session.id, MediaKind.CAMERA)
    assert (picture.run_id, picture.media_type) == (None, "video/webm")
    assert repository.content(picture.id).open().read() == SEEN
    assert repository.recording_content(session.id).open().read() == SOUND
    repository.erase_session(session.id)
    assert not files_in(repository)


@pytest.mark.parametrize(
    ("suffix", "is_film", "media_type"),
    [
        (".mp4", True, "video/mp4"),
        (".mp4", False, "audio/mp4"),
        (".webm", False, "audio/webm"),
        (".m4a", True, "video/mp4"),
        (".mkv", True, "video/x-matroska"),
        (".mov", False, "audio/mp4"),
        (".wav", None, "audio/wav"),
        (".wav", True, "audio/wav"),
        (".bin", True, "application/octet-stream"),
    ],
)
def test_the_type_of_a_recording_says_whether_it_is_a_film(practice, suffix, is_film, media_type):
    recording = practice.recording.with_suffix(suffix)
    recording.write_bytes(SOUND)
    details, patient = SessionDetails(date(2026, 3, 1)), practice.patient()
    session = practice.repository.add_session(patient.id, details, recording, is_film=is_film)
    (media,) = session.media
    assert media.media_type == media_type


def test_a_session_whose_picture_cannot_be_kept_is_not_there_at_all(practice, tmp_path):
    patient, gone = practice.patient(), tmp_path / "gone.webm"
    with pytest.raises(FileNotFoundError):
        practice.repository.add_session(
            patient.id, SessionDetails(date(2026, 3, 1)), practice.recording, picture=gone
        )
    assert not files_in(practice.repository) and not practice.repository.sessions(patient.id)


def test_media_are_found_by_owner_and_kind(practice):
    session = practice.session(practice.patient())
    run = practice.done(session)
    find = practice.repository.media_of
    assert find(session.id, MediaKind.RECORDING).media_type == "audio/wav"
    assert find(run.id, MediaKind.ANALYSIS).media_type == "application/json"
    assert find(run.id, MediaKind.VIDEO) is None


def test_what_was_only_tried_is_erased_while_the_rest_goes_on(practice):
    repository = practice.repository
    saved, tried = practice.session(practice.patient()), practice.session(None, is_kept=False)
    assert repository.tried() == (tried.id,)
    repository.erase_tried()
    assert repository.tried() == ()
    assert {path.parent.name for path in files_in(repository)} == {saved.id}
    with pytest.raises(StorageError):
        repository.session(tried.id)


def test_sessions_are_numbered_as_they_are_added_each_patients_for_itself(practice):
    first, second = practice.patient("P-0001"), practice.patient("P-0002")
    assert [practice.session(first, day).number for day in (5, 5, 2)] == [1, 2, 3]
    assert practice.session(second).number == 1


def test_a_number_is_never_given_again(practice):
    patient = practice.patient()
    sessions = [practice.session(patient) for _ in range(3)]
    practice.repository.erase_session(sessions[0].id)
    practice.repository.erase_session(sessions[2].id)
    assert practice.session(patient).number == 4
    assert [each.number for each in practice.repository.sessions(patient.id)] == [4, 2]
    for session in practice.repository.sessions(patient.id):
        practice.repository.erase_session(session.id)
    assert practice.session(patient).number == 5


def test_a_session_that_is_only_tried_takes_no_number(practice):
    patient = practice.patient()
    assert practice.session(patient, is_kept=False).number is None
    assert practice.session(None, is_kept=False).number is None
    assert practice.session(patient).number == 1


def test_changing_a_patient_keeps_its_count(practice):
    patient = practice.patient()
    practice.session(patient)
    practice.repository.update_patient(patient.id, PatientDetails("P-0009"))
    assert practice.session(patient).number == 2
