"""Files sealed with AES-256-GCM: written as a stream, read from any place, never changed unseen.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the content in numbered
chunks of a fixed size, each sealed with its number and with whether it is the last in its nonce.
As in Tink's streaming AES-GCM-HKDF, each file has a key of its own, derived from a random salt in
its first bytes and from the file's identity; so nonces never meet again, chunks cannot change
places, and one file cannot stand in for another.
"""

import errno
import io
import os
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.failures import broken_seal
from storage.keys import derive

CHUNK: Final = 1 << 16  # bytes of content sealed at once
TAG: Final = 16  # bytes that sealing adds to each chunk
_MAGIC: Final = b"VERHM-1\n"
_SALT: Final = 32  # bytes
_HEADER: Final = len(_MAGIC) + _SALT


class SealedWriter:
    """Seals a stream of bytes.

    Args:
        file: new, open for writing
        key: 32 bytes, of the patient
        identity: what the file is known by; it can be read under no other
    """

    def __init__(self, file: BinaryIO, key: bytes, identity: str) -> None:
        salt = os.urandom(_SALT)
        file.write(_MAGIC + salt)
        self._file = file
        self._cipher = _cipher(key, salt, identity)
        self._pending = bytearray()
        self._number = 0

    def write(self, content: bytes) -> int:
        """Take on more content; what cannot be the last chunk is sealed at once."""
        self._pending += content
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), is_last=False)
            del self._pending[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Seal the last chunk; without it the file cannot be read."""
        self._seal(bytes(self._pending), is_last=True)

    def _seal(self, content: bytes, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last), content, None))
        self._number += 1


class PlacedReader(io.RawIOBase):
    """Content of a known size that is read from any place; `readinto` reads what lies at `_place`.

    Attributes:
        size: bytes of the content
    """

    size: int
    _place = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place in the content."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, "a place before the beginning")  # as a file says
        self._place = start + offset
        return self._place


class SealedReader(PlacedReader):
    """Reads a sealed file from any place; what was changed is refused, never returned.

    Args:
        file: open for reading; closed with the reader
        key: it was sealed with
        identity: it was sealed under

    Attributes:
        size: bytes of its content

    Raises:
        VaultError: E83 when it is cut off, changed, or another file; also while reading
    """

    def __init__(self, file: BinaryIO, key: bytes, identity: str) -> None:
        super().__init__()
        length = file.seek(0, os.SEEK_END) - _HEADER
        file.seek(0)
        header = file.read(_HEADER)
        if length < TAG or not header.startswith(_MAGIC):
            raise broken_seal()
        self._file = file
        self._cipher = _cipher(key, header[len(_MAGIC) :], identity)
        self._count = -(-length // (CHUNK + TAG))
        self.size = length - self._count * TAG
        # A file that was cut off is known before its first byte is given away.
        self._number, self._chunk = self._count - 1, self._open(self._count - 1)

    def readinto(self, buffer: Any) -> int:
        """Read what is left of one chunk, at most."""
        if self._place >= self.size:
            return 0
        number, start = divmod(self._place, CHUNK)
        if number != self._number:
            self._number, self._chunk = number, self._open(number)
        content = self._chunk[start : start + len(buffer)]
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def close(self) -> None:
        """Close the file as well."""
        if not self.closed:
            self._file.close()
        super().close()

    def _open(self, number: int) -> bytes:
        self._file.seek(_HEADER + number * (CHUNK + TAG))
        sealed = self._file.read(CHUNK + TAG)
        try:
            nonce = _nonce(number, number == self._count - 1)
            return self._cipher.decrypt(nonce, sealed, None)
        except InvalidTag as error:
            raise broken_seal() from error


def open_sealed(path: Path, key: bytes, identity: str) -> BinaryIO:
    """Open a sealed file's content for reading; raises E83 as `SealedReader`."""
    file = path.open("rb")
    try:
        return io.BufferedReader(SealedReader(file, key, identity), CHUNK)
    except BaseException:
        file.close()
        raise


def sealed(content: bytes, key: bytes, identity: str) -> bytes:
    """A whole content as `SealedWriter` seals it."""
    target = io.BytesIO()
    writer = SealedWriter(target, key, identity)
    writer.write(content)
    writer.finish()
    return target.getvalue()


def opened(content: bytes, key: bytes, identity: str) -> bytes:
    """What `sealed` sealed; raises E83 as `SealedReader`."""
    with io.BufferedReader(SealedReader(io.BytesIO(content), key, identity), CHUNK) as source:
        return source.read()


def _cipher(key: bytes, salt: bytes, identity: str) -> AESGCM:
    return AESGCM(derive(key, f"file {identity}", salt))


def _nonce(number: int, is_last: bool) -> bytes:
    """12 bytes that are the same for no two chunks of a file."""
    return bytes(7) + number.to_bytes(4, "big") + bytes([is_last])
