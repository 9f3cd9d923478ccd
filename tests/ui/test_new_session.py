"""A new session is kept whole, or refused with nothing lost."""

import asyncio
import json
from dataclasses import astuple, fields, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import gradio as gr
import pytest

from storage.access import the_program
from storage.consents import Scope
from storage.details import PatientDetails
from ui.context import OpenRequest
from ui.new_session import _Work as Work
from ui.session_form import Entries, lay_out_advanced
from verhm.dates import typed_date
from verhm.errors import AudioError
from verhm.settings import AnalysisSettings

TODAY = date.today()
ENTRIES = Entries(
    is_trial=False,
    has_agreed=True,
    agreed_on=TODAY.isoformat(),
    agreed_until=None,
    recorded_on=TODAY.isoformat(),
    language="English",
    task="Reading",
    note="Seen by video",
    phq9="9",
    gad7="",
    window=3.0,
    hop=0.5,
    size=512,
    strength=1.0,
    seed=7,
    channel="left",
)


@pytest.fixture
def patient(context):
    return context.repository.add_patient(PatientDetails("P-0001"))


@pytest.fixture
def received(context, recording):
    """Id of a recording that the app has received."""

    async def arriving():
        yield recording.read_bytes()

    return asyncio.run(context.intake.receive(".wav", arriving()))


@pytest.fixture
def begin(context, patient, received):
    """Function that presses Analyse; returns the request, and the problem shown."""

    def press(entries=ENTRIES, patient_id=patient.id, recording=received):
        result = Work(context).begin(patient_id, recording, *astuple(entries))
        return result[0], result[2]

    return press


def test_the_session_is_kept_as_entered_and_analysed(context, patient, begin, engine, until):
    request, problem = begin()
    assert isinstance(request, OpenRequest) and problem == ""
    session = context.repository.session(request.session_id)
    assert (session.patient_id, session.task, session.note) == (
        patient.id,
        "Reading",
        "Seen by video",
    )
    assert (session.phq9, session.gad7, session.is_kept) == (9, None, True)
    until(lambda: context.jobs.of_session(session.id).state.has_ended)
    assert (engine.settings[0].seed, engine.settings[0].channel) == (7, "left")


def test_consent_given_beside_the_recording_is_kept_with_the_patient(context, patient, begin):
    begin(replace(ENTRIES, agreed_until=(TODAY + timedelta(365)).isoformat()))
    kept = context.repository.patient(patient.id)
    entry = kept.consent(TODAY)
    assert (entry.given_on, entry.expires_on) == (TODAY, TODAY + timedelta(365))
    assert not kept.has_consent(TODAY, Scope.RESEARCH)


@pytest.mark.parametrize(
    ("is_trial", "words"),
    [(False, "Recording kept, being analysed"), (True, "without saving it, being analysed")],
)
def test_the_recorder_says_what_became_of_the_recording(
    context, patient, received, is_trial, words
):
    entries = astuple(replace(ENTRIES, is_trial=is_trial))
    assert words in Work(context).begin(patient.id, received, *entries)[1]


def test_what_was_written_about_a_recording_and_its_day_go_with_it(context, patient, received):
    entries = astuple(replace(ENTRIES, recorded_on="2026-01-05"))
    left = Work(context).begin(patient.id, received, *entries)[3:]
    assert left == [typed_date(TODAY), "", "", ""]


def test_a_take_that_was_left_behind_is_of_the_day_on_which_it_was_made(context, monkeypatch):
    made = datetime(2026, 3, 4, 12).astimezone()
    with monkeypatch.context() as then:
        then.setattr("ui.intake.time.time", made.timestamp)
        take = context.intake.begin_take(8_000)
    context.intake.add_piece(take, 0, bytes(1_600))
    context.intake.finish_take(take)
    hold = Work(context).hold
    today, then, nothing = typed_date(TODAY), SimpleNamespace(id=take), SimpleNamespace(id=None)
    assert hold(then, today, None)[3:] == ["4 Mar 2026"] * 2
    assert hold(nothing, "4 Mar 2026", "4 Mar 2026")[3:] == [today, None]
    for event in (then, nothing):  # whoever typed a day keeps it
        assert hold(event, "3 Mar 2026", None)[3:] == [gr.skip(), None]


def test_consent_is_written_down_before_anything_of_the_patient_is_kept(context, patient):
    def permit(**changes):
        event = SimpleNamespace(key=1)
        entries = astuple(replace(ENTRIES, **changes))
        update, request = Work(context).permit(event, patient.id, None, *entries)
        return json.loads(update["permission"]), request

    told, _ = permit(has_agreed=False)
    assert "E62" in told["problem"] and "Tick its box" in told["problem"]
    told, _ = permit(has_agreed=False, is_trial=True)
    assert told == {"key": 1, "is_trial": True}
    assert not context.repository.patient(patient.id).has_consent(TODAY)
    told, request = permit()
    assert told == {"key": 1, "is_trial": False} and request.patient_id == patient.id
    assert context.repository.patient(patient.id).has_consent(TODAY)


def test_a_recording_becomes_one_session_only(context, patient, begin):
    begin()
    _, problem = begin()
    assert "E53" in problem
    assert len(context.repository.sessions(patient.id)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"has_agreed": False}, "E62"),
        ({"agreed_on": None}, "E62"),
        ({"agreed_on": (TODAY + timedelta(1)).isoformat()}, "E63"),
        ({"agreed_on": "yesterday"}, "E63"),
        ({"agreed_on": "2026-01-01", "agreed_until": "2026-01-02"}, "E62"),
        ({"recorded_on": ""}, "E63"),
        ({"recorded_on": "31.11.2026"}, "E63"),
        ({"recorded_on": (TODAY + timedelta(1)).isoformat()}, "E63"),
        ({"phq9": "28"}, "E63"),
        ({"phq9": "nine"}, "E63"),
        ({"gad7": "-1"}, "E63"),
        ({"window": 9.0}, "E71"),
        ({"size": 511}, "E71"),
    ],
)
def test_what_cannot_be_is_refused_and_the_recording_waits(
    context, patient, received, begin, changes, code
):
    request, problem = begin(replace(ENTRIES, **changes))
    assert f">{code}<" in problem
    assert request == gr.skip()
    assert not context.repository.sessions(patient.id)
    assert context.intake.path(received).is_file()


def test_without_a_recording_there_is_nothing_to_analyse(begin):
    assert "E70" in begin(recording=None)[1]


def test_nobody_is_recorded_under_no_name(begin):
    assert "E62" in begin(patient_id=None)[1]


def test_no_real_voice_is_kept_among_the_synthetic_ones(context, begin):
    details = PatientDetails("DEMO", is_demonstration=True)
    demonstration = context.repository.add_patient(details)
    assert "E62" in begin(patient_id=demonstration.id)[1]


def test_a_try_needs_no_consent_and_is_gone_at_the_next_start(context, patient, begin, until):
    request, problem = begin(replace(ENTRIES, is_trial=True, has_agreed=False), patient_id=None)
    assert problem == ""
    until(lambda: context.jobs.of_session(request.session_id).state.has_ended)
    assert not context.repository.sessions(patient.id)
    assert context.repository.acting_as(the_program).sweep().sessions_erased == 1


def test_where_too_many_analyses_wait_the_session_is_kept_and_can_be_analysed_later(
    context, patient, begin, add_session, engine
):
    engine.go_on.clear()
    for code in "ABC":
        context.jobs.submit(add_session(code).id)
    request, problem = begin()
    assert "E61" in problem
    assert context.repository.recording(request.session_id).is_file()


def test_of_a_try_that_failed_nobody_is_told_that_it_is_kept(context, begin, engine, until):
    engine.analysis_error = AudioError("E20", "It is silent.", "Check the microphone.")
    entries = replace(ENTRIES, is_trial=True, has_agreed=False)
    request, _ = begin(entries, patient_id=None)
    until(lambda: context.jobs.of_session(request.session_id).state.has_ended)
    ending = Work(context).progress(None, request.session_id)
    assert "E20" in ending and "kept" not in ending


def test_a_cancelled_session_offers_to_be_analysed_again(context, add_session, engine, until):
    session = add_session()
    engine.go_on.clear()
    job = context.jobs.submit(session.id, AnalysisSettings(channel="right"))
    context.jobs.cancel(job.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    work = Work(context)
    assert "The recording is kept" in work.progress(None, session.id)
    assert "Analyse again" in work.progress(None, session.id)
    engine.go_on.set()
    work.again(session.patient_id, session.id)
    until(lambda: context.repository.session(session.id).latest_done)
    assert engine.settings[-1].channel == "right"


def test_the_form_offers_the_choices_in_the_order_of_the_entries():
    with gr.Blocks():
        labels = [field.label for field in lay_out_advanced()]
    names = [field.name for field in fields(Entries)][-len(labels) :]
    assert dict(zip(names, labels, strict=True)) == {
        "window": "Window, s",
        "hop": "Hop, s",
        "size": "Face, pixels",
        "strength": "Expression",
        "seed": "Seed",
        "channel": "Patient's voice on",
    }
