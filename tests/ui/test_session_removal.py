"""A session is erased with all that belongs to it, after a question that names it."""

import json
import threading
import time
from datetime import date

import pytest

from storage.details import SessionDetails
from tests.ui.pages import OpenedPage
from ui.progress import JobState
from ui.session_names import session_moment
from ui.session_removal import erase_session, what_goes
from verhm.errors import AudioError, StorageError
from verhm.stages import Stage


def test_the_question_names_what_goes(context, analysed):
    session = analysed("P-0417", note="Seen by video")
    words = what_goes(session)
    assert f"Erase session 1 of {session_moment(session)}?" in words
    assert "The recording, its result, the face video and the note of P-0417 would be gone" in words
    assert "scores" not in words


def test_the_question_about_a_try_names_nobody(context, recording):
    details = SessionDetails(date(2026, 11, 21))
    tried = context.repository.add_session(None, details, recording, is_kept=False)
    words = what_goes(tried)
    assert "Erase what was not saved?" in words
    assert "The recording would be gone for good." in words


def test_a_session_goes_with_its_files_and_the_patient_stays(context, analysed):
    session = analysed("P-0417")
    erase_session(context, session.id)
    assert not context.repository.sessions(session.patient_id)
    assert not list((context.settings.data / "media").glob(f"{session.id}/*"))
    with pytest.raises(StorageError, match="E53"):
        erase_session(context, session.id)


def test_a_session_is_erased_once_its_job_has_ended_and_saves_nothing_any_more(
    context, add_session, monkeypatch
):
    storing = threading.Event()
    store = context.repository.files.store

    def slowly(*arguments):
        storing.set()
        time.sleep(0.3)
        return store(*arguments)

    session = add_session("P-0417")
    monkeypatch.setattr(context.repository.files, "store", slowly)
    job = context.jobs.submit(session.id)
    assert storing.wait(10.0)
    erase_session(context, session.id)
    assert context.jobs.view(job.id).state is JobState.CANCELLED
    assert not (context.settings.data / "media" / session.id).exists()


def test_a_job_that_does_not_stop_does_not_keep_a_session_from_being_erased(
    context, add_session, engine, until, monkeypatch
):
    monkeypatch.setattr("ui.jobs.STOP_TIME", 0.1)
    go_on = threading.Event()
    engine.document = lambda analysis: go_on.wait(10.0) and b"{}"
    session = add_session("P-0417")
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).stage is Stage.FACE)
    erase_session(context, session.id)
    assert not context.repository.sessions(session.patient_id)
    go_on.set()
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert not (context.settings.data / "media" / session.id).exists()


def test_a_session_whose_files_cannot_be_erased_leaves_the_list(context, add_session, monkeypatch):
    session = add_session("P-0417")
    page = OpenedPage(context)
    page.do("patients", "open_patient", patient_id=session.patient_id)
    page.do("patients", "erase_session", session_id=session.id)
    monkeypatch.setattr("storage.files.shutil.rmtree", lambda *arguments, **options: None)
    results = page.do("erase-session")
    assert any("E50" in str(each) for each in results)
    assert page.opened == (session.patient_id, None)


def test_a_failed_session_is_erased_from_review(context, add_session, engine, until):
    engine.analysis_error = AudioError("E20", "It is silent.", "Check the microphone.")
    session = add_session("P-0417")
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    page = OpenedPage(context)
    page.do("patients", "open_session", session_id=session.id)
    assert f"data-erase='{session.id}'" in json.loads(page.value("review"))["notice"]
    page.do("review", "erase_session", session_id=session.id)
    page.do("erase-reviewed-session")
    assert page.opened == (session.patient_id, None)
    assert not context.repository.sessions(session.patient_id)
