"""A sealed file that grows: each piece is sealed as it arrives; what was kept stays as it is.

After the head follow records: the length of a piece, a random nonce, and the piece sealed with its
number (AES-256-GCM, with a key of this file alone). The last one says that it is the last. Random
nonces, since a power cut may leave half a record, whose number the next piece takes. Half a record
at the end of a log that was not ended was never acknowledged, and is left out.
"""

import bisect
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.failures import broken_seal
from storage.files import create_privately, flush, flush_folder
from storage.keys import derive
from storage.sealing import TAG, PlacedReader
from verhm.errors import VaultError

MAGIC: Final = b"VERHM-L\n"
_SALT: Final = 32
_HEAD: Final = len(MAGIC) + _SALT
_RECORD: Final = struct.Struct("<I12s")  # bytes of the piece, nonce
_END: Final = 1 << 31  # in the length: the log is ended


@dataclass(frozen=True)
class _Record:
    """Where a piece lies.

    Attributes:
        place: of the record in the file
        start: of the piece in the content
        length: of the piece
        is_end: whether the log ends with it
    """

    place: int
    start: int
    length: int
    is_end: bool

    @property
    def after(self) -> int:
        """Where the next record begins in the file."""
        return self.place + _RECORD.size + self.length + TAG


class SealedLog:
    """Pieces in one file.

    Args:
        path: of the file
        key: 32 bytes
        identity: what it is known by; it can be read under no other

    Raises:
        VaultError: E83, from every verb, when an acknowledged piece was changed or is missing
    """

    def __init__(self, path: Path, key: bytes, identity: str) -> None:
        self._path = path
        self._key = key
        self._identity = identity

    def begin(self) -> None:
        """Make the file; its first piece is empty, and tells a wrong key from a broken end."""
        unfinished = self._path.with_name(f"{self._path.name}.part")
        with create_privately(unfinished) as file:
            file.write(MAGIC + os.urandom(_SALT))
        SealedLog(unfinished, self._key, self._identity).append(b"")
        unfinished.replace(self._path)
        flush_folder(self._path.parent)

    def is_ended(self) -> bool:
        """Whether no more can be added."""
        with self._path.open("rb") as file:
            records = self._records(file)
        return bool(records) and records[-1].is_end

    def length(self) -> int:
        """Bytes of all its pieces."""
        with self._path.open("rb") as file:
            records = self._records(file)
        return records[-1].start + records[-1].length if records else 0

    def append(self, piece: bytes, is_end: bool = False) -> None:
        """Add a piece; when this returns, a power cut does not lose it."""
        with self._path.open("r+b") as file:
            records = self._records(file)
            if records and records[-1].is_end:
                raise ValueError("the log is ended")
            file.seek(records[-1].after if records else _HEAD)
            file.truncate()
            nonce = os.urandom(12)
            sealed = self._cipher(file).encrypt(nonce, piece, _bound_to(len(records), is_end))
            file.seek(0, os.SEEK_END)
            file.write(_RECORD.pack(len(piece) | (_END if is_end else 0), nonce) + sealed)
            flush(file)

    def open(self) -> "LogReader":
        """Its content, for reading from any place."""
        file = self._path.open("rb")
        try:
            return LogReader(file, self._records(file), self._cipher(file))
        except BaseException:
            file.close()
            raise

    def _cipher(self, file: BinaryIO) -> AESGCM:
        file.seek(0)
        head = file.read(_HEAD)
        if len(head) < _HEAD or not head.startswith(MAGIC):
            raise broken_seal()
        return AESGCM(derive(self._key, f"log {self._identity}", head[len(MAGIC) :]))

    def _records(self, file: BinaryIO) -> list[_Record]:
        """The whole records; what is left of an interrupted one is not among them."""
        records = list(_listed(file))
        cipher = self._cipher(file)
        if records:
            _open(file, cipher, records[0], 0)
        if len(records) > 1 and not records[-1].is_end:
            try:
                _open(file, cipher, records[-1], len(records) - 1)
            except VaultError:  # its length had reached the disk, and its content had not
                records.pop()
        return records


class LogReader(PlacedReader):
    """Reads the content of a log from any place; made by `SealedLog.open`."""

    def __init__(self, file: BinaryIO, records: list[_Record], cipher: AESGCM) -> None:
        super().__init__()
        self._file = file
        self._records = records
        self._cipher = cipher
        self._starts = [record.start for record in records]
        self._number, self._piece = -1, b""
        self.size = records[-1].start + records[-1].length if records else 0

    def readinto(self, buffer: Any) -> int:
        """Read what is left of one piece, at most."""
        if self._place >= self.size:
            return 0
        number = bisect.bisect_right(self._starts, self._place) - 1
        if number != self._number:
            self._number, self._piece = number, self._open(number)
        start = self._place - self._starts[number]
        content = self._piece[start : start + len(buffer)]
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def refuse_unended(self) -> None:
        """Refuse a log that should be ended and is not: pieces were cut off.

        Raises:
            VaultError: E83
        """
        if not (self._records and self._records[-1].is_end):
            raise broken_seal()
        self._open(len(self._records) - 1)

    def close(self) -> None:
        """Close the file as well."""
        if not self.closed:
            self._file.close()
        super().close()

    def _open(self, number: int) -> bytes:
        return _open(self._file, self._cipher, self._records[number], number)


def _open(file: BinaryIO, cipher: AESGCM, record: _Record, number: int) -> bytes:
    """A piece; raises E83 when it is not what was sealed."""
    file.seek(record.place)
    _, nonce = _RECORD.unpack(file.read(_RECORD.size))
    sealed = file.read(record.length + TAG)
    try:
        return cipher.decrypt(nonce, sealed, _bound_to(number, record.is_end))
    except InvalidTag as error:
        raise broken_seal() from error


def _listed(file: BinaryIO) -> Iterator[_Record]:
    """The records that are there as a whole, by what they say of their lengths."""
    size, place, start = file.seek(0, os.SEEK_END), _HEAD, 0
    while place + _RECORD.size <= size:
        file.seek(place)
        length, _ = _RECORD.unpack(file.read(_RECORD.size))
        record = _Record(place, start, length & ~_END, bool(length & _END))
        if record.after > size:
            return
        yield record
        place, start = record.after, start + record.length
        if record.is_end:
            return


def _bound_to(number: int, is_end: bool) -> bytes:
    return struct.pack("<Q?", number, is_end)
