"""The form for medication and life events, without a browser."""

from datetime import date

import gradio as gr
import pytest

from storage.details import EventDetails, PatientDetails
from storage.event_models import EventKind
from tests.ui.pages import OpenedPage
from ui.demonstration import load_demonstration
from ui.event_form import keep_event
from verhm.dates import typed_date
from verhm.errors import RequestError, StorageError

TYPED = {"event-text": "Sertraline <50> mg", "event-first": "3.6.2026", "event-last": "1 Jun 2026"}


@pytest.fixture
def patient_id(context):
    return load_demonstration(context.repository)


@pytest.fixture
def page(context, patient_id):
    """The page with the demonstration patient open."""
    page = OpenedPage(context)
    page.do("patients", "open_patient", patient_id=patient_id)
    return page


@pytest.fixture
def texts(context, patient_id):
    return lambda: [each.text for each in context.repository.events(patient_id)]


def fill(page, **changes):
    for name, value in {**TYPED, **changes}.items():
        page.set(name, value)


def test_what_is_refused_stays_typed_and_the_reason_stands_in_the_form(page, texts):
    before = texts()
    page.do("trends", "edit_event", event_id="")
    fill(page)
    results = page.do("save-event")
    assert "E63" in results[-1] and "before the first" in results[-1]
    assert {name: page.value(name) for name in TYPED} == TYPED
    assert texts() == before
    page.set("event-last", "")
    page.do("save-event")
    assert texts()[0] == TYPED["event-text"]
    assert page.value("event-text") == page.value("event-first") == ""
    assert "Sertraline &lt;50&gt; mg" in page.value("trends")


def test_events_are_written_down_before_the_first_session(page, context):
    alone = context.repository.add_patient(PatientDetails("P-0417"), None)
    page.do("patients", "open_patient", patient_id=alone.id)
    assert "This patient has none yet" in page.value("trends")
    page.do("trends", "edit_event", event_id="")
    fill(page, **{"event-last": ""})
    page.do("save-event")
    (kept,) = context.repository.events(alone.id)
    assert kept.text == TYPED["event-text"]
    assert "Sertraline &lt;50&gt; mg" in page.value("trends")
    context.repository.archive_patient(alone.id, True)
    page.do("patients", "open_patient", patient_id=alone.id)
    assert "Sertraline" in page.value("trends")
    assert "data-write" not in page.value("trends")


def test_an_event_is_changed_and_removed(page, context, patient_id, texts):
    medication, _ = context.repository.events(patient_id)
    opened = page.do("trends", "edit_event", event_id=medication.id)
    assert "DEMO" in opened[2]
    assert page.value("event-text") == medication.text
    assert page.value("event-first") == typed_date(medication.first_day)
    fill(page, **{"event-kind": "life event", "event-last": "2026-06-03"})
    page.do("save-event")
    changed = context.repository.events(patient_id)[0]
    assert (changed.id, changed.kind, changed.text) == (
        medication.id,
        EventKind.LIFE_EVENT,
        TYPED["event-text"],
    )
    assert (changed.first_day, changed.last_day) == (date(2026, 6, 3),) * 2
    page.do("trends", "remove_event", event_id=medication.id)
    assert texts() == ["Example: back to work"]
    assert TYPED["event-text"] not in page.value("trends")


def test_what_was_removed_meanwhile_is_told_in_the_form(page, context, patient_id, texts):
    medication, _ = context.repository.events(patient_id)
    page.do("trends", "edit_event", event_id=medication.id)
    context.repository.remove_event(medication.id)
    fill(page, **{"event-last": ""})
    assert "E53" in page.do("save-event")[-1]
    assert page.value("event-text") == TYPED["event-text"]
    assert texts() == ["Example: back to work"]


def test_what_was_typed_for_one_patient_is_never_written_to_the_next(
    page, context, patient_id, add_session, texts
):
    other, before = add_session("P-0002").patient_id, texts()
    page.do("trends", "edit_event", event_id="")
    page.do("patients", "open_patient", patient_id=other)
    assert page.value("event-text") == ""
    fill(page, **{"event-last": ""})  # as where both were pressed at once
    with pytest.raises(gr.Error, match="Another patient was opened"):
        page.do("save-event")
    assert texts() == before
    assert context.repository.events(other) == ()


@pytest.mark.parametrize(
    ("entries", "cause"),
    [
        (("Lithium", "medication", "", ""), "first day is missing"),
        (("Lithium", "medication", "3/6/2026", ""), "cannot be read"),
        (("  ", "medication", "2026-06-03", ""), "not said what"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_its_cause(context, patient_id, entries, cause):
    with pytest.raises(RequestError, match="E63") as refused:
        keep_event(context.repository, patient_id, "", *entries)
    assert cause in refused.value.cause


def test_the_archive_and_what_is_gone_refuse(context, patient_id):
    entries = ("Lithium", "medication", "2026-06-03", "")
    with pytest.raises(StorageError, match="E53"):
        keep_event(context.repository, patient_id, "no such event", *entries)
    details = EventDetails(EventKind.MEDICATION, date(2026, 6, 3), None, "Lithium")
    kept = context.repository.add_event(patient_id, details)
    context.repository.archive_patient(patient_id)
    for event_id in ("", kept.id):
        with pytest.raises(RequestError, match="E75"):
            keep_event(context.repository, patient_id, event_id, *entries)
