"""What was entered about a session is completed and corrected afterwards, without a browser."""

import json
from datetime import date, timedelta

import gradio as gr
import pytest

from storage.details import SessionDetails
from tests.ui.pages import OpenedPage
from ui.days import verdicts
from ui.details_fields import detail_readers
from verhm.dates import typed_date

TODAY = date.today()
TYPED = {
    "edited-recorded-on": "3.3.2026",
    "edited-language": "Dutch",
    "edited-task": "Reading",
    "edited-session-note": "slept <badly>",
    "edited-phq9": "17",
    "edited-gad7": "",
}


@pytest.fixture
def session(analysed):
    return analysed("P-0417")


@pytest.fixture
def page(context, session):
    """The page with the session open."""
    page = OpenedPage(context)
    page.do("patients", "open_session", session_id=session.id)
    return page


def shown(page) -> dict[str, str]:
    return {name: page.value(name) for name in TYPED}


def header(page) -> str:
    return json.loads(page.value("review"))["header"]


def fill(page, **changes):
    for name, value in {**TYPED, **changes}.items():
        page.set(name, value)


def test_details_are_completed_after_the_analysis(page, context, session):
    assert f"data-details='{session.id}'" in header(page)
    opened = page.do("review", "edit_details", session_id=session.id)
    assert "Details of session 1 of" in opened[2]
    assert page.value("edited-recorded-on") == typed_date(session.recorded_on)
    fill(page)
    page.do("save-details")
    kept = context.repository.session(session.id)
    assert (kept.recorded_on, kept.language, kept.task) == (date(2026, 3, 3), "Dutch", "Reading")
    assert (kept.note, kept.phq9, kept.gad7) == ("slept <badly>", 17, None)
    assert page.opened == (session.patient_id, session.id)
    assert "3 Mar 2026 · Reading · Dutch · PHQ-9 17" in header(page)
    assert "slept &lt;badly&gt;" in header(page)


def test_what_is_refused_stays_typed_and_the_reason_stands_in_the_form(page, context, session):
    page.do("review", "edit_details", session_id=session.id)
    wrong = {"edited-phq9": "28"}
    fill(page, **wrong)
    results = page.do("save-details")
    assert "E63" in results[4] and "from 0 to 27" in results[4]
    assert shown(page) == TYPED | wrong
    assert context.repository.session(session.id).task == session.task
    context.repository.archive_patient(session.patient_id)
    fill(page)
    assert "E75" in page.do("save-details")[4]
    assert shown(page) == TYPED


def test_a_task_that_no_button_has_is_kept(page, context, session):
    other = SessionDetails(session.recorded_on, task="Counting sheep")
    context.repository.update_session(session.id, other)
    opened = page.do("review", "edit_details", session_id=session.id)
    (task,) = (each for each in opened if isinstance(each, gr.Radio))
    assert ("Counting sheep", "Counting sheep") in task.choices
    page.do("save-details")
    assert context.repository.session(session.id).task == "Counting sheep"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("day", "", "no date"),
        ("day", str(TODAY + timedelta(1)), "future"),
        ("day", "03/04/2026", "one day"),
        ("phq9", "28", "from 0 to 27"),
        ("gad7", "-1", "whole number"),
        ("gad7", " 21 ", ""),
        ("phq9", "", ""),
    ],
)
def test_an_entry_is_refused_at_its_field(name, text, words):
    fields = [object() for _ in range(6)]
    place = {"day": 0, "phq9": 4, "gad7": 5}[name]
    values = [str(TODAY), "", None, "", "", ""]
    values[place] = text
    found = verdicts(fields, detail_readers(fields))(*values)
    assert words in found[place]["message"]
    assert [each["is_valid"] for each in found].count(False) == bool(words)
