"""The real app at its first start, asked as a browser would."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

from storage.safe import Safe

APP = """
import functools
import sys
import app
from tests.ui.fakes import FakeEngine
from ui import start

start.start = functools.partial(start.start, engine=FakeEngine)
sys.exit(app.main(sys.argv[1:]))
"""


class Started:
    """The app as it runs."""

    def __init__(self, data: Path, *flags: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        place = ["--port", str(self.port), "--data", str(data)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", APP, *place, *flags],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line in the terminal."""
        return self.process.stdout.readline()

    def ask(self, address: str, **entered: str):
        """Send a form, or ask for a page; returns status, headers and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        form = {"content-type": "application/x-www-form-urlencoded"}
        headers = {"origin": f"http://127.0.0.1:{self.port}", **form} if entered else {}
        method, body = ("POST", urllib.parse.urlencode(entered)) if entered else ("GET", None)
        with contextlib.closing(connection):
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def stop(self) -> int:
        """As the system does when it shuts down."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def begin(data):
    with contextlib.ExitStack() as stack:

        def begin(*flags: str) -> Started:
            started = Started(data, *flags)
            stack.callback(started.process.wait)
            stack.callback(started.process.kill)
            return started

        yield begin


def test_an_app_that_is_stopped_at_the_door_has_made_nothing(begin, data):
    app = begin()
    app.line()
    assert app.stop() == 0
    assert {path.name for path in data.iterdir()} <= {"verhm.lock"}


def test_unencrypted_there_is_no_door(begin, data):
    app = begin("--unencrypted")
    assert app.line().startswith("VERHM is ready at")
    assert "the passphrase that opens the records" not in app.ask("/first-run")[2]
    assert Safe(data).has_plain
