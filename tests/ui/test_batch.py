"""Many recordings become sessions one by one, and what holds for all is checked first."""

from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest

from storage.details import PatientDetails
from tests.ui.test_new_session import ENTRIES, TODAY
from ui.batch import MOST, checked
from verhm.errors import RequestError


@pytest.fixture
def patient(context):
    return context.repository.add_patient(PatientDetails("=P-7", "Jane Doe", note="shy"))


@pytest.fixture
def plan(context, patient):
    """Function that presses Begin."""

    def press(entries=ENTRIES, count=2, patient_id=patient.id, day=TODAY):
        return checked(context, patient_id, entries, [str(day)] * count)

    return press


@pytest.fixture
def make(client, recording, plan):
    """Function that sends a recording and makes a session of it, as the page does."""

    def send(content=None, patient_id=None, entries=ENTRIES):
        told = plan(entries)
        content = content or recording.read_bytes()
        received = client.post("/recordings?suffix=.wav", content=content).json()["id"]
        return client.post(
            f"/patients/{patient_id or told['patient']}/sessions",
            json={"recording": received, "entries": told["entries"]},
        )

    return send


def test_what_is_about_one_session_is_not_taken_for_all(plan, patient):
    told = plan(replace(ENTRIES, task="Reading", language=None))
    assert (told["patient"], told["code"]) == (patient.id, "=P-7")
    entries = told["entries"]
    assert (entries["note"], entries["phq9"], entries["gad7"]) == ("", "", "")
    assert (entries["task"], entries["language"], entries["seed"]) == ("Reading", "", 7)


def test_the_consent_is_kept_before_anything_is_sent(context, plan, patient):
    plan()
    assert context.repository.patient(patient.id).has_consent(TODAY)


@pytest.mark.parametrize(
    ("changes", "count", "code"),
    [
        ({}, 0, "E70"),
        ({}, MOST + 1, "E63"),
        ({"is_trial": True}, 2, "E63"),
        ({"has_agreed": False}, 2, "E62"),
        ({"window": None}, 2, "E71"),
        ({"size": 511}, 2, "E71"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_file(
    context, plan, patient, changes, count, code
):
    with pytest.raises(RequestError, match=code):
        plan(replace(ENTRIES, **changes), count)
    assert not context.repository.patient(patient.id).has_consent(TODAY)


@pytest.mark.parametrize("day", ["", "03/04/2026", TODAY + timedelta(1)])
def test_one_file_without_a_day_is_enough_to_refuse_them(context, plan, patient, day):
    with pytest.raises(RequestError, match="E63"):
        checked(context, patient.id, ENTRIES, [str(TODAY), str(day)])
    assert not context.repository.patient(patient.id).has_consent(TODAY)


def test_each_file_has_a_day_of_its_own_whatever_the_field_for_one_says(context, client, plan):
    told = plan(replace(ENTRIES, recorded_on=""))
    received = client.post("/recordings?suffix=.wav", content=b"RIFF....WAVE").json()["id"]
    entries = told["entries"] | {"recorded_on": "2026-03-02"}
    address = f"/patients/{told['patient']}/sessions"
    made = client.post(address, json={"recording": received, "entries": entries}).json()
    assert context.repository.session(made["session"]).recorded_on == date(2026, 3, 2)


def test_days_are_read_as_in_every_other_field(context, patient):
    told = checked(context, patient.id, ENTRIES, ["4.3.2026", "5 Mar 2026", "2026-03-06"])
    assert told["days"] == ["2026-03-04", "2026-03-05", "2026-03-06"]


def test_files_of_nobody_and_of_the_archive_are_refused(context, plan, patient):
    with pytest.raises(RequestError, match="E62"):
        plan(patient_id=None)
    context.repository.archive_patient(patient.id)
    with pytest.raises(RequestError, match="E75"):
        plan()


def test_a_sent_recording_becomes_an_analysed_session(context, client, make, engine, until):
    made = make().json()
    assert made["problem"] is None
    session = context.repository.session(made["session"])
    assert (session.task, session.note, session.phq9, session.number) == ("Reading", "", None, 1)
    until(lambda: context.jobs.of_session(session.id).state.has_ended)
    assert engine.settings[0].seed == 7
    outcome = client.get(f"/sessions/{session.id}/outcome").json()
    assert outcome["state"] == "done"
    assert " s of speech, " in outcome["words"]
    assert 'class="emo"' in outcome["emotion"]


def test_a_recording_that_finds_the_line_full_is_kept_and_analysed_later(
    context, client, make, engine, until
):
    engine.go_on.clear()
    begun = [make().json() for _ in range(4)]
    assert [each["problem"] and each["problem"]["code"] for each in begun] == [*[None] * 3, "E61"]
    last = begun[-1]["session"]
    assert client.get(f"/sessions/{last}/outcome").json()["state"] == "failed"
    engine.go_on.set()
    until(lambda: all(job.state.has_ended for job in context.jobs.all()))
    answer = client.post(f"/sessions/{last}/runs", json=asdict(ENTRIES))
    assert answer.status_code == 200, answer.text
    until(lambda: client.get(f"/sessions/{last}/outcome").json()["state"] == "done")


def test_a_session_needs_consent_also_where_the_page_was_not_asked(
    context, client, patient, make, recording
):
    without = asdict(replace(ENTRIES, has_agreed=False))
    sent = client.post("/recordings?suffix=.wav", content=recording.read_bytes()).json()["id"]
    answer = client.post(
        f"/patients/{patient.id}/sessions", json={"recording": sent, "entries": without}
    )
    assert answer.json()["code"] == "E62"
    make()
    answer = client.post(
        f"/patients/{patient.id}/sessions", json={"recording": "0" * 32, "entries": without}
    )
    assert answer.json()["code"] == "E53"
    assert len(context.repository.sessions(patient.id)) == 1
