"""The list of patients says what is known, and runs nothing that a person typed."""

from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from storage.details import PatientDetails, SessionDetails
from ui.patients_view import ListView, counted, patients_list
from verhm.errors import AudioError

TODAY = date(2026, 11, 21)
WICKED = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "`${alert(1)}`",
    "</td></tr></table>",
)


class Markup(HTMLParser):
    """Gathers what a browser would make of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attributes)

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("text", WICKED)
def test_what_is_typed_about_a_patient_stays_text(context, add_session, text):
    session = add_session(text[:40], name=text, note=text)
    patient = session.patient
    context.repository.update_patient(patient.id, PatientDetails(text[:40], text, text[:20], text))
    view = ListView(TODAY, True, patient.id, context.repository.sessions(patient.id))
    html = patients_list(context.repository.patients(), view)
    markup = Markup(html)
    assert not markup.tags & {"script", "img"}
    assert not any(name.startswith("on") or name == "autofocus" for name in markup.attributes)
    # Gradio would run these, whatever they stand in.
    assert not any(sign in html for sign in ("${", "{{", "`"))
    assert text in "".join(markup.words)


def test_names_are_not_even_on_the_page_until_asked_for(context, add_session):
    add_session("P-0001", name="Ada Secret")
    overviews = context.repository.patients()
    assert "Secret" not in patients_list(overviews, ListView(TODAY))
    assert "Secret" in patients_list(overviews, ListView(TODAY, shows_names=True))


def test_sessions_are_listed_by_date_and_numbers_that_differ_from_it_are_explained(
    context, add_session, recording
):
    first = add_session(note="by video")
    patient = first.patient

    def shown() -> str:
        view = ListView(TODAY, False, patient.id, context.repository.sessions(patient.id))
        return patients_list(context.repository.patients(), view)

    def add(day: date) -> None:
        context.repository.add_session(patient.id, SessionDetails(day), recording)

    add(first.recorded_on + timedelta(1))
    assert shown().index("Session 2") < shown().index("Session 1")
    assert "Numbers follow" not in shown()
    add(first.recorded_on - timedelta(30))
    assert shown().index("Session 1") < shown().index("Session 3")
    assert "Numbers follow the order in which they were added" in shown()
    assert "<span class='muted words'>by video</span>" in shown()


def test_an_empty_list_says_what_to_do():
    assert "No patients yet" in patients_list((), ListView(TODAY))
    assert "Nobody found" in patients_list((), ListView(TODAY, search="xyz"))
    assert counted(()) == "<h1>Patients</h1><span class='muted'></span>"


def test_the_title_says_what_is_counted(context, add_session):
    context.repository.add_patient(PatientDetails("DEMO", is_demonstration=True))
    assert ">1 demonstration<" in counted(context.repository.patients())
    add_session("P-0001")
    assert ">1 patient and 1 demonstration<" in counted(context.repository.patients())
    add_session("P-0002")
    assert ">2 patients and 1 demonstration<" in counted(context.repository.patients())


def test_a_row_says_when_the_patient_was_last_seen(context, add_session):
    add_session("P-0001")
    words = Markup(
        patients_list(context.repository.patients(), ListView(TODAY + timedelta(3)))
    ).words
    assert "21 Nov 2026" in words
    assert words[words.index("21 Nov 2026") + 1] == "3"


def test_a_failed_session_says_so_under_its_patient(context, add_session, engine, until):
    session = add_session("P-0001")
    engine.analysis_error = AudioError("E20", "It is silent.", "Check the microphone.")
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    patient_id = session.patient_id
    view = ListView(TODAY, False, patient_id, context.repository.sessions(patient_id))
    assert "failed E20" in patients_list(context.repository.patients(), view)
