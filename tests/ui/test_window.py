"""The window is an installed browser's; a stand-in notes how it was called, and ends as told."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.browser.running import RECORDS, ROOT, free_port
from ui import window
from ui.window import Showing, installed_browser, show_page

URL = "http://127.0.0.1:1"


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Function that installs a browser made of a script; returns where its call is noted."""

    def install(script: str) -> Path:
        folder, calls = tmp_path / "bin", tmp_path / "calls"
        folder.mkdir()
        program = folder / "google-chrome"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {calls}\n{script}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
        return calls

    return install


@pytest.fixture
def stopped(monkeypatch):
    """The signals by which the app was asked to stop."""
    asked: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", asked.append)
    return asked


@pytest.fixture
def opened(monkeypatch):
    """What was opened in the usual browser."""
    addresses: list[str] = []
    monkeypatch.setattr(window.webbrowser, "open", addresses.append)
    return addresses


def wait_for(is_so):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_closed_window_stops_the_app(browser, stopped, opened, tmp_path, monkeypatch):
    calls = browser("sleep 0.3")
    monkeypatch.setattr(window, "_SOON", 0.2)
    show_page(URL, Showing.WINDOW, tmp_path / "profile")
    wait_for(lambda: stopped)
    assert stopped == [signal.SIGINT]
    words = calls.read_text().split()
    assert f"--app={URL}" in words
    assert f"--user-data-dir={tmp_path / 'profile'}" in words
    assert "--incognito" in words
    assert not opened


def test_a_browser_that_fails_at_once_is_replaced_by_the_usual_one(
    browser, stopped, opened, tmp_path, capsys
):
    browser("exit 3")
    show_page(URL, Showing.WINDOW, tmp_path / "profile")
    wait_for(lambda: opened)
    assert opened == [URL]
    assert "opened in the browser instead" in capsys.readouterr().err
    assert not stopped


def test_a_call_that_an_earlier_window_takes_over_stops_nothing(browser, stopped, opened, tmp_path):
    calls = browser("exit 0")
    show_page(URL, Showing.WINDOW, tmp_path / "profile")
    wait_for(calls.exists)
    time.sleep(0.3)
    assert not stopped and not opened


def test_without_a_browser_for_it_the_usual_one_is_asked(stopped, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(window, "installed_browser", lambda: None)
    show_page(URL, Showing.WINDOW, tmp_path / "profile")
    wait_for(lambda: opened)
    assert not stopped


def test_browsers_that_are_no_command_are_found_where_they_lie(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    assert installed_browser() is None
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    assert installed_browser() == str(edge)


def test_nothing_is_opened_unless_asked_for(opened, tmp_path):
    show_page(URL, Showing.NOWHERE, tmp_path)
    assert not opened


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_the_real_app_ends_when_its_window_is_closed(browser, tmp_path):
    calls = browser("sleep 6")
    port, data = str(free_port()), str(tmp_path / "data")
    finished = subprocess.run(
        [sys.executable, "app.py", "--window", "--port", port, "--data", data],
        cwd=ROOT,
        env={**os.environ, "VERHM_PASSPHRASE": RECORDS},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "VERHM is stopping; what was saved stays." in finished.stdout
    assert "--app=http://127.0.0.1:" in calls.read_text()
