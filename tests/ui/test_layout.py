"""The page shows sessions with their own patient, whatever panel was left open."""

from datetime import date

import gradio as gr
import pytest

from storage.details import SessionDetails
from storage.failures import unreadable
from tests.ui.pages import OpenedPage
from ui import layout
from ui.demonstration import load_demonstration
from verhm.errors import StorageError

TODAY = date(2026, 11, 21)


@pytest.fixture
def page(context) -> OpenedPage:
    page = OpenedPage(context)
    page.set("patient-search", "")
    return page


@pytest.fixture
def ours(add_session):
    return add_session("P-0001")


@pytest.fixture
def theirs(add_session):
    return add_session("P-0002")


def open_patient(page, session) -> None:
    page.do("patients", "open_patient", patient_id=session.patient_id)


def test_a_patient_is_opened_with_the_last_session(page, ours):
    open_patient(page, ours)
    assert page.opened == (ours.patient_id, ours.id)


def test_the_banner_knows_the_open_session_from_others(page, ours, theirs):
    open_patient(page, ours)
    assert f"data-session='{ours.id}'" in page.value("banner")
    open_patient(page, theirs)
    assert f"data-session='{theirs.id}'" in page.value("banner")


def test_a_job_that_moves_on_while_a_session_is_opened_leaves_the_page_at_that_session(
    page, ours, theirs, monkeypatch
):
    open_patient(page, ours)
    drawn = layout.banner

    def meanwhile(*shown):
        monkeypatch.setattr(layout, "banner", drawn)
        open_patient(page, theirs)
        return drawn(*shown)

    monkeypatch.setattr(layout, "banner", meanwhile)
    page.do("banner", "job_changed", session_id=ours.id, state="analysing", tab="review")
    assert page.opened == (theirs.patient_id, theirs.id)
    assert f"data-session='{theirs.id}'" in page.value("banner")


def test_what_a_job_came_to_while_a_session_is_opened_is_on_the_page(page, ours, monkeypatch):
    drawn, states = layout.banner, []

    def meanwhile(*shown):
        monkeypatch.setattr(layout, "banner", drawn)
        page.do("banner", "job_changed", session_id=ours.id, state="done", tab="review")
        states.append(page.value("banner"))
        monkeypatch.setattr(layout, "banner", lambda *again: states.append(again) or drawn(*again))
        return drawn(*shown)

    monkeypatch.setattr(layout, "banner", meanwhile)
    open_patient(page, ours)
    assert f"data-session='{ours.id}'" in states[0]  # also before the page was told of it
    assert len(states) == 2  # and read once more, as what was read before was old


def test_a_session_that_cannot_be_shown_leaves_open_what_was(page, ours, theirs, monkeypatch):
    open_patient(page, ours)

    def fail(*shown):
        raise unreadable()

    with monkeypatch.context() as broken, pytest.raises(gr.Error):
        broken.setattr(layout, "banner", fail)
        open_patient(page, theirs)
    page.do("banner", "job_changed", session_id=ours.id, state="done", tab="review")
    assert page.opened == (ours.patient_id, ours.id)
    assert f"data-session='{ours.id}'" in page.value("banner")


def test_whatever_renews_the_page_says_whose_it_is(page, ours, theirs, monkeypatch):
    open_patient(page, ours)
    drawn, renewed = layout.banner, []

    def meanwhile(*shown):
        monkeypatch.setattr(layout, "banner", drawn)
        page.do("banner", "job_changed", session_id=ours.id, state="done", tab="review")
        renewed.append((page.opened, f"data-session='{theirs.id}'" in page.value("banner")))
        return drawn(*shown)

    monkeypatch.setattr(layout, "banner", meanwhile)
    open_patient(page, theirs)
    assert renewed == [((theirs.patient_id, theirs.id), True)]


def test_another_face_leaves_open_what_is_open_and_renews_it(page, context):
    patient_id = load_demonstration(context.repository)
    page.do("patients", "open_patient", patient_id=patient_id)
    before = page.opened
    _, request = page.do("settings-page", "choose_avatar", name="man")  # renews all tabs
    assert page.opened == before == (request.patient_id, request.session_id)
    assert request.tab is None


def test_a_session_that_is_erased_leaves_open_whoever_is_open_by_then(page, context, ours, theirs):
    open_patient(page, ours)
    page.do("patients", "erase_session", session_id=ours.id)
    open_patient(page, theirs)
    page.do("erase-session")
    assert page.opened == (theirs.patient_id, theirs.id)
    assert not context.repository.sessions(ours.patient_id)


def test_an_open_session_that_is_erased_is_closed_and_its_patient_stays(page, ours):
    open_patient(page, ours)
    page.do("patients", "erase_session", session_id=ours.id)
    page.do("erase-session")
    assert page.opened == (ours.patient_id, None)


def test_a_patient_who_is_saved_is_never_shown_with_the_session_of_another(page, ours, theirs):
    open_patient(page, ours)
    page.do("patients", "edit")
    open_patient(page, theirs)
    page.do("save-patient")
    assert page.opened == (ours.patient_id, None)


@pytest.mark.parametrize("button", ["archive-patient", "erase-patient"])
def test_a_patient_goes_who_was_asked_about_and_not_the_one_opened_since(
    page, context, ours, theirs, button
):
    open_patient(page, ours)
    page.do("remove-patient")
    open_patient(page, theirs)
    page.set("erase-code", "P-0001")
    page.do(button)
    listed = [overview.patient.id for overview in context.repository.patients()]
    assert listed == [theirs.patient_id]
    assert page.opened == (theirs.patient_id, theirs.id)


@pytest.mark.parametrize("button", ["archive-patient", "erase-patient"])
def test_an_open_patient_who_goes_is_closed(page, ours, button):
    open_patient(page, ours)
    page.do("remove-patient")
    page.set("erase-code", "P-0001")
    page.do(button)
    assert page.opened == (None, None)


def test_a_session_tried_without_a_patient_is_opened(page, context, recording):
    details = SessionDetails(TODAY, "Free speech", "English", "")
    tried = context.repository.add_session(None, details, recording, is_kept=False)
    page.do("patients", "open_session", session_id=tried.id)
    assert page.opened == (None, tried.id)


def test_what_was_erased_in_another_window_is_not_opened(page, context, ours):
    open_patient(page, ours)
    page.do("patients", "edit")
    context.repository.erase_session(ours.id)
    page.do("save-patient")
    assert page.opened == (ours.patient_id, None)


def test_a_try_is_erased_once_another_patient_is_opened(page, context, recording, ours):
    details = SessionDetails(TODAY)
    tried = context.repository.add_session(None, details, recording, is_kept=False)
    page.do("patients", "open_session", session_id=tried.id)
    page.do("review", "visit", tab="new-session")
    assert page.opened == (None, tried.id)
    assert context.repository.recording(tried.id).exists()
    open_patient(page, ours)
    assert context.repository.tried() == ()
    assert not (context.settings.data / "media" / tried.id).exists()
    assert context.repository.sessions(ours.patient_id)


def test_a_try_is_erased_once_the_next_one_is_opened(page, context, recording):
    tries = [
        context.repository.add_session(None, SessionDetails(TODAY), recording, is_kept=False)
        for _ in range(2)
    ]
    page.do("patients", "open_session", session_id=tries[1].id)
    assert context.repository.tried() == (tries[1].id,)


def test_a_try_that_cannot_be_erased_is_said_and_the_patient_opened(page, ours, monkeypatch):
    said = []

    def fail(*arguments, **names):
        raise StorageError("E50", "Files are in use.", "Close other programs.")

    monkeypatch.setattr("ui.layout.erase_tries", fail)
    monkeypatch.setattr("gradio.Warning", said.append)
    open_patient(page, ours)
    assert said == ["E50 Files are in use. Close other programs."]
    assert page.opened == (ours.patient_id, ours.id)
