"""All sessions of a patient in one table: codes and figures, no names."""

import csv
import io
from dataclasses import replace

import pytest

from storage.access import Actor
from storage.account_models import Event, Role
from storage.consents import Scope
from storage.details import Agreement, SessionDetails
from tests.storage.people import OTHER
from tests.ui.conftest import PASSPHRASE, TODAY
from ui.session_lines import session_lines
from verhm.errors import StorageError


@pytest.fixture
def two(context, analysed, recording, until):
    """The first of two analysed sessions of a patient, who has a third without a result."""
    first = analysed("=P-7", "Jane Doe", "shy")
    details = SessionDetails(TODAY, "Reading", "=1+1")
    second, _ = (
        context.repository.add_session(first.patient_id, details, recording) for _ in range(2)
    )
    job = context.jobs.submit(second.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    return first


def table(client, patient_id):
    answer = client.get(f"/patients/{patient_id}/recordings.csv")
    assert answer.status_code == 200, answer.text
    assert "Jane" not in answer.text and "shy" not in answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_line_per_session_with_a_result_and_no_formula(client, two):
    lines = table(client, two.patient_id)
    assert [line["session"] for line in lines] == ["1", "2"]
    assert {line["patient"] for line in lines} == {"'=P-7"}
    assert [line["language"] for line in lines] == ["English", "'=1+1"]
    assert lines[0]["recorded_on"] == TODAY.isoformat()
    assert float(lines[0]["duration"]) == 10
    assert [line["channel"] for line in lines] == ["all", "all"]


def test_what_was_left_out_is_not_in_the_figures(context, client, two):
    before = float(table(client, two.patient_id)[0]["analysed"])
    context.repository.annotate(two.id, 0.0, 2.0, is_excluded=True)
    assert float(table(client, two.patient_id)[0]["analysed"]) < before


def test_without_a_result_there_is_no_table(client, add_session):
    session = add_session()
    answer = client.get(f"/patients/{session.patient_id}/recordings.csv")
    assert (answer.status_code, answer.json()["code"]) == (404, "E53")


def test_taking_it_out_is_in_the_log(context, client, two):
    table(client, two.patient_id)
    with context.repository.database.reading() as unit:
        found = unit.query(Event).filter(Event.subject == two.patient_id)
        assert "recordings.csv" in {event.detail for event in found}


def test_a_researcher_gets_moved_days_and_a_pseudonym(context, accounts, two):
    rosa = accounts.create(accounts.everybody()[0].id, "Rosa", Role.RESEARCHER, OTHER)
    accounts.change_passphrase(rosa.id, OTHER, PASSPHRASE, "127.0.0.1")
    hers = replace(context, repository=context.repository.acting_as(lambda: Actor(rosa.id)))
    with pytest.raises(StorageError, match="E53"):
        session_lines(hers, two.patient_id)
    research = Agreement(TODAY, scopes=(Scope.RESEARCH,))
    context.repository.give_consent(two.patient_id, research)
    context.repository.share_patient(two.patient_id, rosa.id)
    line, own = (session_lines(each, two.patient_id)[0] for each in (hers, context))
    assert line.recorded_on < own.recorded_on == TODAY
    assert own.patient == "=P-7" != line.patient
    assert own.summary.speech == line.summary.speech
