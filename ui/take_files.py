"""How a take lies on the disk: a WAV file from its first byte, or sealed piece by piece.

Of a plain one only the header's lengths are wrong until it is finished. A sealed one holds the
samples alone; the header is put before them when it is read. So finishing either needs no room.
The camera's picture lies beside it in a file of its own, as the browser sent it, without a header.
"""

import io
import os
import re
import struct
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from storage.files import create_privately, flush, flush_folder
from storage.sealed_log import MAGIC, LogReader, SealedLog
from ui.intake_names import rate_of

BYTES_PER_SAMPLE: Final = 2
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")  # of a WAV file
_BLOCK: Final = 1 << 20  # bytes sealed at once of what was plain


class TakeFiles(Protocol):
    """What the intake asks of takes' files, and of their pictures'.

    A take's name says its rate (`ui.intake_names`), and whether it is finished. A picture's says
    container and beginning: `ID.START.webm`, with the milliseconds of the voice at its first frame.
    """

    def begin(self, path: Path) -> None:
        """Make a take's file."""

    def length(self, path: Path) -> int:
        """Bytes of samples, or of a picture, that a power cut does not lose."""

    def append(self, path: Path, offset: int, piece: bytes) -> None:
        """Keep a piece that begins at or before the end of what there is."""

    def finish(self, path: Path, length: int) -> None:
        """Let the file have so many bytes of samples or picture, and no more be added."""

    def open(self, path: Path) -> BinaryIO:
        """A finished take as a WAV file, or a picture, for reading from any place."""


class PlainTakes:
    """Takes as WAV files."""

    def begin(self, path: Path) -> None:
        """See `TakeFiles`."""
        with create_privately(path) as file:
            file.write(_head(path, 0))
            flush(file)
            flush_folder(path.parent)

    def length(self, path: Path) -> int:
        """See `TakeFiles`."""
        return max(0, path.stat().st_size - len(_head(path, 0)))

    def append(self, path: Path, offset: int, piece: bytes) -> None:
        """See `TakeFiles`."""
        with path.open("r+b") as file:
            file.seek(len(_head(path, 0)) + offset)
            file.write(piece)
            flush(file)
        os.utime(path)  # an empty piece does not change it

    def finish(self, path: Path, length: int) -> None:
        """See `TakeFiles`."""
        with path.open("r+b") as file:
            file.write(_head(path, length))
            file.truncate(len(_head(path, length)) + length)
            flush(file)

    def open(self, path: Path) -> BinaryIO:
        """See `TakeFiles`."""
        return path.open("rb")


class SealedTakes:
    """Takes as sealed logs.

    Args:
        key: 32 bytes
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def begin(self, path: Path) -> None:
        """See `TakeFiles`."""
        self._log(path).begin()

    def length(self, path: Path) -> int:
        """See `TakeFiles`."""
        return self._log(path).length()

    def append(self, path: Path, offset: int, piece: bytes) -> None:
        """See `TakeFiles`; what is there already is not written again."""
        log = self._log(path)
        new = piece[log.length() - offset :]
        if new:
            log.append(new)
        os.utime(path)

    def finish(self, path: Path, length: int) -> None:
        """See `TakeFiles`; half a sample at the end is left out when it is read."""
        log = self._log(path)
        if not log.is_ended():  # the program may have died before the file was renamed
            log.append(b"", is_end=True)

    def open(self, path: Path) -> BinaryIO:
        """See `TakeFiles`."""
        reader = self._log(path).open()
        try:
            reader.refuse_unended()
            return io.BufferedReader(reader if is_picture(path) else _WithHeader(reader, path))
        except BaseException:
            reader.close()
            raise

    def take_over(self, path: Path, is_finished: bool) -> None:
        """Seal what lies there plain, at once or not at all; what is sealed stays."""
        with path.open("rb") as plain:
            if plain.read(len(MAGIC)) == MAGIC:
                return
            times = os.fstat(plain.fileno())
            plain.seek(len(_head(path, 0)))
            unfinished = path.with_name(f"{path.name}.part")
            unfinished.unlink(missing_ok=True)
            log = SealedLog(unfinished, self._key, _identity(path))
            log.begin()
            while block := plain.read(_BLOCK):
                log.append(block)
            if is_finished:
                log.append(b"", is_end=True)
        os.utime(unfinished, (times.st_atime, times.st_mtime))
        _replace_and_overwrite(unfinished, path)

    def _log(self, path: Path) -> SealedLog:
        return SealedLog(path, self._key, _identity(path))


class _WithHeader(io.RawIOBase):
    """A WAV file whose samples lie in a log."""

    def __init__(self, samples: LogReader, path: Path) -> None:
        super().__init__()
        length = samples.size // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        self._samples = samples
        self._header = _head(path, length)
        self._size = len(self._header) + length
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._place)
        if wanted <= 0:
            return 0
        if self._place < len(self._header):
            content = self._header[self._place :][:wanted]
        else:
            self._samples.seek(self._place - len(self._header))
            content = self._samples.read(wanted) or b""
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._samples.close()
        super().close()


def is_picture(path: Path) -> bool:
    """Whether a file of the intake is a take's picture; no upload's name has a time."""
    return bool(re.fullmatch(r"[0-9a-f]{32}\.-?[0-9]+\.(webm|mp4)", path.name))


def start_of(path: Path) -> float:
    """Seconds of the voice at the first frame of a picture, as its file's name says."""
    return int(path.name.split(".")[1]) / 1_000


def _identity(path: Path) -> str:
    """A take's own, whether or not it is finished; or its picture's."""
    if is_picture(path):
        return f"picture {path.name}"
    return f"take {path.name.partition('.')[0]}"


def _head(path: Path, length: int) -> bytes:
    """What precedes so many bytes of samples in a WAV file; nothing precedes a picture."""
    if is_picture(path):
        return b""
    sample_rate = rate_of(path)
    per_second = sample_rate * BYTES_PER_SAMPLE
    form = (16, 1, 1, sample_rate, per_second, BYTES_PER_SAMPLE, 8 * BYTES_PER_SAMPLE)
    return _HEADER.pack(b"RIFF", 36 + length, b"WAVE", b"fmt ", *form, b"data", length)


def _replace_and_overwrite(new: Path, old: Path) -> None:
    """Put a file in another's place, and write zeros over what lay there where that can be."""
    if os.name != "posix":  # a file that is open cannot be replaced there
        new.replace(old)
        return
    with old.open("r+b") as replaced:
        new.replace(old)
        flush_folder(old.parent)
        left = os.fstat(replaced.fileno()).st_size
        while left > 0:
            left -= replaced.write(bytes(min(left, _BLOCK)))
        flush(replaced)
