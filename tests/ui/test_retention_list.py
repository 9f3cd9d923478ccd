"""What is due stands above the list of patients; one click erases it, a reason keeps it."""

import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest

from storage.access import Actor
from storage.account_models import Role
from storage.models import MediaKind
from storage.retention import Retention
from tests.storage.people import OTHER
from tests.ui.pages import OpenedPage
from ui.retention_form import retention_words
from ui.retention_list import due_list
from ui.review import _Screen
from ui.trends_data import trend_points

TODAY = date.today()


@pytest.fixture
def due(context, analysed):
    """A page, and a session whose recording is due: the month of its day is long past."""
    session = analysed("P-0417")
    with context.repository.database.writing() as unit:
        row = unit.get(type(session), session.id)
        row.recorded_on = TODAY - timedelta(400)
    context.repository.set_retention(Retention(recording_months=12))
    page = OpenedPage(context)
    page.do("patients", "open_patient", patient_id=session.patient_id)
    return page, context.repository.session(session.id)


def test_nothing_stands_there_while_nothing_is_due(context, add_session):
    add_session()
    assert due_list(context) == ""


def test_one_click_erases_the_recording_and_review_trends_and_exports_go_on(context, due, client):
    page, session = due
    assert "1 patient is due" in due_list(context) and "1 recording, results" in due_list(context)
    page.do("due", "erase_recordings", patient_id=session.patient_id)
    assert due_list(context) == ""
    (shown,) = _Screen(context).refresh(session.patient_id, session.id)
    face = json.loads(shown["face"])
    assert (face["audio"], face["video"], face["can_render"]) == (None, None, False)
    assert face["erased"].startswith("Recording erased on") and face["problem"] is None
    assert "Recording erased on" in json.loads(shown["value"])["header"]
    assert "data" in json.loads(shown["value"])
    run = session.latest_done.id
    for name in ("windows.csv", "analysis.json", "morphs.csv", "emotions.png"):
        assert client.get(f"/runs/{run}/{name}").status_code == 200, name
    whole = client.get(f"/runs/{run}/everything.zip")
    names = zipfile.ZipFile(BytesIO(whole.content)).namelist()
    assert any("windows" in name for name in names)
    assert not any("recording" in name or name.endswith(".mp4") for name in names)
    for gone in (f"/sessions/{session.id}/recording", f"/runs/{run}/face.mp4"):
        assert client.get(gone).status_code == 404, gone
    assert client.get(f"/motion/{run}").status_code == 200
    choices = {"size": 512, "timeline": True, "neutral": False, "picture": False}
    assert "E53" in client.post(f"/runs/{run}/films", params=choices).text
    (point,) = trend_points(context.repository.sessions(session.patient_id))
    assert point.figures and point.reason == ""
    assert context.repository.media_of(session.id, MediaKind.RECORDING) is None


def test_an_erased_recording_is_not_analysed_again(context, due):
    page, session = due
    page.do("due", "erase_recordings", patient_id=session.patient_id)
    assert "The recording of this session was erased" in str(page.do("progress", "again"))


def test_a_reason_keeps_it_and_is_shown_until_it_is_lifted(context, due):
    page, session = due
    whose = {"patient_id": session.patient_id}
    assert "E63" in str(page.do("due", "hold", reason=" ", **whose))
    page.do("due", "hold", reason="legal <hold>", **whose)
    assert "legal &lt;hold&gt;" in due_list(context) and "1 kept by a hold" in due_list(context)
    page.do("due", "erase_recordings", **whose)
    assert context.repository.recording(session.id).is_file()
    page.do("due", "lift", **whose)
    assert "1 patient is due" in due_list(context)


def test_a_patient_who_is_due_is_erased_by_the_usual_way_only(context, due):
    page, session = due
    context.repository.set_retention(Retention(patient_years=1))
    assert "no session since" in due_list(context)
    page.do("due", "remove", patient_id=session.patient_id)
    page.do("erase-patient")
    assert context.repository.patient(session.patient_id)  # the code was not typed
    page.set("erase-code", "P-0417")
    page.do("erase-patient")
    assert context.repository.patients() == ()


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        (("24", ""), Retention(recording_months=24)),
        ((" 24 ", "10"), Retention(24, 10)),
        (("", ""), Retention()),
        (("0", ""), None),
        (("two", ""), None),
        (("", "101"), None),
    ],
)
def test_the_rules_are_entered_in_settings_or_refused_as_typed(context, entered, kept):
    before = Retention(recording_months=6)
    context.repository.set_retention(before)
    page = OpenedPage(context)
    page.do("settings-page", "retention")
    assert (page.value("recording-months"), page.value("patient-years")) == ("6", "")
    page.set("recording-months", entered[0])
    page.set("patient-years", entered[1])
    said = str(page.do("save-retention"))
    assert context.repository.retention() == (kept or before)
    assert ("E63" in said) == (kept is None)
    if kept is None:
        assert page.value("recording-months") == entered[0]


def test_others_than_administrators_see_the_rules_and_change_none(context, accounts):
    ada = accounts.everybody()[0]
    bert = accounts.create(ada.id, "Bert", Role.CLINICIAN, OTHER)
    his = context.repository.acting_as(lambda: Actor(bert.id))
    assert "Change…" in retention_words(context.repository)
    assert "For good" in retention_words(his) and "Change…" not in retention_words(his)
    page = OpenedPage(replace(context, repository=his))
    page.set("recording-months", "1")
    assert "E57" in str(page.do("save-retention"))
    assert context.repository.retention() == Retention()
