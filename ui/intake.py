"""Recordings on their way in: uploaded, or made in the browser and sent piece by piece.

They lie in the data folder until they become a session. A take that the browser was still making
when it (or the app) went away is found again at the next visit.
"""

import re
import time
import uuid
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from storage.files import MEDIA_TYPES, prepare_folder
from verhm.audio.sniffing import choose_demuxer
from verhm.errors import AudioError, RequestError, StorageError

BYTES_PER_SAMPLE = 2
RATES = (8_000, 192_000)  # Hz, the lowest and highest a sound card has
ABANDONED = 20.0  # s without a new piece after which a take counts as left behind
KEPT = 7 * 86_400.0  # s that recordings which never became a session are kept


@dataclass(frozen=True)
class Take:
    """A recording that the browser has not finished.

    Attributes:
        id: of the take
        seconds: that have arrived safely
    """

    id: str
    seconds: float


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
        prepare_folder(folder)

    async def receive(self, name: str, pieces: AsyncIterator[bytes]) -> str:
        """Keep an uploaded file.

        Args:
            name: the file's own; only its suffix is kept
            pieces: its bytes

        Returns:
            id of the recording

        Raises:
            AudioError: E11 when it is empty, E12 or E13 when it is no sound by its first bytes,
                E18 when it is too large
            StorageError: E51 when the disk is full
        """
        recording_id = uuid.uuid4().hex
        suffix = Path(name).suffix.lower()
        target = self._folder / f"{recording_id}{suffix if suffix in MEDIA_TYPES else '.bin'}"
        unfinished = target.with_name(f"{target.name}.part")
        try:
            await self._write(unfinished, pieces)
            with unfinished.open("rb") as stream:
                choose_demuxer(stream)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        return recording_id

    async def _write(self, path: Path, pieces: AsyncIterator[bytes]) -> None:
        length = 0
        with path.open("xb") as file:
            async for piece in pieces:
                length += len(piece)
                if length > self._largest:
                    raise AudioError(
                        "E18",
                        f"The file is larger than {self._largest / 2**30:g} GiB.",
                        "Export the sound alone, as FLAC or M4A, and try again.",
                    )
                file.write(piece)

    def begin_take(self, sample_rate: int) -> str:
        """Begin a recording that the browser makes, in mono and 16 bits; returns its id."""
        if not RATES[0] <= sample_rate <= RATES[1]:
            raise RequestError(
                "E71", f"The microphone's rate is {sample_rate} Hz.", "Choose another microphone."
            )
        take_id = uuid.uuid4().hex
        (self._folder / f"{take_id}-{sample_rate}.pcm").touch(mode=0o600)
        return take_id

    def add_piece(self, take_id: str, offset: int, piece: bytes) -> int:
        """Keep a piece of a take; sending one twice does no harm.

        Args:
            take_id: of which take
            offset: bytes of the take before this piece
            piece: 16-bit samples, little endian

        Returns:
            bytes of the take that are safe

        Raises:
            RequestError: E63 when an earlier piece is missing
            AudioError: E15 when the take has become too long
        """
        path, sample_rate = self._take(take_id)
        if offset % BYTES_PER_SAMPLE or offset > path.stat().st_size:
            raise RequestError("E63", "A piece of the recording is missing.", "Send it again.")
        if offset + len(piece) > self._longest * sample_rate * BYTES_PER_SAMPLE:
            raise AudioError(
                "E15", "The recording has become too long.", "Stop it; what there is, is kept."
            )
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(piece)
        return path.stat().st_size

    def finish_take(self, take_id: str) -> float:
        """Make a take a recording; returns its length in seconds.

        Raises:
            AudioError: E11 when nothing was recorded
        """
        path, sample_rate = self._take(take_id)
        length = path.stat().st_size
        if length < BYTES_PER_SAMPLE:
            raise AudioError("E11", "Nothing was recorded.", "Check the microphone and try again.")
        with path.open("rb") as samples, wave.open(str(self._folder / f"{take_id}.wav"), "wb") as w:
            w.setnchannels(1)
            w.setsampwidth(BYTES_PER_SAMPLE)
            w.setframerate(sample_rate)
            while piece := samples.read(1 << 20):
                w.writeframesraw(piece)
        path.unlink()
        return length / BYTES_PER_SAMPLE / sample_rate

    def unfinished_takes(self) -> list[Take]:
        """Takes that nobody seems to be making any more, the latest first."""
        left = [
            path
            for path in self._folder.glob("*.pcm")
            if path.stat().st_size and time.time() - path.stat().st_mtime > ABANDONED
        ]
        left.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        return [_as_take(path) for path in left]

    def path(self, recording_id: str) -> Path:
        """Where a finished recording lies.

        Raises:
            StorageError: E53 when there is no such recording
        """
        for path in self._paths(recording_id):
            if path.suffix not in (".pcm", ".part"):
                return path
        raise StorageError(
            "E53", "The recording is not here any more.", "Record it, or choose the file, again."
        )

    def remove(self, recording_id: str) -> None:
        """Erase a recording or a take; nothing happens if it is gone."""
        for path in self._paths(recording_id):
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Erase what was left half uploaded, and what nobody came back for; only for the start."""
        for path in self._folder.iterdir():
            if path.suffix == ".part" or time.time() - path.stat().st_mtime > KEPT:
                path.unlink(missing_ok=True)

    def _take(self, take_id: str) -> tuple[Path, int]:
        for path in self._paths(take_id):
            if path.suffix == ".pcm":
                return path, _rate(path)
        raise StorageError("E53", "There is no such recording.", "Record it again.")

    def _paths(self, recording_id: str) -> list[Path]:
        # Anything but an id of our own making could name files elsewhere.
        if not re.fullmatch(r"[0-9a-f]{32}", recording_id):
            return []
        return list(self._folder.glob(f"{recording_id}*"))


def _rate(path: Path) -> int:
    return int(path.stem.partition("-")[2])


def _as_take(path: Path) -> Take:
    seconds = path.stat().st_size / BYTES_PER_SAMPLE / _rate(path)
    return Take(path.stem.partition("-")[0], seconds)
