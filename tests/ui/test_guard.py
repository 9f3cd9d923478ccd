"""The guard lets this computer's own page in, and nobody else's."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ui.guard import HEADERS, Guard


async def _greet(socket):
    await socket.accept()
    await socket.send_text("in")
    await socket.close()


@pytest.fixture
def client(settings):
    page = Route("/", lambda _: PlainTextResponse("in"), methods=["GET", "POST"])
    app = Starlette(routes=[page, WebSocketRoute("/socket", _greet)])
    return TestClient(Guard(app, settings), base_url="http://127.0.0.1:7860")


def test_every_answer_carries_the_security_headers(client):
    for answer in (client.get("/"), client.get("/nothing"), client.get("/", headers={"host": "x"})):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_the_content_policy_names_no_other_host():
    assert "http" not in HEADERS["Content-Security-Policy"]
    assert "*" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "127.0.0.1"])
def test_this_computer_may_ask(client, host):
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[", "[::1", "127.0.0.1]"],
)
def test_a_name_that_was_rebound_to_this_computer_may_not(client, host):
    assert client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_cannot_make_the_browser_post(client, headers):
    assert client.post("/", headers=headers).status_code == 403
    assert client.get("/", headers=headers).status_code == 200


def test_the_page_itself_may_post(client):
    own = {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
    assert client.post("/", headers=own).status_code == 200
    assert client.post("/").status_code == 200


OWN = {"host": "127.0.0.1:7860"}


@pytest.mark.parametrize(
    "headers", [OWN, {**OWN, "origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}]
)
def test_the_page_itself_may_open_a_websocket(client, headers):
    with client.websocket_connect("/socket", headers=headers) as socket:
        assert socket.receive_text() == "in"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "["},
        {**OWN, "origin": "http://evil.example"},
        {**OWN, "origin": "http://["},
        {**OWN, "sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_may_not_open_a_websocket(client, headers):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers=headers):
        pass
