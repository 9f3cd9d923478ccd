"""Signing in at the real app, by its forms, as a browser without scripts does."""

import re
import time

import pytest
from fastapi.testclient import TestClient

from storage.account_models import Role
from storage.repository import open_accounts, open_repository
from tests.storage.people import CHEAP, OTHER
from tests.ui.conftest import ADA, PASSPHRASE, URL, signed_in_client
from ui.context import AppContext
from ui.server import make_app

ENTERED = {"name": ADA, "passphrase": PASSPHRASE}


@pytest.fixture
def stranger(context, accounts):
    """A browser in which nobody is signed in."""
    with TestClient(make_app(context, accounts), base_url=URL, headers={"origin": URL}) as client:
        yield client


@pytest.fixture
def new_clinic(tmp_path, context):
    """A server that nobody used yet, and the code in its terminal."""
    repository = open_repository(tmp_path / "new")
    fresh = AppContext(repository, context.jobs, context.intake, context.settings)
    app = make_app(fresh, open_accounts(repository, CHEAP), "ABCD-EF01-2345")
    with TestClient(app, base_url=URL, headers={"origin": URL}) as client:
        yield client
    repository.close()


def test_the_first_account_is_made_by_whoever_reads_the_terminal_and_by_nobody_after(new_clinic):
    assert new_clinic.get("/", follow_redirects=False).headers["location"] == "/first-run"
    entered = {**ENTERED, "again": PASSPHRASE, "code": "0000"}
    assert new_clinic.post("/first-run", data=entered).status_code == 400
    assert new_clinic.post("/first-run", data={**entered, "again": OTHER}).status_code == 400
    weak = {"passphrase": "password", "again": "password", "code": "ABCD-EF01-2345"}
    assert "E67" in new_clinic.post("/first-run", data={**entered, **weak}).text
    right = {**entered, "code": "abcd-ef01-2345"}
    made = new_clinic.post("/first-run", data=right, follow_redirects=False)
    assert made.headers["location"] == "/app/"
    assert new_clinic.get("/app/").status_code == 200
    second = new_clinic.post("/first-run", data={**right, "name": "Mallory"})
    assert second.status_code == 400 and "E69" in second.text


def test_after_5_wrong_passphrases_the_answer_is_429(stranger):
    wrong = {**ENTERED, "passphrase": "not the passphrase"}
    codes = [stranger.post("/sign-in", data=wrong).status_code for _ in range(7)]
    assert codes == [400] * 5 + [429] * 2
    right = stranger.post("/sign-in", data=ENTERED)
    assert right.status_code == 429 and right.headers["Retry-After"] == "900"


def test_at_most_20_guesses_are_heard_whatever_a_proxys_header_says(stranger):
    codes = []
    for number in range(30):
        wrong = {"name": f"name {number}", "passphrase": "not the passphrase"}
        headers = {"x-forwarded-for": f"10.0.0.{number}", "forwarded": f"for=10.0.0.{number}"}
        codes.append(stranger.post("/sign-in", data=wrong, headers=headers).status_code)
    assert codes == [400] * 20 + [429] * 10


def test_an_unknown_name_gets_the_same_page(stranger):
    known, unknown = (
        stranger.post("/sign-in", data={"name": name, "passphrase": "not the passphrase"})
        for name in (ADA, "Nobody Here")
    )
    assert known.text.replace(ADA, "") == unknown.text.replace("Nobody Here", "")
    assert known.status_code == unknown.status_code == 400


def test_after_a_wrong_passphrase_the_keyboard_is_at_the_passphrase(stranger):
    focused = re.compile(r"<input autofocus name='(\w+)'")
    assert focused.findall(stranger.get("/sign-in").text) == ["name"]
    refused = stranger.post("/sign-in", data={"name": ADA, "passphrase": "not the passphrase"})
    assert focused.findall(refused.text) == ["passphrase"]


def test_an_id_that_was_planted_before_is_not_the_one_after(stranger):
    stranger.cookies.set("verhm", "planted by somebody else", domain="127.0.0.1")
    answer = stranger.post("/sign-in", data=ENTERED, follow_redirects=False)
    assert "planted" not in answer.headers["set-cookie"]
    stranger.cookies.clear()
    for planted in ("planted by somebody else", ""):
        cookie = {"cookie": f"verhm={planted}"}
        assert stranger.get("/jobs", headers=cookie).status_code == 401


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(client):
    copied = {"cookie": f"verhm={client.cookies['verhm']}"}
    assert client.get("/jobs", headers=copied).status_code == 200
    client.post("/sign-out")
    client.cookies.clear()
    for method, address in (("GET", "/jobs"), ("POST", "/unlock"), ("POST", "/takes")):
        assert client.request(method, address, headers=copied).status_code == 401


def test_signing_out_everywhere_ends_the_other_browser_too(context, accounts, client):
    with signed_in_client(make_app(context, accounts)) as other:
        assert other.get("/jobs").status_code == 200
        client.post("/account/sign-out-everywhere")
        assert other.get("/jobs").status_code == 401


def test_a_colleague_is_added_chooses_a_passphrase_is_shared_with_and_removed(
    client, context, accounts, add_session
):
    session = add_session("P-0417")
    entered = {"name": "Bert", "role": Role.CLINICIAN, "passphrase": OTHER}
    assert client.post("/account/people", data=entered).status_code == 200
    bert_id = next(each.id for each in accounts.everybody() if each.name == "Bert")
    app = make_app(context, accounts)
    with TestClient(app, base_url=URL, headers={"origin": URL}) as bert:
        bert.post("/sign-in", data={"name": "Bert", "passphrase": OTHER})
        assert bert.get("/app/", follow_redirects=False).headers["location"] == "/account"
        assert bert.get("/jobs").status_code == 403
        fresh = {"before": OTHER, "passphrase": PASSPHRASE, "again": PASSPHRASE}
        bert.post("/account/passphrase", data=fresh)
    with signed_in_client(app, "Bert") as bert:
        recording = f"/sessions/{session.id}/recording"
        assert bert.get(recording).status_code == 404
        share = {"patient": session.patient_id, "account": bert_id}
        assert "P-0417</b> with Bert" in client.post("/account/shares", data=share).text
        assert bert.get(recording).status_code == 200
        client.post("/account/shares", data={**share, "what": "stop"})
        assert bert.get(recording).status_code == 404
        shown = client.post(f"/account/people/{bert_id}/role", data={"role": Role.RESEARCHER})
        assert "<b>Bert</b> researcher" in shown.text
        assert bert.get(recording).status_code == 401
        refused = client.post(f"/account/people/{bert_id}/role", data={"role": "owner"})
        assert "E63" in refused.text
    with signed_in_client(app, "Bert") as bert:
        assert bert.get(recording).status_code == 403  # never a researcher's
        client.post(f"/account/people/{bert_id}/remove")
        assert bert.get(recording).status_code == 401


def test_what_was_entered_is_shown_as_text(stranger):
    name = "<script>alert(1)</script>"
    answer = stranger.post("/sign-in", data={"name": name, "passphrase": "x"})
    assert "<script" not in answer.text


def test_a_form_that_is_far_too_long_is_refused_quickly(stranger):
    began = time.monotonic()
    answer = stranger.post("/sign-in", content=b"name=" + b"x" * 2_000_000)
    assert answer.status_code == 400 and answer.json()["code"] == "E63"
    assert time.monotonic() - began < 5.0
