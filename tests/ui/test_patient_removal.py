"""A patient is erased with everything, after the code was typed again."""

from datetime import date

import pytest

from storage.details import SessionDetails
from tests.ui.pages import OpenedPage
from ui.patient_removal import erase_patient
from ui.progress import JobState
from verhm.errors import RequestError, StorageError


def test_a_wrong_code_stops_nothing(context, add_session, engine, until):
    session = add_session("P-0417")
    engine.go_on.clear()
    job = context.jobs.submit(session.id)
    with pytest.raises(RequestError, match="E63"):
        erase_patient(context, session.patient_id, "P-0416")
    engine.go_on.set()
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert context.jobs.view(job.id).state is JobState.DONE


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_patient_goes_once_the_analyses_have_ended(
    context, add_session, recording, engine, until, is_kept
):
    patient_id = add_session("P-0417").patient_id
    details = SessionDetails(date(2026, 11, 21), "Free speech", "English", "")
    session = context.repository.add_session(patient_id, details, recording, is_kept=is_kept)
    engine.go_on.clear()
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    erase_patient(context, patient_id, " P-0417 ")
    assert context.jobs.view(job.id).state is JobState.CANCELLED
    assert not list((context.settings.data / "media").iterdir())
    with pytest.raises(StorageError, match="E53"):
        context.repository.patient(patient_id)


def test_the_jobs_of_others_go_on(context, add_session, engine, until):
    gone, other = add_session("P-0001"), add_session("P-0002")
    engine.go_on.clear()
    job = context.jobs.submit(other.id)
    erase_patient(context, gone.patient_id, "P-0001")
    engine.go_on.set()
    until(lambda: context.jobs.view(job.id).state is JobState.DONE)


def test_a_patient_whose_files_cannot_be_erased_is_closed(context, add_session, monkeypatch):
    session = add_session("P-0417")
    page = OpenedPage(context)
    page.do("patients", "open_patient", patient_id=session.patient_id)
    page.do("remove-patient")
    page.set("erase-code", "P-0417")
    monkeypatch.setattr("storage.files.shutil.rmtree", lambda *arguments, **options: None)
    results = page.do("erase-patient")
    assert any("E50" in str(each) for each in results)
    assert page.opened == (None, None)


def test_with_a_patient_go_the_recordings_that_are_no_session_yet(context, add_session):
    gone, other = add_session("P-0001").patient_id, add_session("P-0002").patient_id
    intake = context.intake
    for patient_id in (gone, gone, other, None):
        take = intake.begin_take(8_000, patient_id)
        intake.add_piece(take, 0, bytes(1_600))
        intake.add_picture_piece(take, "webm", 0, 0, b"seen")
    with pytest.raises(RequestError, match="E63"):
        erase_patient(context, gone, "P-0002")
    folder = context.settings.data / "intake"
    assert len(list(folder.iterdir())) == 8
    erase_patient(context, gone, "P-0001")
    assert intake.patients() == {other}
    assert len(list(folder.iterdir())) == 4
