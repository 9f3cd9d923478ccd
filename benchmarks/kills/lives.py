"""Lives of the app, each in a process group of its own that can be killed as a whole."""

import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from benchmarks.kills import slim
from benchmarks.kills.page import RECORDS
from ui.settings import PASSPHRASE

_ROOT: Final = Path(__file__).parents[2]
_LONGEST_START: Final = 180.0  # s, on a busy machine
_SOON: Final = 1.0  # s


class Dead(Exception):
    """The app was killed meanwhile."""


Process = subprocess.Popen[bytes] | BaseProcess


class Life:
    """One life of the app, from its start to its kill.

    Args:
        data: the data folder
        is_true: whether it is `app.py` with model and renderer; slim ones have stand-ins for both
    """

    def __init__(self, data: Path, is_true: bool) -> None:
        self.data = data
        self.is_true = is_true
        self.log = data.parent / "app.log"
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.begun = time.monotonic()
        self._app = self._start()

    def __enter__(self) -> "Life":
        """Live within the block, and no longer."""
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_alive():
            self.kill()

    def kill(self) -> None:
        """Take the whole process group away, at once."""
        with contextlib.suppress(ProcessLookupError):  # it has not made its group yet
            os.killpg(self._app.pid or 0, signal.SIGKILL)
        self._app.kill()
        _end(self._app)

    @contextlib.contextmanager
    def killed_after(self, seconds: float) -> Iterator[None]:
        """Be killed while the block is at work, or when it is through."""
        timer = threading.Timer(seconds, self.kill)
        timer.start()
        try:
            yield
        finally:
            timer.join()

    def is_alive(self) -> bool:
        """Whether it was not killed yet."""
        return _code(self._app) is None

    def wait(self) -> float:
        """Wait until it answers; returns the seconds that its start took.

        Raises:
            Dead: when it ended before
        """
        while self.is_alive():
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=_LONGEST_START),  # noqa: S310
            ):
                return time.monotonic() - self.begun
            time.sleep(0.01)
        raise Dead

    def back_up(self, target: Path) -> int:
        """Run `python -m storage backup` in the same process group; returns its exit status.

        Raises:
            Dead: when it was killed along with the app
        """
        try:
            command = self._start_backup(target)
        except (OSError, subprocess.SubprocessError) as error:  # there is no such group any more
            raise Dead from error
        while _code(command) is None and self.is_alive():
            time.sleep(0.01)
        code = _code(command)
        if code != 0 and self._dies():
            command.kill()
            _end(command)
            raise Dead
        return code or 0

    def _dies(self) -> bool:
        """Whether it is dead, or will be in a moment: a group does not die all at once."""
        until = time.monotonic() + _SOON
        while self.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        return not self.is_alive()

    def _start(self) -> Process:
        if not self.is_true:
            return _forked(slim.serve, self.data, self._port, RECORDS, self.log)
        call = ["app.py", "--port", str(self._port), "--data", str(self.data)]
        return self._called(call, group=0)

    def _start_backup(self, target: Path) -> Process:
        group = self._app.pid or 0
        if not self.is_true:
            return _forked(slim.back_up, self.data, target, RECORDS, group, self.log)
        call = ["-m", "storage", "backup", str(target), "--data", str(self.data)]
        return self._called(call, group)

    def _called(self, call: list[str], group: int) -> Process:
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own
                [sys.executable, *call],
                cwd=_ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, PASSPHRASE: RECORDS},
                process_group=group,
            )


def _forked(work: Callable[..., None], *arguments: Any) -> Process:
    """A process of one that has imported everything already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([slim.__name__])
    process = context.Process(target=work, args=arguments)
    process.start()
    return process


def _code(process: Process) -> int | None:
    """Its exit status; None while it lives."""
    return process.poll() if isinstance(process, subprocess.Popen) else process.exitcode


def _end(process: Process) -> None:
    if isinstance(process, subprocess.Popen):
        process.wait()
    else:
        process.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
