"""The start of the app: failures are one line."""

import io
import os
import socket

import pytest
from filelock import FileLock

import app


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """The app sets variables for its libraries; they must not reach other tests."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_a_busy_port_is_one_line_and_exit_code_2(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert app.main(["--port", port, "--data", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("E73")
    assert not list(tmp_path.iterdir())


def test_an_unfit_setting_is_one_line_and_exit_code_2(tmp_path, capsys):
    assert app.main(["--host", "0.0.0.0", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E71")


def test_a_folder_that_another_copy_uses_is_left_alone(tmp_path, capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with FileLock(tmp_path / "verhm.lock"):
        assert app.main(["--port", port, "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E56")


def test_where_others_could_read_along_the_passphrase_is_not_asked_for_in_a_browser(
    tmp_path, capsys, monkeypatch
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    os.environ.pop("VERHM_PASSPHRASE", None)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    network = ["--host", "0.0.0.0", "--allow-plain-http"]
    assert app.main([*network, "--port", port, "--data", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("E81")
    assert {path.name for path in tmp_path.iterdir()} <= {"verhm.lock"}


def test_nothing_that_the_app_starts_inherits_the_passphrase(tmp_path, capsys):
    os.environ["VERHM_PASSPHRASE"] = "words for the tests"
    with FileLock(tmp_path / "verhm.lock"):
        assert app.main(["--change-passphrase", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E56")
    assert "VERHM_PASSPHRASE" not in os.environ
