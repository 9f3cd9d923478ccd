"""A Redis server and workers of the tests' own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from ui.workers.address import QUEUE, QUEUE_KEY, QueueAddress, new_queue_key

PASSWORD = "words-of-the-queue"
START = 60.0  # s


class Broker:
    """A running Redis server, which keeps nothing when it stops."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = QueueAddress(
            f"redis://:{PASSWORD}@127.0.0.1:{self._port}/0", bytes.fromhex(new_queue_key())
        )
        self.redis = Redis.from_url(self.address.url)
        self.start()

    def start(self) -> None:
        """Begin with nothing."""
        program = shutil.which("redis-server")
        assert program, "these tests need Redis; ./test installs it"
        asked = [program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        asked += ["--requirepass", PASSWORD, "--dir", str(self.folder), "--daemonize", "no"]
        self.process = subprocess.Popen(asked, stdout=subprocess.DEVNULL)
        wait_until(lambda: _answers(self._port))

    def stop(self) -> None:
        """End it, with all that it has."""
        self.redis.close()
        self.process.kill()
        self.process.wait()


@contextmanager
def working(
    address: QueueAddress, module: str = "tests.ui.workers.process"
) -> Iterator[subprocess.Popen[str]]:
    """A worker that is ready; what it prints can be read when it has ended."""
    home = tempfile.mkdtemp()
    variables = {QUEUE: address.url, QUEUE_KEY: address.key.hex(), "XDG_DATA_HOME": home}
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert any(line.startswith("Ready") for line in process.stdout)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        shutil.rmtree(home)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that is to happen soon."""
    deadline = time.monotonic() + START
    while not condition():
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
