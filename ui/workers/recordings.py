"""A recording on its way to a worker: sealed, in pieces, and gone when nobody waits any more."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from redis import Redis

from storage.sealing import PlacedReader, SealedReader, SealedWriter

PIECE: Final = 1 << 22  # bytes
_PATIENCE: Final = 120  # s without a sign of who sent it
_LONGEST: Final = 86_400  # s, more than any analysis takes


class SentRecording:
    """A recording in Redis, for one call.

    It lasts as long as the app asks for it. So it tells a worker, too, whether somebody waits.

    Args:
        redis: where it is
        key: that it is sealed with
        call: what it is for
    """

    def __init__(self, redis: Redis, key: bytes, call: str) -> None:
        self._redis, self._key, self._call = redis, key, call
        self._name, self._claim = f"verhm:recording:{call}", f"verhm:claim:{call}"

    def send(self, path: Path, go_on: Callable[[], None]) -> None:
        """Put a file there, with a few megabytes of it in memory at a time.

        Args:
            path: of the file
            go_on: called after each piece; it may raise
        """
        pieces = _Sender(self._redis, self._name, go_on)
        with path.open("rb") as file, io.BufferedWriter(pieces, PIECE) as target:
            writer = SealedWriter(target, self._key, self._call)
            shutil.copyfileobj(file, writer, PIECE)
            writer.finish()

    def renewed(self) -> bool:
        """Say that somebody waits; returns whether it is still there."""
        return bool(self._redis.expire(self._name, _PATIENCE))

    def taken(self) -> bool:
        """Take it on, unless another worker did: a queue may hand a call out twice."""
        return bool(self._redis.set(self._claim, 1, nx=True, ex=_LONGEST))

    def is_wanted(self) -> bool:
        """Whether somebody waits for what is found in it."""
        return bool(self._redis.exists(self._name))

    def withdraw(self) -> None:
        """Take it away: whoever analyses it stops soon."""
        self._redis.delete(self._name, self._claim)

    @property
    def size(self) -> int:
        """Its bytes, and a few for the seal."""
        return _Pieces(self._redis, self._name).size

    def fetch(self, path: Path) -> None:
        """Write it into a file.

        Raises:
            VaultError: E83 when it was changed on the way, or is no longer there
        """
        pieces = io.BufferedReader(_Pieces(self._redis, self._name), PIECE)
        with SealedReader(pieces, self._key, self._call) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, PIECE)


class _Sender(io.RawIOBase):
    """A stream into numbered pieces of one size, of which the last may be shorter."""

    def __init__(self, redis: Redis, name: str, go_on: Callable[[], None]) -> None:
        super().__init__()
        self._redis, self._name, self._go_on = redis, name, go_on
        self._pending, self._number = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._pending += content
        while len(self._pending) >= PIECE:
            self._send(bytes(self._pending[:PIECE]))
            del self._pending[:PIECE]
        return len(content)

    def close(self) -> None:
        if not self.closed and self._pending:
            self._send(bytes(self._pending))
            self._pending.clear()
        super().close()

    def _send(self, piece: bytes) -> None:
        sending = self._redis.pipeline()
        sending.hset(self._name, str(self._number), piece)
        sending.expire(self._name, _PATIENCE)
        sending.execute()
        self._number += 1
        self._go_on()


class _Pieces(PlacedReader):
    """What a sender sent, read from any place."""

    def __init__(self, redis: Redis, name: str) -> None:
        super().__init__()
        self._redis, self._name = redis, name
        last = redis.hlen(name) - 1
        self.size = max(0, last) * PIECE + redis.hstrlen(name, str(last))
        self._number, self._piece = -1, b""

    def readinto(self, buffer: Any) -> int:
        """Read what is left of one piece, at most; nothing once it was withdrawn."""
        number, start = divmod(self._place, PIECE)
        if number != self._number:
            self._number, self._piece = number, self._fetch(number)
        content = self._piece[start : start + len(buffer)]
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def _fetch(self, number: int) -> bytes:
        piece = self._redis.hget(self._name, str(number)) or b""
        assert isinstance(piece, bytes)  # it decodes nothing unless told to
        return piece
