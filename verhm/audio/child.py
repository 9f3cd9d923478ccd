"""A child process that cannot outlive its use, fill its error pipe or keep its user waiting."""

import contextlib
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Self

_LINES = 300  # kept from the start of the messages, and again from their end
_LINE_BYTES = 1000


class Child:
    """Owns a running process: reads its messages all along, ends it on leaving the block.

    Args:
        process: just started, with its stderr piped

    Attributes:
        timed_out: whether it was killed for keeping its user waiting
    """

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque(maxlen=_LINES)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self.timed_out = False

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A process that has ended already is not touched by this.
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            # Closing flushes what the process has not taken; it will never take it.
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Kill the process when the block lasts longer, which ends any waiting for it."""
        timer = threading.Timer(max(seconds, 0), self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def finish(self) -> int:
        """Wait for the process and for its last message; returns the exit status."""
        status = self._process.wait()
        self._reader.join()
        return status

    @property
    def messages(self) -> str:
        """What the process said so far; the middle of very many lines is left out."""
        return b"".join([*self._head, *self._tail]).decode("utf-8", errors="replace")

    def _read(self) -> None:
        pipe: IO[bytes] = self._process.stderr  # type: ignore[assignment]
        for line in iter(lambda: pipe.readline(_LINE_BYTES), b""):
            (self._head if len(self._head) < _LINES else self._tail).append(line)

    def _expire(self) -> None:
        self.timed_out = True
        self._process.kill()
