from dataclasses import replace
from datetime import date, timedelta

import gradio as gr
import pytest

from storage.details import PatientDetails
from storage.models import Patient
from ui.context import Selection
from ui.demonstration import load_demonstration
from ui.trends import build, read_choice
from ui.trends_data import trend_points
from ui.trends_page import Choice, chosen_point, trends_page
from verhm.report.trends import TrendPoint

PATIENT = Patient(id="p", code="P-0001", is_demonstration=False)


def point(number: int, days: int) -> TrendPoint:
    return TrendPoint(f"s{number}", number, date(2026, 1, 1) + timedelta(days=days), task="<i>")


def page(points, choice: Choice, open_id: str | None = None) -> str:
    return trends_page(PATIENT, points, chosen_point(points, open_id), choice)


@pytest.fixture
def refresh(context):
    with gr.Blocks():
        handles = build(context, Selection(gr.State(), gr.State(), gr.State()))
    return lambda *ids: handles.refresh(*ids)[0]


def test_without_a_patient_the_screen_says_what_to_do(refresh):
    assert "Open a patient" in refresh(None, None)


def test_a_patient_without_sessions_is_told_so(context, refresh):
    patient = context.repository.add_patient(PatientDetails("P-0418"), None)
    assert "has none yet" in refresh(patient.id, None)


def test_of_a_patient_who_was_erased_meanwhile_nothing_is_shown(refresh):
    assert "Open a patient" in refresh("nobody", None)


def test_a_session_without_a_result_is_shown_as_such(refresh, add_session):
    session = add_session()
    html = refresh(session.patient_id, None)
    assert "no result" in html
    assert "None of these sessions has a summary" in html
    assert ">Valence</text>" not in html  # no lane without anything in it
    assert "Bars are" not in html


def test_the_demonstration_is_marked_and_drawn(context, refresh):
    html = refresh(load_demonstration(context.repository), None)
    assert "Synthetic" in html
    assert html.count('class="sb"') == 5
    assert 'class="ln"' in html


def test_what_a_model_found_is_not_called_made_up(refresh, analysed):
    assert "Synthetic" not in refresh(analysed().patient_id, None)


def test_points_come_from_the_sessions_oldest_first(context):
    sessions = context.repository.sessions(load_demonstration(context.repository))
    points = trend_points(sessions)
    assert [each.number for each in points] == [1, 2, 3, 4, 5]
    assert [each.day for each in points] == sorted(each.day for each in points)
    assert points[0].phq9 == 17
    assert sum(each.figures["sad"][0] for each in points) > 0


def test_few_sessions_with_figures_are_dots_and_say_why(context):
    points = trend_points(context.repository.sessions(load_demonstration(context.repository)))
    assert "Fewer than 3 sessions" in page(points[:2], Choice())
    assert "Fewer than 3 sessions" not in page(points, Choice())


def test_a_grade_stands_with_its_reason(context):
    points = trend_points(context.repository.sessions(load_demonstration(context.repository)))
    assert "Poor: noisy, SNR 8 dB" in page(points, Choice(), points[2].session_id)


def test_what_was_entered_is_escaped():
    html = page([point(1, 0)], Choice())
    assert "&lt;i&gt;" in html
    assert "<i>" not in html


def test_a_range_leaves_older_sessions_out():
    points = [point(1, 0), point(2, 200), point(3, 250)]
    assert page(points, Choice(months="3")).count('class="sb"') == 2
    assert page(points, Choice()).count('class="sb"') == 3


def test_sessions_without_figures_are_counted_apart(context):
    points = trend_points(context.repository.sessions(load_demonstration(context.repository)))
    first = f"{points[0].day.day} {points[0].day:%b}"
    assert f"<h1>5 sessions, {first}" in page(points, Choice())
    some = [replace(points[0], figures={}), *points[1:]]
    assert "5 sessions, 4 with figures" in page(some, Choice())
    assert "1 session, none with figures" in page(some[:1], Choice())


def test_what_was_chosen_is_shown():
    html = page([point(1, 0)], Choice(frozenset({"angry"})))
    assert "name='angry' checked" in html
    assert "name='valence'>" in html
    assert ">Valence</text>" not in html


def test_a_choice_from_the_browser_is_checked():
    assert read_choice(["sad", "<b>", 3], "3") == Choice(frozenset({"sad"}), "3")
    assert read_choice("sad", "99") == Choice(None, "all")
    assert read_choice([], ["3"]) == Choice(frozenset(), "all")
