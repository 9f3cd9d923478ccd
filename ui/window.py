"""Showing the page to whoever started the app: in their browser, or in a window of its own.

The window is that of an installed browser, without tabs and address bar. It belongs to a profile of
its own that keeps nothing (incognito), so that neither history nor suggestions tell of a patient.
"""

import atexit
import enum
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path
from typing import Final

_COMMANDS: Final = (
    *("google-chrome", "google-chrome-stable", "chromium", "chromium-browser"),
    *("microsoft-edge", "microsoft-edge-stable", "brave-browser"),
)
_ON_A_MAC: Final = ("Google Chrome", "Microsoft Edge", "Chromium", "Brave Browser")
_ON_WINDOWS: Final = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
    "BraveSoftware/Brave-Browser/Application/brave.exe",
)
_SIZE: Final = "1440,940"  # px
_NEVER: Final = -1  # exit status of what was not started
_NO_WINDOW: Final = (
    "A window of its own needs Chrome, Edge, Chromium or Brave; the page is opened in the browser "
    "instead."
)
_SOON: Final = 5.0  # s; a browser that has ended by then never kept a window open


class Showing(enum.StrEnum):
    """Where the page is opened once it answers."""

    NOWHERE = "nowhere"
    BROWSER = "browser"
    WINDOW = "window"


def show_page(url: str, where: Showing, profile: Path) -> None:
    """Open the page.

    Args:
        url: of the page
        where: in which way; a window falls back to the browser where none can be opened
        profile: folder for what the window's browser needs
    """
    if where is Showing.BROWSER:
        webbrowser.open(url)
    elif where is Showing.WINDOW:
        threading.Thread(target=_open_window, args=(url, profile), daemon=True).start()


def _open_window(url: str, profile: Path) -> None:
    """Open a window, and stop the app as by Ctrl-C once it is closed."""
    program = installed_browser()
    started = time.monotonic()
    status = _NEVER if program is None else _run(program, url, profile)
    if time.monotonic() - started > _SOON:
        signal.raise_signal(signal.SIGINT)
        return
    if status == 0:  # handed over to a window that an earlier start left behind
        return
    print(_NO_WINDOW, file=sys.stderr)
    webbrowser.open(url)


def _run(program: str, url: str, profile: Path) -> int:
    """Show the window until it is closed; returns the browser's exit status."""
    command = [
        program,
        f"--app={url}",
        f"--user-data-dir={profile}",
        f"--window-size={_SIZE}",
        *("--incognito", "--no-first-run", "--no-default-browser-check"),
    ]
    try:
        process = subprocess.Popen(  # noqa: S603 (an installed browser, no shell)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return _NEVER
    atexit.register(process.terminate)
    return process.wait()


def installed_browser() -> str | None:
    """The program of an installed browser that can show a page without tabs; None without one."""
    found = (shutil.which(command) for command in _COMMANDS)
    return next((program for program in (*found, *map(str, _places())) if program), None)


def _places() -> list[Path]:
    """Where browsers lie that are no command, of those that are there."""
    if sys.platform == "darwin":
        places = [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in _ON_A_MAC]
    else:
        names = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        roots = [Path(os.environ[name]) for name in names if name in os.environ]
        places = [root / name for name in _ON_WINDOWS for root in roots]
    return [place for place in places if place.is_file()]
