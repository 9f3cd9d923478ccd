"""The app in a process of its own, as a person starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
START: Final = 60.0  # s until the app answers
RECORDS: Final = "seven tall otters mend the lock"  # not what any account is opened with


@dataclass(frozen=True)
class RunningApp:
    """An app that answers.

    Attributes:
        url: its address
        pid: of its process
    """

    url: str
    pid: int


@contextmanager
def running(folder: Path, is_unencrypted: bool = False) -> Iterator[RunningApp]:
    """Start the app over an empty folder, and stop it in the end.

    Args:
        folder: that gets the data folder
        is_unencrypted: whether the data are kept as they are
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = [sys.executable, "app.py", "--port", str(port), "--data", str(folder / "data")]
    call += ["--unencrypted"] if is_unencrypted else []
    environment = {**os.environ, "VERHM_PASSPHRASE": RECORDS}
    process = subprocess.Popen(  # noqa: S603 - our own
        call, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield RunningApp(url, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + START
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
