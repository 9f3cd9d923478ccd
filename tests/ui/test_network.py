"""A clinic's server: the real app over TLS, and the code in its terminal."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.conftest import ADA, PASSPHRASE

WORDS = "correct horse battery"
APP = """
import sys
from pathlib import Path
from tests.ui.fakes import FakeEngine
from ui import start
from ui.settings import read_settings

names = ("data", "port", "tls_cert", "tls_key")
flags = dict(zip(names, sys.argv[1:], strict=True))
start.start(read_settings({**flags, **{name: Path(flags[name]) for name in names[2:]},
                           "host": "0.0.0.0", "name": ["verhm.clinic"]}, {}), FakeEngine)
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    """A certificate for this computer, and its key."""
    program = shutil.which("openssl")
    assert program, "the tests need openssl"
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=verhm.clinic", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, *names, "-keyout", key, "-out", cert], check=True, capture_output=True
    )
    return cert, key


def test_a_network_is_served_over_tls_and_the_first_start_takes_the_terminals_code(
    certificate, port, tmp_path
):
    command = [sys.executable, "-c", APP, tmp_path / "data", port, *certificate]
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().startswith("VERHM waits for the passphrase at https://")
        code = re.search(r"first start: (\S+)", process.stdout.readline())[1]
        form = f"passphrase={WORDS}&again={WORDS}&code=".replace(" ", "+")
        assert ask(port, certificate, "/open", form + "wrong")[0] == 400
        assert ask(port, certificate, "/open", form + code)[0] == 303
        ask(port, certificate, "/")
        assert process.stdout.readline().startswith("VERHM is ready at https://verhm.clinic:")
        assert process.stdout.readline() == f"Code for the first account: {code}\n"
        form = f"name={ADA}&passphrase={PASSPHRASE}&again={PASSPHRASE}&code=".replace(" ", "+")
        assert ask(port, certificate, "/first-run", form + "wrong")[0] == 400
        status, headers = ask(port, certificate, "/first-run", form + code)
        assert (status, headers["location"]) == (303, "/app/")
        assert (
            headers["set-cookie"].startswith("__Host-verhm=")
            and "Secure" in (headers["set-cookie"])
        )
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with pytest.raises((http.client.HTTPException, OSError)):
            plain.request("GET", "/healthz")
            plain.getresponse()
    finally:
        process.kill()
        process.wait()


def ask(port: int, certificate: tuple[Path, Path], address: str, form: str | None = None):
    trusting = ssl.create_default_context(cafile=certificate[0])
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=trusting)
    headers = {
        "origin": f"https://127.0.0.1:{port}",
        "content-type": "application/x-www-form-urlencoded",
    }
    connection.request("POST" if form else "GET", address, form, headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.headers
