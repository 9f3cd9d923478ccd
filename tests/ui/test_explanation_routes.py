"""Why a window has its result: asked for, followed, stopped, and refused in plain words."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from storage.consents import Scope
from storage.details import Agreement, PatientDetails, SessionDetails
from storage.retention import Retention
from tests.factories import make_analysis
from tests.ui.conftest import TODAY
from ui import window_explanations
from ui.demonstration import load_demonstration
from ui.patient_removal import erase_patient
from ui.progress import JobState
from verhm.annotations import Annotation
from verhm.errors import ModelError
from verhm.report.description import describe_window
from verhm.types import ModelId

ADDRESS = "/runs/{}/explanations/{}"
WITH_RESULT, SILENT = 7, 4


@pytest.fixture(autouse=True)
def without_baseline(monkeypatch):
    """Made-up results as the app has them: never read against earlier recordings."""
    plain = lambda *arguments, **named: replace(  # noqa: E731
        make_analysis(*arguments, **named), baseline_windows=0.0
    )
    monkeypatch.setattr("tests.ui.fakes.make_analysis", plain)


@pytest.fixture
def run(analysed):
    return analysed("P-0417").latest_done


@pytest.fixture
def add_analysed(context, recording, until):
    """Function that adds a session of some day, analyses it and returns the run."""

    def add(day):
        agreed = Agreement(TODAY - timedelta(days=2000))
        patient = context.repository.add_patient(PatientDetails("P-0099"), agreed)
        session = context.repository.add_session(patient.id, SessionDetails(day), recording)
        job = context.jobs.submit(session.id)
        until(lambda: context.jobs.view(job.id).state.has_ended)
        return context.repository.run(job.run_id)

    return add


@pytest.fixture
def ask(client):
    """Function that asks why a window has its result."""
    return lambda run, window=WITH_RESULT: client.post(ADDRESS.format(run.id, window)).json()


@pytest.fixture
def look(client):
    """Function that looks how far the explanation of a window is."""
    return lambda run, window=WITH_RESULT: client.get(ADDRESS.format(run.id, window)).json()


def test_a_window_is_explained_once_with_its_own_result(context, ask, look, run, engine, until):
    first = ask(run)
    assert first["voice"] == describe_window(context.reviewed.analysis(run.id), WITH_RESULT)
    until(lambda: look(run)["has_ended"])
    found = look(run)
    assert (found["state"], found["percent"]) == ("done", 100)
    assert found["influence"] == [f"Window {WITH_RESULT} speaks."]
    assert found["light"].startswith("data:image/png;base64,")
    assert ask(run)["state"] == "done"
    [(analysis, window)] = engine.explained
    assert window == WITH_RESULT
    kept = context.reviewed.analysis(run.id).timeline
    assert np.array_equal(analysis.timeline.probabilities, kept.probabilities)
    assert len(analysis.morphs.weights) == 0  # megabytes that nobody needs there


def test_nothing_of_it_is_left_on_the_disk(context, ask, look, run, until):
    def files():
        places = (context.settings.data, *context.scratch.places)
        return {path for place in places for path in place.rglob("*") if path.is_file()}

    before = files()
    ask(run)
    until(lambda: look(run)["has_ended"])
    [said] = look(run)["influence"]
    assert not {path for path in files() - before if not path.name.endswith(("-wal", "-shm"))}
    assert not [path for path in files() if said.encode() in path.read_bytes()]


def test_it_can_be_stopped_and_asked_for_again(client, ask, look, run, engine, until):
    engine.go_on.clear()
    ask(run)
    until(lambda: look(run)["state"] == "analysing")
    client.post(ADDRESS.format(run.id, WITH_RESULT) + "/cancel")
    until(lambda: look(run)["state"] == "cancelled")
    engine.go_on.set()
    assert ask(run)["state"] != "cancelled"
    until(lambda: look(run)["state"] == "done")


def test_it_waits_behind_an_analysis_and_only_so_many_do(
    client, context, ask, look, run, engine, until
):
    engine.go_on.clear()
    job = context.jobs.submit_again(run.session_id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    for window in range(6, 6 + window_explanations.LONGEST):
        assert ask(run, window)["state"] == "waiting"
    answer = client.post(ADDRESS.format(run.id, 11))
    assert (answer.status_code, answer.json()["code"]) == (429, "E61")
    client.post(ADDRESS.format(run.id, 7) + "/cancel")
    assert look(run, 7)["state"] == "cancelled"
    assert not engine.explained
    engine.go_on.set()
    until(lambda: look(run, 8)["state"] == "done")
    assert 7 not in [window for _analysis, window in engine.explained]


def test_a_failure_keeps_its_code(ask, look, run, engine, until):
    engine.explain_error = ModelError("E31", "The model is damaged.", "Install it again.")
    ask(run)
    until(lambda: look(run)["has_ended"])
    assert look(run)["error"]["code"] == "E31"


def test_a_window_without_a_result_says_why_and_how_the_voice_sounds(ask, run, engine):
    answer = ask(run, SILENT)
    assert answer["reason"] == "This window has no result: no speech. Nobody speaks here."
    assert answer["voice"] and "state" not in answer
    assert not engine.explained


def test_what_the_clinician_left_out_is_not_explained(context, ask, run, engine):
    end = WITH_RESULT * 0.5 + 3.0
    left_out = Annotation(WITH_RESULT * 0.5, end, is_excluded=True)
    context.repository.annotate(run.session_id, left_out.start, left_out.end, is_excluded=True)
    assert "Taken out by hand." in ask(run)["reason"]
    assert not engine.explained


def test_another_model_than_the_one_that_made_it_explains_nothing(ask, run, engine):
    engine.analyses_with = ModelId("voice", "2", "b" * 64)
    assert ask(run)["reason"].startswith("Another model than the one that analyses now")
    assert not engine.explained


def test_a_result_that_was_read_against_other_recordings_is_not_explained(
    monkeypatch, ask, analysed, engine
):
    monkeypatch.setattr("tests.ui.fakes.make_analysis", make_analysis)
    assert "earlier recordings" in ask(analysed("P-0001").latest_done)["reason"]
    assert not engine.explained


def test_made_up_figures_have_no_reason(context, ask):
    patient = load_demonstration(context.repository, TODAY)
    run = context.repository.sessions(patient)[0].latest_done
    shown = context.reviewed.analysis(run.id).timeline.has_result
    assert "made up" in ask(run, int(shown.argmax()))["reason"]


def test_without_its_recording_nothing_can_listen_and_what_was_found_is_gone(
    client, context, add_analysed, ask, look, until
):
    run = add_analysed(TODAY - timedelta(days=1000))
    ask(run)
    until(lambda: look(run)["has_ended"])
    context.repository.set_retention(Retention(recording_months=12))
    patient = context.repository.session(run.session_id).patient_id
    assert context.repository.erase_recordings(patient) == 1
    assert "nothing can listen to it again" in ask(run)["reason"]
    assert client.get(ADDRESS.format(run.id, WITH_RESULT)).json()["code"] == "E53"


def test_it_goes_with_its_session(context, ask, look, run, until):
    ask(run)
    until(lambda: look(run)["has_ended"])
    context.jobs.stop({run.session_id})
    assert look(run)["code"] == "E53"


def test_it_goes_with_its_patient_whose_jobs_are_long_forgotten(
    context, ask, look, run, until, monkeypatch
):
    ask(run)
    until(lambda: look(run)["has_ended"])
    monkeypatch.setattr(context.jobs, "all", list)
    patient = context.repository.session(run.session_id).patient
    erase_patient(context, patient.id, patient.code)
    assert context.jobs.explanations.sessions == set()


def test_only_the_last_few_are_kept(context, ask, look, run, until, monkeypatch):
    monkeypatch.setattr(window_explanations, "KEPT", 2)
    for window in (6, 7, 8):
        ask(run, window)
        until(lambda window=window: look(run, window)["has_ended"])
    assert [look(run, window).get("code") for window in (6, 7, 8)] == ["E53", None, None]


def test_without_consent_nobody_listens_again(client, context, add_analysed, engine):
    run = add_analysed(TODAY)
    patient = context.repository.session(run.session_id).patient_id
    context.repository.withdraw_consent(patient, TODAY, [Scope.ANALYSIS])
    assert client.post(ADDRESS.format(run.id, WITH_RESULT)).json()["code"] == "E62"
    assert not engine.explained


def test_what_does_not_exist_is_not_explained(client, run):
    for address in (ADDRESS.format("none", 0), ADDRESS.format(run.id, 999)):
        assert client.post(address).json()["code"] == "E53"
    assert client.get(ADDRESS.format(run.id, 0)).json()["code"] == "E53"
