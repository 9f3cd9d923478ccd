"""Recordings on their way in: uploaded, or made in the browser and sent piece by piece.

They lie in the data folder until they become a session. A take is a WAV file from its first byte;
only its header's lengths and its name are wrong until it is finished. So finishing one needs no
room on the disk, and one that was left behind is found again at the next visit. An uploaded file is
still where it came from: nobody is offered it again, and the next start erases it.
"""

import os
import re
import struct
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from storage.failures import coded_os_errors, still_there
from storage.files import MEDIA_TYPES, create_privately, flush, flush_folder, prepare_folder
from verhm.audio.sniffing import choose_demuxer
from verhm.errors import AudioError, RequestError, StorageError

BYTES_PER_SAMPLE = 2
RATES = (8_000, 192_000)  # Hz, the lowest and highest a sound card has
ABANDONED = 20.0  # s without a new piece after which a take counts as left behind
KEPT = 7 * 86_400.0  # s that takes which never became a session are kept
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")  # of a WAV file
_UNFINISHED = (".take", ".part")


@dataclass(frozen=True)
class Take:
    """A recording made in the browser that has not become a session.

    Attributes:
        id: of the take
        seconds: that have arrived safely
        is_finished: whether the browser said that it was all
        kept_until: when it will be erased, as seconds since 1970
    """

    id: str
    seconds: float
    is_finished: bool
    kept_until: float


class Intake:
    """The folder of recordings on their way in.

    Args:
        folder: made when missing
        largest: bytes that a recording may have
        longest: seconds that a take may last
    """

    def __init__(self, folder: Path, largest: int = 1 << 30, longest: float = 7_200.0) -> None:
        self._folder = folder
        self._largest = largest
        self._longest = longest
        self._changing = threading.Lock()
        prepare_folder(folder)

    async def receive(self, suffix: str, pieces: AsyncIterator[bytes]) -> str:
        """Keep an uploaded file; when this returns, a power cut does not lose it.

        Args:
            suffix: of its name, e.g. ".wav"
            pieces: its bytes

        Returns:
            id of the recording

        Raises:
            AudioError: E11 when it is empty, E12 or E13 when it is no sound by its first bytes,
                E18 when it is too large
            StorageError: E50 not writable, E51 disk full
        """
        recording_id = uuid.uuid4().hex
        known = suffix.lower() if suffix.lower() in MEDIA_TYPES else ".bin"
        target = self._folder / f"{recording_id}{known}"
        unfinished = target.with_name(f"{target.name}.part")
        try:
            with coded_os_errors():
                await self._write(unfinished, pieces)
                await run_in_threadpool(_accept, unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)
        return recording_id

    async def _write(self, path: Path, pieces: AsyncIterator[bytes]) -> None:
        length = 0
        with create_privately(path) as file:
            async for piece in pieces:
                length += len(piece)
                if length > self._largest:
                    raise AudioError(
                        "E18",
                        f"The file is larger than {self._largest / 2**30:g} GiB.",
                        "Export the sound alone, as FLAC or M4A, and try again.",
                    )
                await run_in_threadpool(file.write, piece)
            await run_in_threadpool(flush, file)

    def begin_take(self, sample_rate: int) -> str:
        """Begin a recording that the browser makes, in mono and 16 bits; returns its id.

        Raises:
            RequestError: E71 when no sound card has that rate
            StorageError: E50 not writable, E51 disk full
        """
        if not RATES[0] <= sample_rate <= RATES[1]:
            raise RequestError(
                "E71", f"The microphone's rate is {sample_rate} Hz.", "Choose another microphone."
            )
        take_id = uuid.uuid4().hex
        with (
            coded_os_errors(),
            create_privately(self._folder / f"{take_id}-{sample_rate}.take") as file,
        ):
            file.write(_header(sample_rate, 0))
            flush(file)
            flush_folder(self._folder)
        return take_id

    def add_piece(self, take_id: str, offset: int, piece: bytes) -> int:
        """Keep a piece of a take; sending one twice does no harm.

        Args:
            take_id: of which take
            offset: bytes of the take before this piece
            piece: 16-bit samples, little endian; an empty one says that more will come

        Returns:
            bytes of the take that a power cut does not lose

        Raises:
            RequestError: E63 when an earlier piece is missing
            AudioError: E15 when the take has become too long
            StorageError: E50 not writable, E51 disk full, E53 no such take
        """
        with self._changing, coded_os_errors():
            path = self._take(take_id)
            if offset % BYTES_PER_SAMPLE or not 0 <= offset <= _length(path):
                raise RequestError("E63", "A piece of the recording is missing.", "Send it again.")
            if offset + len(piece) > self._longest * _rate(path) * BYTES_PER_SAMPLE:
                raise AudioError(
                    "E15", "The recording has become too long.", "Stop it; what there is, is kept."
                )
            with path.open("r+b") as file:
                file.seek(_HEADER.size + offset)
                file.write(piece)
                flush(file)
            os.utime(path)  # an empty piece does not change it
            return _length(path)

    def finish_take(self, take_id: str) -> float:
        """Make a take a recording; returns its length in seconds. Doing so twice does no harm.

        Raises:
            AudioError: E11 when nothing was recorded
            StorageError: E50 not writable, E53 no such take
        """
        with self._changing, coded_os_errors():
            path = self._take(take_id, finished_too=True)
            length = _length(path) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
            if not length:
                raise AudioError(
                    "E11", "Nothing was recorded.", "Check the microphone and try again."
                )
            if path.suffix == ".take":
                with path.open("r+b") as file:
                    file.write(_header(_rate(path), length))
                    file.truncate(_HEADER.size + length)
                    flush(file)
                path.replace(path.with_suffix(".wav"))
                flush_folder(self._folder)
        return length / BYTES_PER_SAMPLE / _rate(path)

    def takes_left(self) -> list[Take]:
        """Takes that wait to become a session, or that nobody makes any more; the latest first.

        Erases those that have waited too long.

        Raises:
            StorageError: E50 when the folder cannot be read, or one of them not erased
        """
        with self._changing, coded_os_errors():
            self._erase_old_takes()
            takes = [_as_take(path) for path in self._takes()]
        takes.sort(key=lambda take: take.kept_until, reverse=True)
        abandoned = time.time() + KEPT - ABANDONED
        return [
            take
            for take in takes
            if take.seconds and (take.is_finished or take.kept_until < abandoned)
        ]

    def path(self, recording_id: str) -> Path:
        """Where a finished recording lies.

        Raises:
            StorageError: E53 when there is no such recording
        """
        for path in self._paths(recording_id):
            if path.suffix not in _UNFINISHED:
                return path
        raise StorageError(
            "E53", "The recording is not here any more.", "Record it, or choose the file, again."
        )

    def remove(self, recording_id: str) -> None:
        """Erase a recording or a take; nothing happens if it is gone.

        Raises:
            StorageError: E50 when it cannot be erased
        """
        with self._changing:
            _erase(self._paths(recording_id))

    def sweep(self) -> None:
        """Erase what nobody will come back for: uploads and old takes; only for the start.

        Raises:
            StorageError: E50 when something cannot be erased
        """
        with self._changing:
            # A folder is none of ours: some file servers put their own everywhere.
            files = [path for path in self._folder.iterdir() if path.is_file()]
            _erase(path for path in files if not _is_take(path))
            self._erase_old_takes()

    def _erase_old_takes(self) -> None:
        with coded_os_errors():
            old = [path for path in self._takes() if _kept_until(path) < time.time()]
        _erase(old)

    def _takes(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if _is_take(path)]

    def _take(self, take_id: str, finished_too: bool = False) -> Path:
        for path in self._paths(take_id):
            if _is_take(path) and (finished_too or path.suffix == ".take"):
                return path
        raise StorageError("E53", "There is no such recording.", "Record it again.")

    def _paths(self, recording_id: str) -> list[Path]:
        # Anything but an id of our own making could name files elsewhere.
        if not re.fullmatch(r"[0-9a-f]{32}", recording_id):
            return []
        return list(self._folder.glob(f"{recording_id}*"))


def _accept(unfinished: Path, target: Path) -> None:
    """Let in what is sound by its first bytes."""
    with unfinished.open("rb") as stream:
        choose_demuxer(stream)
    unfinished.replace(target)
    flush_folder(target.parent)


def _header(sample_rate: int, length: int) -> bytes:
    """The beginning of a WAV file that holds so many bytes of samples."""
    per_second = sample_rate * BYTES_PER_SAMPLE
    form = (16, 1, 1, sample_rate, per_second, BYTES_PER_SAMPLE, 8 * BYTES_PER_SAMPLE)
    return _HEADER.pack(b"RIFF", 36 + length, b"WAVE", b"fmt ", *form, b"data", length)


def _length(path: Path) -> int:
    """Bytes of samples in a take."""
    return max(0, path.stat().st_size - _HEADER.size)


def _rate(path: Path) -> int:
    return int(path.stem.partition("-")[2])


def _as_take(path: Path) -> Take:
    seconds = _length(path) // BYTES_PER_SAMPLE / _rate(path)
    return Take(path.stem.partition("-")[0], seconds, path.suffix == ".wav", _kept_until(path))


def _kept_until(path: Path) -> float:
    return path.stat().st_mtime + KEPT


def _is_take(path: Path) -> bool:
    """Whether it was made in the browser; the name of an uploaded file holds no rate."""
    return bool(re.fullmatch(r"[0-9a-f]{32}-[0-9]+", path.stem))


def _erase(paths: Iterable[Path]) -> None:
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise still_there() from error
