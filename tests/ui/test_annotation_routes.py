"""What is said in Review is kept, and figures come back without what is left out."""

import pytest

from tests.ui.conftest import signed_in_client
from ui.server import make_app
from verhm.annotations import Annotation
from verhm.report.look import percent


@pytest.fixture
def client(context, accounts):
    with signed_in_client(make_app(context, accounts)) as client:
        yield client


@pytest.fixture
def run(analysed):
    return analysed().latest_done


def test_what_is_said_is_kept_and_told(client, context, run):
    address = f"/runs/{run.id}/annotations"
    answer = client.post(address, json={"start": 1.0, "end": 4.0, "label": "sad"}).json()
    nothing = {"is_excluded": False, "text": ""}
    assert answer["annotations"] == [{"start": 1.0, "end": 4.0, "label": "sad", **nothing}]
    assert "Summary" in answer["cards"]
    client.post(address, json={"start": 1.0, "end": 4.0, "text": "her sister"})
    kept = context.repository.annotations(run.session_id)
    assert kept == (Annotation(1.0, 4.0, "sad", text="her sister"),)
    answer = client.post(f"{address}/remove", json={"start": 1.0, "end": 4.0}).json()
    assert answer["annotations"] == []
    assert context.repository.annotations(run.session_id) == ()


def test_figures_come_without_what_is_left_out(client, context, run):
    address = f"/runs/{run.id}/annotations"
    said = {"start": 10.0, "end": 20.0}
    before = client.post(address, json={**said, "text": "door"}).json()["cards"]
    out = client.post(address, json={**said, "start": 3.0, "is_excluded": True}).json()
    assert out["cards"] != before
    summary = context.reviewed.summary(run.id, context.repository.annotations(run.session_id))
    assert f"{percent(summary.analysed)}<i>%" in out["cards"]
    client.post(f"{address}/remove", json={**said, "start": 3.0})
    assert context.reviewed.cards(run.id, ()) == before
    assert client.post(address, json={**said, "is_excluded": False}).json()["cards"] == before


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"start": 4.0, "end": 1.0}, 400),
        ({"start": 0.0, "end": 3.0, "label": "bored"}, 400),
        ({"start": 0.0, "end": 3.0, "text": "x" * 501}, 400),
        ({"start": "here"}, 422),
    ],
)
def test_what_cannot_be_said_is_refused(client, context, run, said, status):
    answer = client.post(f"/runs/{run.id}/annotations", json=said)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "E63"
    assert context.repository.annotations(run.session_id) == ()


def test_of_a_run_that_is_not_there_nothing_is_said(client):
    answer = client.post("/runs/nothing/annotations", json={"start": 0.0, "end": 3.0})
    assert (answer.status_code, answer.json()["code"]) == (404, "E53")
