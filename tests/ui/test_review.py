import json
from datetime import date

import gradio as gr
import pytest

from storage.details import SessionDetails
from storage.models import MediaKind, RunState
from ui.context import Selection
from ui.demonstration import load_demonstration
from ui.jobs import JobState
from ui.review import build
from verhm.settings import AnalysisSettings
from verhm.types import ModelId


@pytest.fixture
def refresh(context):
    """The tab's refresh, giving the value and the face as they reach the browser."""
    with gr.Blocks():
        handles = build(context, Selection(gr.State(), gr.State(), gr.State()))

    def read(patient_id, session_id):
        (update,) = handles.refresh(patient_id, session_id)
        return json.loads(update["value"]), json.loads(update["face"])

    return read


@pytest.fixture
def demonstration(context):
    return context.repository.sessions(load_demonstration(context.repository))


def test_without_a_session_the_screen_says_what_to_do(refresh):
    for patient_id in (None, "somebody"):
        value, face = refresh(patient_id, None)
        assert "No session is open" in value["notice"]
        assert face == {}


def test_an_erased_session_is_no_session(refresh):
    value, _ = refresh(None, "gone")
    assert "No session is open" in value["notice"]


def test_a_result_is_shown_with_its_cards_and_data(refresh, demonstration):
    session = demonstration[0]
    value, face = refresh(session.patient_id, session.id)
    assert value["run"] == session.latest_done.id
    assert "Session 5" in value["header"]
    assert "cards" in value["cards"]
    assert "Synthetic" in value["chip"]
    assert value["data"]["duration"] == pytest.approx(session.duration, abs=0.01)
    assert face["can_render"]


def test_a_voice_tried_beside_the_demonstration_is_not_called_made_up(
    context, refresh, demonstration, recording, until
):
    details = SessionDetails(date(2026, 11, 21))
    patient_id = demonstration[0].patient_id
    tried = context.repository.add_session(patient_id, details, recording, is_kept=False)
    job = context.jobs.submit(tried.id)
    until(lambda: context.jobs.view(job.id).state is JobState.DONE)
    value, _ = refresh(patient_id, tried.id)
    assert value["data"] and value["chip"] == ""


def test_what_another_model_found_can_be_analysed_again(context, refresh, engine, analysed, until):
    session = analysed()
    assert "data-again" not in refresh(session.patient_id, session.id)[0]["header"]
    engine.analyses_with = ModelId("newer", "1", "1" * 64)
    assert "data-again" in refresh(session.patient_id, session.id)[0]["header"]


def test_of_what_was_made_up_no_analysis_is_offered(refresh, demonstration):
    session = demonstration[0]
    assert "data-again" not in refresh(session.patient_id, session.id)[0]["header"]


def test_another_face_is_told_to_an_open_session_that_has_no_video(
    context, refresh, demonstration, analysed
):
    made_up, own = demonstration[0], analysed()
    context.preferences.choose_avatar("man")
    assert refresh(made_up.patient_id, made_up.id)[1]["avatar"] == "man"
    assert refresh(own.patient_id, own.id)[1]["avatar"] == "neutral"


def test_the_value_of_a_run_does_not_change_when_it_is_asked_for_again(refresh, demonstration):
    session = demonstration[0]
    first = refresh(session.patient_id, session.id)
    assert refresh(session.patient_id, session.id) == first


def test_a_waiting_analysis_is_followed_until_its_result(
    context, refresh, add_session, engine, until
):
    engine.go_on.clear()
    session = add_session()
    job = context.jobs.submit(session.id)
    value, face = refresh(session.patient_id, session.id)
    assert "rv-stage" in value["notice"]
    assert face == {"session": session.id}
    engine.go_on.set()
    until(lambda: context.jobs.view(job.id).state is JobState.DONE)
    value, face = refresh(session.patient_id, session.id)
    assert value["data"]
    assert face["video"]


def test_a_run_that_cannot_be_read_is_a_coded_failure(context, refresh, demonstration):
    session = demonstration[0]
    document = next(each for each in session.latest_done.media if each.kind is MediaKind.ANALYSIS)
    path, _ = context.repository.media(document.id)
    path.write_text("{}")
    value, _ = refresh(session.patient_id, session.id)
    assert "E52" in value["notice"]


def test_a_failed_analysis_is_told(context, refresh, add_session):
    session = add_session()
    run = context.repository.begin_run(session.id, AnalysisSettings())
    context.repository.cancel_run(run.id)
    assert context.repository.run(run.id).state is RunState.CANCELLED
    value, _ = refresh(session.patient_id, session.id)
    assert "cancelled" in value["notice"]
