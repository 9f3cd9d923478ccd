"""The door opens for the passphrase alone, and before it opens there is nothing else."""

import threading
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from storage.failures import disk_full, wrong_passphrase
from storage.keys import new_key
from storage.vault import Vault
from tests.ui.conftest import URL
from ui import opening as opening_module
from ui.allowed import RULES
from ui.door_app import make_door
from ui.headers import HEADERS
from ui.opening import Opening
from ui.tries import MOST, MOST_HERE, WITHIN, Tries
from verhm.errors import RequestError

WORDS, OTHERS = "correct horse battery", "quite another sentence"
CODE = "ABCD-EF01-2345"


class Lock:
    """Opens with the right words, and remembers whether the app went on."""

    def __init__(self) -> None:
        self.vault = Vault(new_key())
        self.asked: list[str] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.has_left = False

    def __call__(self, passphrase: str) -> Vault:
        self.asked.append(passphrase)
        assert self.goes_on.wait(10)
        if passphrase == "no room for this":
            raise disk_full()
        if passphrase != WORDS:
            raise wrong_passphrase()
        return self.vault

    def leave(self) -> None:
        self.has_left = True


@pytest.fixture
def lock():
    return Lock()


def browser(settings, lock, opening=None, **options) -> TestClient:
    app = make_door(settings, opening or Opening(lock), lock.leave, **options)
    return TestClient(app, base_url=URL, headers={"origin": URL}, follow_redirects=False)


def test_the_right_passphrase_opens_and_the_page_goes_on_by_itself(settings, lock):
    opening = Opening(lock)
    with browser(settings, lock, opening) as client:
        assert "Open the records" in client.get("/").text
        answer = client.post("/open", data={"passphrase": WORDS})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert not lock.has_left
        assert "http-equiv='refresh' content='1; url=/'" in client.get("/").text
    assert lock.has_left
    assert opening.result() is lock.vault


def test_a_wrong_passphrase_is_refused_with_its_code_and_can_be_tried_again(settings, lock):
    opening = Opening(lock)
    with browser(settings, lock, opening) as client:
        for wrong in (OTHERS, ""):
            answer = client.post("/open", data={"passphrase": wrong})
            assert answer.status_code == 400
            assert "E80" in answer.text and (not wrong or wrong not in answer.text)
        assert "E80" not in client.get("/").text  # said once
        assert not lock.has_left
        assert client.post("/open", data={"passphrase": WORDS}).status_code == 303
    assert opening.result() is lock.vault


def test_after_five_wrong_ones_even_the_right_one_has_to_wait(settings, lock):
    moment = [0.0]
    with browser(settings, lock, tries=Tries(lambda: moment[0])) as client:
        for _ in range(MOST_HERE):
            assert client.post("/open", data={"passphrase": OTHERS}).status_code == 400
        answer = client.post("/open", data={"passphrase": WORDS})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
        assert "E66" in answer.text and "Wait 15 minutes" in answer.text
        assert lock.asked == [OTHERS] * MOST_HERE
        moment[0] = WITHIN + 1
        assert client.post("/open", data={"passphrase": WORDS}).status_code == 303


def test_many_addresses_have_no_more_tries_than_some():
    tries = Tries(lambda: 0.0)
    for number in range(MOST):
        tries.count(f"10.0.0.{number}")
    with pytest.raises(RequestError, match="E66"):
        tries.count("10.0.1.1")


def test_before_it_is_open_nothing_of_the_app_answers(settings, lock):
    reached = {}
    with browser(settings, lock) as client:
        for rule in RULES:
            address = rule.path.pattern.replace("[0-9A-Za-z-]{1,64}", "x").replace("(?P<id>x)", "x")
            if not set(address) & set("[]()\\|+?*"):
                for method in rule.methods:
                    reached[method, address] = client.request(method, address)
        events = "/app/gradio_api/queue/join"
        assert client.post(events, json={"data": [], "fn_index": 0}).status_code == 401
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/"):
            pass
    assert len(reached) >= 20
    open_to_all = {("GET", f"/{name}") for name in ("", "healthz", "favicon.ico", "manifest.json")}
    for (method, address), answer in reached.items():
        if (method, address) in open_to_all:
            assert answer.status_code == 200
        elif answer.status_code == 303:
            assert (method, answer.headers["location"]) == ("GET", "/")
        else:
            assert (answer.status_code, answer.json()["code"]) == (401, "E68"), address
    assert not lock.asked


def test_another_site_cannot_try_a_passphrase(settings, lock):
    with browser(settings, lock) as client:
        for headers in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
            answer = client.post("/open", data={"passphrase": WORDS}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "E69")
        assert client.get("/", headers={"host": "evil.example"}).status_code == 403
    assert not lock.asked


def test_its_pages_run_nothing_and_are_kept_by_no_browser(settings, lock):
    with browser(settings, lock) as client:
        answer = client.get("/")
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


def test_a_passphrase_is_chosen_by_typing_it_twice(settings, lock):
    opening = Opening(lock, is_new=True)
    with browser(settings, lock, opening) as client:
        page = client.get("/").text
        assert "Nobody can recover it" in page and "not encrypted yet" not in page
        answer = client.post("/open", data={"passphrase": WORDS, "again": OTHERS})
        assert (answer.status_code, "E63" in answer.text) == (400, True)
        assert not lock.asked
        for _ in range(MOST_HERE):  # whoever chooses guesses at nothing
            answer = client.post("/open", data={"passphrase": "no room for this", "again": "no"})
        both = {"passphrase": "no room for this", "again": "no room for this"}
        assert "E51" in client.post("/open", data=both).text
        assert client.post("/open", data={"passphrase": WORDS, "again": WORDS}).status_code == 303
    assert opening.result() is lock.vault


def test_on_a_network_only_whoever_sees_the_terminal_chooses(settings, lock):
    network = replace(settings, host="0.0.0.0", allows_plain=True)
    both = {"passphrase": WORDS, "again": WORDS}
    with browser(network, lock, Opening(lock, is_new=True), setup_code=CODE) as client:
        assert "in the terminal" in client.get("/").text
        assert "E65" in client.post("/open", data={**both, "code": "0000-0000-0000"}).text
        assert "E65" in client.post("/open", data=both).text
        assert not lock.asked
        assert client.post("/open", data={**both, "code": CODE.lower()}).status_code == 303
    with browser(network, lock, setup_code=CODE) as client:
        assert "in the terminal" not in client.get("/").text


def test_work_that_takes_long_is_shown_and_not_begun_twice(settings, lock, monkeypatch, until):
    monkeypatch.setattr(opening_module, "SOON", 0.01)
    lock.goes_on.clear()
    both = {"passphrase": "no room for this", "again": "no room for this"}
    with browser(settings, lock, Opening(lock, is_new=True, is_filled=True)) as client:
        assert "not encrypted yet" in client.get("/").text
        assert client.post("/open", data=both).status_code == 303
        assert "Encrypting the records" in client.get("/").text
        assert client.post("/open", data=both).status_code == 303
        assert lock.asked == [both["passphrase"]]
        lock.goes_on.set()
        until(
            lambda: "Encrypting the records" not in (text := client.get("/").text) and "E51" in text
        )
    assert not lock.has_left


def test_an_unforeseen_failure_ends_the_door_and_is_not_swallowed(settings, lock):
    def fail(passphrase: str) -> Vault:
        raise ZeroDivisionError

    opening = Opening(fail)
    with browser(settings, lock, opening) as client:
        client.post("/open", data={"passphrase": WORDS})
        client.get("/")
    assert lock.has_left
    with pytest.raises(ZeroDivisionError):
        opening.result()


def test_an_app_that_is_stopped_at_the_door_opens_nothing(settings, lock):
    opening = Opening(lock)
    with browser(settings, lock, opening) as client:
        client.post("/open", data={"passphrase": OTHERS})
    with pytest.raises(KeyboardInterrupt):
        opening.result()
