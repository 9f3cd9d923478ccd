"""Whatever shows a session's figures shows them without what a clinician left out."""

import json

import gradio as gr
import pytest

from ui.context import Selection
from ui.demonstration import load_demonstration
from ui.review import build
from ui.reviewed import ReviewedRuns
from ui.trends_data import trend_points
from verhm.annotations import Annotation


@pytest.fixture
def demonstration(context):
    return context.repository.sessions(load_demonstration(context.repository))


def figures_of(context, session):
    """Of one session, as the list of patients compares them."""
    (overview,) = context.repository.patients()
    left_out = context.repository.exclusions("")
    found = context.reviewed.without_left_out(overview.figures, left_out)
    return next(each.summary for each in found if each.session_id == session.id)


def test_review_trends_and_patients_agree(context, demonstration):
    session = demonstration[0]
    run = session.latest_done
    assert figures_of(context, session) == run.summary
    context.repository.annotate(session.id, 0.0, 30.0, is_excluded=True)
    said = context.repository.annotations(session.id)
    summary = context.reviewed.summary(run.id, said)
    assert 0 < summary.analysed < run.summary.analysed
    assert summary.shares != run.summary.shares
    assert figures_of(context, session) == summary
    assert f">{100 * summary.analysed:.0f}<i>%" in context.reviewed.cards(run.id, said)
    left_out = context.repository.exclusions(session.patient_id)
    points = trend_points(
        demonstration,
        lambda run: context.reviewed.listed(run.session_id, run.id, run.summary, left_out),
    )
    shares = {each.label: 100 * each.share for each in summary.shares}
    assert {label: points[-1].figures[label][0] for label in shares} == shares
    untouched = trend_points(demonstration)
    assert points[:-1] == untouched[:-1] and points[-1] != untouched[-1]


def test_what_is_left_out_can_leave_too_little_for_a_summary(context, demonstration):
    session = demonstration[0]
    context.repository.annotate(session.id, 0.0, 70.0, is_excluded=True)
    said = context.repository.annotations(session.id)
    summary = context.reviewed.summary(session.latest_done.id, said)
    assert summary.withheld.startswith("E2") and "excluded" in summary.withheld


def test_the_screen_shows_what_was_said_and_the_figures_that_follow(context, demonstration):
    session = demonstration[0]
    context.repository.annotate(session.id, 0.0, 30.0, is_excluded=True)
    said = context.repository.annotations(session.id)
    with gr.Blocks():
        review = build(context, Selection(gr.State(), gr.State(), gr.State()))
    (update,) = review.refresh(session.patient_id, session.id)
    value = json.loads(update["value"])
    assert value["cards"] == context.reviewed.cards(session.latest_done.id, said)
    assert len(value["annotations"]) == len(said)
    assert value["may_annotate"]
    context.repository.archive_patient(session.patient_id)
    (update,) = review.refresh(session.patient_id, session.id)
    assert not json.loads(update["value"])["may_annotate"]


def test_one_damaged_result_does_not_hide_the_list(context, demonstration, monkeypatch):
    session = demonstration[0]
    context.repository.annotate(session.id, 0.0, 30.0, is_excluded=True)
    monkeypatch.setattr(
        type(context.repository), "document", lambda *_: b'{"schema": "verhm.analysis/1"}'
    )
    assert figures_of(context, session) == session.latest_done.summary


def test_a_summary_is_made_once(context, demonstration, monkeypatch):
    made = []
    monkeypatch.setattr("ui.reviewed.summarize", lambda *_: made.append(1))
    reviewed = ReviewedRuns(context.repository)
    run, out = demonstration[0].latest_done, Annotation(0.0, 30.0, is_excluded=True)
    for said in ((out,), (out, Annotation(1.0, 1.0)), (out, Annotation(2.0, 5.0, "sad"))):
        reviewed.summary(run.id, said)
    assert len(made) == 1
