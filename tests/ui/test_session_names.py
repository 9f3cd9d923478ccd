"""Two sessions of one day are told apart wherever they are named."""

from datetime import date, datetime

import gradio as gr
import pytest

from storage.details import SessionDetails
from storage.models import Session
from ui.context import Selection
from ui.export import build
from ui.patients_view import ListView, patients_list
from ui.session_names import session_moment, session_name
from ui.trends_data import trend_points


@pytest.fixture
def session() -> Session:
    return Session(
        number=2,
        recorded_on=date(2026, 11, 21),
        created_at=datetime(2026, 11, 21, 14, 5).astimezone(),
    )


@pytest.fixture
def two_of_one_day(context, add_session, recording):
    """The patient's id; the first of three sessions was erased again."""
    first = add_session()
    for _ in range(2):
        context.repository.add_session(
            first.patient_id, SessionDetails(first.recorded_on), recording
        )
    context.repository.erase_session(first.id)
    return first.patient_id


def test_a_session_is_known_by_its_number_and_the_time_it_was_added(session):
    assert (session_name(session), session_moment(session)) == ("Session 2", "21 Nov 2026, 14:05")


def test_of_a_recording_from_another_day_the_time_is_unknown(session):
    session.recorded_on = date(2026, 11, 3)
    assert session_moment(session) == "3 Nov 2026"


def test_a_try_has_no_number(session):
    session.number = None
    assert session_name(session) == "Not saved"


def test_the_list_of_patients_tells_them_apart(context, two_of_one_day):
    sessions = context.repository.sessions(two_of_one_day)
    view = ListView(date(2026, 11, 21), False, two_of_one_day, sessions)
    html = patients_list(context.repository.patients(), view)
    for number in (2, 3):
        assert html.count(f"<b>Session {number}</b>") == 1
        assert html.count(f"Erase session {number} of 21 Nov 2026") == 1
    assert "Session 1" not in html


def test_the_choice_of_what_is_exported_tells_them_apart(context, two_of_one_day):
    with gr.Blocks():
        handles = build(context, Selection(gr.State(), gr.State(), gr.State()))
    choice = handles.refresh(two_of_one_day, None)[0]
    names = [words.split(" · ")[0] for words, _ in choice.choices]
    assert names == ["Session 3", "Session 2"]


def test_the_trends_keep_the_numbers_when_an_earlier_session_is_erased(context, two_of_one_day):
    points = trend_points(context.repository.sessions(two_of_one_day))
    assert [point.number for point in points] == [2, 3]
