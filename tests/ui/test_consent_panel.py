"""The panel of a patient's consent shows every entry and adds one, or says why it cannot."""

from datetime import date, timedelta

import pytest

from storage.account_models import Role
from storage.consents import Scope
from storage.details import Agreement, PatientDetails
from tests.storage.people import OTHER
from tests.ui.pages import OpenedPage
from ui.consent_panel import write_down
from ui.patients_view import ListView, patients_list
from ui.progress import JobState

TODAY = date.today()


@pytest.fixture
def open_panel(context, add_session):
    """Function that opens a page with the panel of a patient who agreed to analysis."""

    def open_() -> tuple[OpenedPage, str]:
        patient_id = add_session("P-0417").patient_id
        page = OpenedPage(context)
        page.do("patients", "open_patient", patient_id=patient_id)
        page.do("patients", "consent")
        return page, patient_id

    return open_


def test_consent_to_research_is_added_and_the_entry_before_stays(context, open_panel):
    page, patient_id = open_panel()
    page.set("consent-scopes", [str(Scope.RESEARCH)])
    page.set("consent-end", "31.12.2099")
    page.do("give-consent")
    first, second = context.repository.patient(patient_id).consents
    assert (first.scope, first.given_on) == (Scope.ANALYSIS, date(2026, 1, 5))
    assert (second.scope, second.given_on) == (Scope.RESEARCH, TODAY)
    assert second.expires_on == date(2099, 12, 31)


def test_a_withdrawal_stops_what_waits_and_refuses_what_comes(context, open_panel, engine, until):
    page, patient_id = open_panel()
    (session,) = context.repository.sessions(patient_id)
    engine.go_on.clear()
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    page.do("withdraw-consent")
    assert context.jobs.view(job.id).state is JobState.CANCELLED
    view = ListView(TODAY, open_id=patient_id)
    assert "Closed, no new sessions" in patients_list(context.repository.patients(), view)
    engine.go_on.set()
    assert any("E62" in str(each) for each in page.do("progress", "again"))


def test_after_a_withdrawal_what_is_there_is_taken_out_but_nothing_analysed_for_it(
    context, client, analysed
):
    session = analysed("P-0417")
    run = session.latest_done.id
    write_down(context, False, session.patient_id, ["analysis"], TODAY.isoformat(), "")
    choices = {"size": 512, "timeline": True, "neutral": True, "picture": False}
    assert client.post(f"/runs/{run}/films", params=choices).json()["code"] == "E62"
    assert client.post(f"/runs/{run}/films", params={**choices, "neutral": False}).is_success
    assert client.get(f"/runs/{run}/windows.csv").status_code == 200


@pytest.mark.parametrize(
    ("entered", "button", "code"),
    [
        ({"consent-day": ""}, "give-consent", "E63"),
        ({"consent-end": "2020-01-01"}, "give-consent", "E63"),
        ({"consent-scopes": []}, "give-consent", "E63"),
        ({"consent-scopes": ["research"]}, "withdraw-consent", "E63"),
        ({"consent-day": str(TODAY + timedelta(1))}, "withdraw-consent", "E63"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_as_typed(context, open_panel, entered, button, code):
    page, patient_id = open_panel()
    for name, value in entered.items():
        page.set(name, value)
    assert code in str(page.do(button))
    assert {name: page.value(name) for name in entered} == entered
    assert len(context.repository.patient(patient_id).consents) == 1


def test_the_panel_says_who_wrote_what(context):
    patient = context.repository.add_patient(
        PatientDetails("P-1"), Agreement(TODAY, scopes=(Scope.RESEARCH,))
    )
    page = OpenedPage(context)
    page.do("patients", "open_patient", patient_id=patient.id)
    words = page.do("patients", "consent")[2]
    assert "Research: figures without the name" in words and "by Ada Lovelace" in words


def test_a_researcher_is_let_in_only_with_consent_and_the_account_page_says_so(
    context, accounts, client, add_session
):
    patient_id = add_session("P-0417").patient_id
    rosa = accounts.create(accounts.everybody()[0].id, "Rosa", Role.RESEARCHER, OTHER)
    share = {"patient": patient_id, "account": rosa.id}
    assert "E62" in client.post("/account/shares", data=share).text
    write_down(context, True, patient_id, [str(Scope.RESEARCH)], TODAY.isoformat(), "")
    assert "P-0417</b> with Rosa" in client.post("/account/shares", data=share).text
    assert "not shown" not in client.get("/account").text
    write_down(context, False, patient_id, [str(Scope.RESEARCH)], TODAY.isoformat(), "")
    assert "not shown, as no consent to research holds" in client.get("/account").text


def test_an_archived_patient_offers_the_way_back_and_nothing_else(context, open_panel):
    page, patient_id = open_panel()
    context.repository.archive_patient(patient_id)
    listed = context.repository.patients(include_archived=True)
    html = patients_list(listed, ListView(TODAY, open_id=patient_id))
    assert "data-do='new_session'" not in html and "data-do='edit'" not in html
    assert "E75" in str(page.do("give-consent"))
    page.do("patients", "bring_back")
    assert context.repository.patient(patient_id).archived_at is None
