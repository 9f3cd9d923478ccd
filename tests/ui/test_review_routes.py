"""Another run than the latest, and two held beside each other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.details import SessionDetails
from storage.models import Session
from tests.factories import make_analysis
from tests.ui.conftest import TODAY
from ui.demonstration import load_demonstration
from ui.review_comparison import Side, cautions, comparison, in_order
from verhm.settings import AnalysisSettings
from verhm.types import ModelId

VOICE = ModelId("voice", "2", "b" * 64)


@pytest.fixture
def twice(context, analysed, until):
    """A session with two runs that have a result."""
    session = analysed("P-0417")
    job = context.jobs.submit_again(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    return context.repository.session(session.id)


def test_every_finished_run_can_be_chosen_and_is_shown_as_the_latest_is(client, twice):
    newest, first = twice.runs
    shown = client.get(f"/runs/{first.id}/review").json()
    assert shown["run"] == first.id
    assert f"<option value='{first.id}' selected>Run 1" in shown["header"]
    assert f"<option value='{newest.id}'>Run 2" in shown["header"]
    assert shown["face"]["motion"] == f"/motion/{first.id}"
    assert len(shown["data"]["starts"]) == len(shown["data"]["status"])


def test_a_session_with_one_run_offers_no_choice(client, analysed):
    run = analysed("P-0417").runs[0]
    assert "<select" not in client.get(f"/runs/{run.id}/review").json()["header"]


def test_a_run_can_be_held_against_the_session_s_other_runs_and_other_sessions(
    client, context, twice, recording, until
):
    details = SessionDetails(TODAY, "Reading")
    other = context.repository.add_session(twice.patient_id, details, recording)
    job = context.jobs.submit(other.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    listed = client.get(f"/runs/{twice.runs[0].id}/others").json()
    assert [each["run"] for each in listed] == [twice.runs[1].id, job.run_id]
    assert listed[0]["words"].startswith("This session · Run 1")
    assert listed[1]["words"].startswith("Session 2")
    found = client.get(f"/runs/{twice.runs[0].id}/against/{listed[0]['run']}").json()["figures"]
    assert found.index("Session 1, run 1") < found.index("Session 1, run 2")
    assert "right − left" in found


def test_the_difference_is_the_later_less_the_earlier_as_they_are_read(side):
    known = side.session
    facts = {
        "id": "s",
        "task": known.task,
        "language": known.language,
        "created_at": known.created_at,
    }
    tomorrow = known.recorded_on + timedelta(days=1)
    later = replace(side, session=Session(**{**facts, "number": 2, "recorded_on": tomorrow}))
    shares = tuple(replace(each, share=0.376, low=0.3, high=0.5) for each in side.summary.shares)
    less = tuple(replace(each, share=0.084, low=0.0, high=0.2) for each in side.summary.shares)
    later = replace(later, summary=replace(later.summary, shares=shares))
    side = replace(side, summary=replace(side.summary, shares=less))
    assert in_order(later, side) == in_order(side, later) == (side, later)
    html = comparison(side, later)
    assert "later − earlier" in html
    assert html.count("<td>+30 points</td>") == 8  # 38 % less 8 %; unrounded it would be +29


def test_two_patients_are_never_held_against_each_other(client, analysed):
    one, other = analysed("P-0001"), analysed("P-0002")
    answer = client.get(f"/runs/{one.runs[0].id}/against/{other.runs[0].id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "E53")


def test_only_the_latest_run_offers_to_draw_its_face(client, twice):
    newest, first = twice.runs
    faces = [client.get(f"/runs/{run.id}/review").json()["face"] for run in (newest, first)]
    assert not faces[1]["can_render"]


def test_an_interval_without_width_tells_nothing_apart(side):
    never = tuple(replace(share, share=0.0, low=0.0, high=0.0) for share in side.summary.shares)
    other = replace(side, summary=replace(side.summary, shares=never))
    assert "class='apart'" not in comparison(side, other)


def test_what_has_no_result_cannot_be_compared(client, context, add_session, engine):
    engine.go_on.clear()
    job = context.jobs.submit(add_session().id)
    for address in ("review", "others", f"against/{job.run_id}"):
        answer = client.get(f"/runs/{job.run_id}/{address}")
        assert (answer.status_code, answer.json()["code"]) == (404, "E53")
    engine.go_on.set()


ENTERED = {"window": 4.5, "hop": 1.0, "size": 720, "strength": 1.5, "seed": 7, "channel": "left"}


def test_a_session_is_analysed_with_other_settings_as_a_run_beside_the_first(
    client, context, analysed, engine, until
):
    session = analysed("P-0417")
    job = client.post(f"/sessions/{session.id}/runs", json=ENTERED).json()
    until(lambda: context.jobs.view(job["id"]).state.has_ended)
    chosen = engine.settings[-1], engine.video[-1].size
    wanted = AnalysisSettings(window=4.5, hop=1.0, expression_strength=1.5, seed=7, channel="left")
    assert chosen == (wanted, 720)
    shown = client.get(f"/runs/{job['run_id']}/review").json()
    assert shown["settings"] == ENTERED
    options = shown["header"].split("<option")[1:]
    assert "selected>Run 2 · today" in options[0]
    made = shown["header"].split("rv-made")[1]
    assert "window 4.5 s, hop 1 s, left channel, expression 1.5, seed 7, face 720" in made
    assert "Run 1" in options[1] and " · window 3 s, hop 0.5 s · " in options[1]
    against = client.get(f"/runs/{job['run_id']}/against/{session.runs[0].id}").json()
    assert "in windows of different lengths or hops" in against["cautions"]
    assert "of different channels: what differs may be who speaks" in against["cautions"]
    assert "<small>window 3 s, hop 0.5 s</small>" in against["figures"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"window": 7}, "The window is 7 s."),
        ({"window": None}, "The window is no number."),
        ({"hop": 0.25}, "The hop is 0.25 s."),
        ({"size": 600}, "The face size is 600 px."),
        ({"strength": -1}, "The expression strength is -1."),
        ({"seed": 1.5}, "The seed is 1.5."),
        ({"seed": 1e99}, "The seed is 1e+99."),
    ],
)
def test_unfit_settings_are_refused_with_a_code_and_begin_nothing(
    client, context, analysed, changes, words
):
    session = analysed("P-0417")
    answer = client.post(f"/sessions/{session.id}/runs", json=ENTERED | changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "E71")
    assert answer.json()["cause"] == words
    assert len(context.repository.session(session.id).runs) == 1


def test_a_session_is_not_analysed_twice_at_a_time(client, context, analysed, engine):
    session = analysed("P-0417")
    engine.go_on.clear()
    answers = [client.post(f"/sessions/{session.id}/runs", json=ENTERED) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[1].json()["code"] == "E61"


@pytest.fixture
def side(twice):
    return Side(twice, twice.runs[0], make_analysis(60.0).summary)


def test_intervals_that_lie_apart_are_marked(side):
    summary = side.summary
    changed = tuple(
        replace(share, share=0.5, low=0.4, high=0.6) if share.label == "sad" else share
        for share in summary.shares
    )
    found = comparison(side, replace(side, summary=replace(summary, shares=changed)))
    [row] = [each for each in found.split("<tr") if "class='apart'" in each]
    assert "Sad" in row
    assert "+38 points" in row


def test_what_speaks_against_comparing_is_said(side, twice):
    assert cautions(side, side) == ""
    twice.runs[1].model_name, twice.runs[1].model_version = "voice", "<2>"
    other = cautions(side, replace(side, run=twice.runs[1]))
    assert "Two models" in other and "voice &lt;2&gt;" in other


def test_a_withheld_summary_gives_its_reason_in_place_of_figures(side):
    withheld = replace(side.summary, shares=(), withheld="E21 Only 3 s of speech found.")
    other = replace(side, summary=withheld)
    assert f"{other.name} has no summary: Only 3 s of speech found. <small" in cautions(side, other)
    found = comparison(side, other)
    assert "none, see above" in found and "Valence" not in found


def test_of_the_demonstration_no_run_is_made(client, context):
    patient_id = load_demonstration(context.repository)
    session = context.repository.sessions(patient_id)[0]
    answer = client.post(f"/sessions/{session.id}/runs", json=ENTERED)
    assert answer.json()["code"] == "E71"
    assert len(context.repository.session(session.id).runs) == 1
