"""The guard answers what a rule allows, to whom it allows it, and nothing else."""

import asyncio
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from storage.belongings import Belongings
from tests.ui.conftest import ADA, PASSPHRASE, URL, signed_in_client
from ui.guard import Guard
from ui.headers import CONTENT_POLICY, HEADERS
from ui.server import make_app
from ui.settings import AppSettings, read_settings
from verhm.errors import RequestError

OWN = {"origin": URL, "sec-fetch-site": "same-origin"}


@pytest.fixture
def stranger(context, accounts):
    """A browser in which nobody is signed in."""
    with TestClient(make_app(context, accounts), base_url=URL) as client:
        yield client


def test_camera_and_microphone_are_the_app_s_own_pages_alone():
    allowed = dict(each.split("=") for each in HEADERS["Permissions-Policy"].split(", "))
    assert allowed == {"camera": "(self)", "geolocation": "()", "microphone": "(self)"}


def test_every_answer_carries_the_security_headers(client, stranger):
    answers = [
        client.get("/app/"),
        client.get("/nothing"),
        client.get("/app/", headers={"host": "x"}),
        stranger.get("/jobs"),
        stranger.get("/sign-in"),
    ]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answers[-1].headers["Content-Security-Policy"]
    assert "default-src 'none'" in answers[-1].headers["Content-Security-Policy"]


def test_the_content_policy_names_no_other_host():
    assert "http" not in CONTENT_POLICY
    assert "*" not in CONTENT_POLICY


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "127.0.0.1"])
def test_this_computer_may_ask(stranger, host):
    assert stranger.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[", "[::1", "127.0.0.1]"],
)
def test_a_name_that_was_rebound_to_this_computer_may_not(stranger, host):
    assert stranger.get("/healthz", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:7860"},
        {"origin": "null"},
        {"origin": URL, "sec-fetch-site": "cross-site"},
        {"origin": URL, "sec-fetch-site": "same-site"},
        {"origin": URL, "sec-fetch-site": "none"},
        {"origin": ""},
    ],
)
def test_another_site_cannot_make_the_browser_change_anything(client, headers):
    for address in ("/takes?sample_rate=16000", "/sign-out", "/lock", "/account/people"):
        assert client.post(address, headers=headers).status_code == 403
    assert client.delete(f"/recordings/{'0' * 32}", headers=headers).status_code == 403
    assert client.get("/jobs").status_code == 200


def test_a_change_that_does_not_say_where_it_comes_from_is_refused(context, accounts):
    with signed_in_client(make_app(context, accounts)) as client:
        del client.headers["origin"]
        assert client.post("/takes?sample_rate=16000").status_code == 403
        for name, value in OWN.items():
            headers = {name: value}
            assert client.post("/takes?sample_rate=16000", headers=headers).status_code == 200


def test_nothing_answers_a_websocket(client):
    headers = {"host": "127.0.0.1:7860", **OWN}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/app/", headers=headers):
        pass


def test_a_stranger_is_led_to_the_form_and_does_not_learn_what_there_is(stranger):
    for address in ("/", "/app/", "/account"):
        answer = stranger.get(address, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    known, unknown = stranger.get("/jobs"), stranger.get("/there/is/none")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.json()["code"] == "E68"


def test_a_locked_browser_is_shown_nothing_and_its_recording_goes_on(client, context):
    take = client.post("/takes?sample_rate=16000").json()["id"]
    assert client.post("/lock").status_code == 204
    for address in ("/jobs", "/takes", f"/recordings/{take}", "/account/none"):
        assert client.get(address).status_code == 423
    assert client.get("/app/", follow_redirects=False).headers["location"] == "/sign-in"
    piece = client.post(f"/takes/{take}/pieces?offset=0", content=bytes(3_200))
    assert piece.json() == {"safe": 3_200}
    wrong = client.post("/unlock", data={"passphrase": "not the passphrase"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "E65")
    assert client.post("/unlock", data={"passphrase": PASSPHRASE}).status_code == 200
    assert client.post(f"/takes/{take}/finish").json()["seconds"] == 0.1


def test_what_the_page_asks_by_itself_keeps_nobody_signed_in_and_a_recording_does(
    context, people_clock, accounts_by_clock
):
    with signed_in_client(make_app(context, accounts_by_clock)) as client:
        take = client.post("/takes?sample_rate=16000").json()["id"]
        for number in range(4):
            people_clock.pass_by(minutes=10)
            address = f"/takes/{take}/pieces?offset={2 * number}"
            assert client.post(address, content=bytes(2)).status_code == 200
        for _ in range(3):
            assert client.get("/jobs").status_code == 200
            people_clock.pass_by(minutes=5)
        assert client.get("/jobs").status_code == 401
        assert client.post(f"/takes/{take}/pieces?offset=8", content=bytes(2)).status_code == 401


def test_an_event_of_somebody_elses_page_or_with_a_file_in_it_is_refused(client, context):
    address = "/app/gradio_api/queue/join"
    event = {"data": [], "fn_index": 0, "session_hash": "mine"}
    for body in (
        {**event, "session_hash": None},
        {**event, "data": [{"path": "/etc/passwd"}]},
        {**event, "data": [[{"deep": [{"path": str(context.settings.data / "verhm.db")}]}]]},
        {**event, "event_data": {"path": "x"}},
        [],
        "text",
    ):
        assert client.post(address, json=body).status_code == 404
    assert client.post(address, content=b"{" * 100_000).status_code == 404
    assert client.post(address, content=b'{"a":' * 50_000).status_code == 404


def test_over_tls_the_cookie_is_for_this_host_and_tls_alone(context, accounts, tmp_path):
    settings = replace(context.settings, tls_cert=tmp_path / "a", tls_key=tmp_path / "b")
    url = "https://127.0.0.1:7860"
    app = make_app(replace(context, settings=settings), accounts)
    with TestClient(app, base_url=url, headers={"origin": url}) as client:
        entered = {"name": ADA, "passphrase": PASSPHRASE}
        answer = client.post("/sign-in", data=entered, follow_redirects=False)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-verhm=")
        for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
            assert part in cookie
        assert client.get("/jobs").status_code == 200


def test_without_tls_the_cookie_is_hidden_from_scripts_and_other_sites(stranger):
    entered = {"name": ADA, "passphrase": PASSPHRASE}
    answer = stranger.post("/sign-in", data=entered, headers=OWN, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Max-Age" not in cookie


def test_on_a_network_numbers_and_given_names_are_answered_alone(context, accounts, tmp_path):
    settings = AppSettings(
        context.settings.data, host="0.0.0.0", allows_plain=True, names=("verhm.clinic",)
    )
    app = make_app(replace(context, settings=settings), accounts)
    with TestClient(app, base_url=URL) as client:
        for host in ("verhm.clinic:7860", "192.168.1.2:7860", "localhost"):
            assert client.get("/healthz", headers={"host": host}).status_code == 200
        for host in ("evil.example", "verhm.clinic.evil.example", "clinic"):
            assert client.get("/healthz", headers={"host": host}).status_code == 403


def test_a_certificate_that_cannot_be_used_is_said(tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    flags = {"host": "0.0.0.0", "tls_cert": cert, "tls_key": key}
    with pytest.raises(RequestError, match="E71 The certificate or its key is not there"):
        read_settings(flags, {})
    cert.write_text("no certificate")
    key.write_text("no key")
    with pytest.raises(RequestError, match="E71 The certificate and its key cannot be used"):
        read_settings(flags, {})
    with pytest.raises(RequestError, match="E71 Of certificate and key one is missing"):
        read_settings({**flags, "tls_key": None}, {})


def test_a_stream_ends_soon_after_its_reader_was_signed_out(context, accounts, monkeypatch):
    monkeypatch.setattr("ui.guard.CHECKED", 0.0)
    token = accounts.sign_ins.sign_in(ADA, PASSPHRASE, "127.0.0.1")
    sent = []

    async def stream(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(4):
            if number == 2:
                accounts.sign_ins.sign_out(token)
            part = {"type": "http.response.body", "body": b"%d" % number, "more_body": True}
            await send(part)

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    belongings = Belongings(context.repository.database)
    guard = Guard(stream, context.settings, accounts, belongings, accounts.audit)
    headers = [(b"host", b"127.0.0.1"), (b"cookie", f"verhm={token}".encode())]
    path = "/app/gradio_api/heartbeat/page"
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    asyncio.run(guard({**scope, "headers": headers}, receive, send))
    assert [each.get("body") for each in sent[1:]] == [b"0", b"1", b""]
    assert sent[-1]["more_body"] is False
