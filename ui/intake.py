"""Recordings on their way in: uploaded, or made in the browser and sent piece by piece.

They lie in the data folder until they become a session, sealed as they arrive where the folder is
encrypted. A take is whole from its first piece on; only its name is wrong until it is finished. So
finishing one needs no room on the disk, and one that was left behind is found again at the next
visit, with as much of the camera's picture as arrived. An uploaded file is still where it came
from: nobody is offered it again, and the next start erases it.
"""

import logging
import re
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from storage.failures import coded_os_errors, still_there
from storage.files import MEDIA_TYPES, flush_folder, prepare_folder
from storage.patient_file import refuse_other_files
from ui.intake_names import (
    begun_at,
    is_take,
    patient_of,
    rate_of,
    stem_of_take,
)
from ui.received import Filmed, Received, Take
from ui.take_files import (
    BYTES_PER_SAMPLE,
    PlainTakes,
    SealedTakes,
    TakeFiles,
    is_picture,
    start_of,
)
from ui.take_pictures import TakePictures
from ui.uploads import Uploads
from verhm.audio.sniffing import choose_demuxer
from verhm.errors import AudioError, RequestError, StorageError, VaultError

log = logging.getLogger(__name__)
RATES = (8_000, 192_000)  # Hz, the lowest and highest a sound card has
ABANDONED = 20.0  # s without a new piece after which a take counts as left behind
KEPT = 7 * 86_400.0  # s that takes which never became a session are kept
_UNFINISHED = (".take", ".part")


class Intake:
    """The folder of recordings on their way in.

    Args:
        folder: made when missing
        largest: bytes that a recording may have
        longest: seconds that a take may last
        key: that they are sealed with as they arrive; none to keep them plain
    """

    def __init__(
        self,
        folder: Path,
        largest: int = 1 << 30,
        longest: float = 7_200.0,
        key: bytes | None = None,
    ) -> None:
        self._folder = folder
        self._key = key
        self._sealed_takes = None if key is None else SealedTakes(key)
        self._files: TakeFiles = self._sealed_takes or PlainTakes()
        self._uploads = Uploads(folder, largest, key)
        self._pictures = TakePictures(folder, self._files, largest)
        self._longest = longest
        self._changing = threading.Lock()
        prepare_folder(folder)

    async def receive(
        self, suffix: str, pieces: AsyncIterator[bytes], patient_id: str | None = None
    ) -> str:
        """Keep an uploaded file; when this returns, a power cut does not lose it.

        Args:
            suffix: of its name, e.g. ".wav"
            pieces: its bytes
            patient_id: whose voice it is

        Returns:
            id of the recording

        Raises:
            AudioError: E11 when it is empty, E12 or E13 when it is no sound by its first bytes,
                E18 when it is too large
            StorageError: E50 not writable, E51 disk full
        """
        known = suffix.lower() if suffix.lower() in MEDIA_TYPES else ".bin"
        return await self._uploads.receive(known, pieces, choose_demuxer, patient_id)

    async def receive_patient(self, pieces: AsyncIterator[bytes]) -> str:
        """Keep a patient's file until it is taken in; otherwise as `receive`.

        Raises:
            AudioError: E18 when it is too large
            StorageError: E50 not writable, E51 disk full, E59 when it is no patient's file
        """
        return await self._uploads.receive(".zip", pieces, refuse_other_files)

    def begin_take(self, sample_rate: int, patient_id: str | None = None) -> str:
        """Begin a recording that the browser makes, in mono and 16 bits; returns its id.

        Args:
            sample_rate: in Hz
            patient_id: whose voice it is; None where nobody is open

        Raises:
            RequestError: E71 when no sound card has that rate
            StorageError: E50 not writable, E51 disk full
        """
        if not RATES[0] <= sample_rate <= RATES[1]:
            raise RequestError(
                "E71", f"The microphone's rate is {sample_rate} Hz.", "Choose another microphone."
            )
        take_id = uuid.uuid4().hex
        with coded_os_errors():
            stem = stem_of_take(take_id, sample_rate, time.time(), patient_id)
            self._files.begin(self._folder / f"{stem}.take")
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
            if offset % BYTES_PER_SAMPLE or not 0 <= offset <= self._files.length(path):
                raise RequestError("E63", "A piece of the recording is missing.", "Send it again.")
            if offset + len(piece) > self._longest * rate_of(path) * BYTES_PER_SAMPLE:
                raise AudioError(
                    "E15", "The recording has become too long.", "Stop it; what there is, is kept."
                )
            self._files.append(path, offset, piece)
            return self._files.length(path)

    def add_picture_piece(
        self, take_id: str, kind: str, start: int, offset: int, piece: bytes
    ) -> int:
        """Keep a piece of the camera's picture beside a take that is being made.

        Args and returns are those of `TakePictures.add_piece`.

        Raises:
            RequestError: E63 when an earlier piece is missing, or it cannot be one
            AudioError: E18 when the picture has become too large
            StorageError: E50 not writable, E51 disk full, E53 no such take
        """
        with self._changing, coded_os_errors():
            self._take(take_id)
            return self._pictures.add_piece(take_id, kind, start, offset, piece)

    def finish_take(self, take_id: str) -> float:
        """Make a take a recording; returns its length in seconds. Doing so twice does no harm.

        Raises:
            AudioError: E11 when nothing was recorded
            StorageError: E50 not writable, E53 no such take
        """
        with self._changing, coded_os_errors():
            path = self._take(take_id, finished_too=True)
            length = self._files.length(path) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
            if not length:
                raise AudioError(
                    "E11", "Nothing was recorded.", "Check the microphone and try again."
                )
            if path.suffix == ".take":
                self._pictures.finish(take_id)
                self._files.finish(path, length)
                path.replace(path.with_suffix(".wav"))
                flush_folder(self._folder)
        return length / BYTES_PER_SAMPLE / rate_of(path)

    def takes_left(self) -> list[Take]:
        """Takes that wait to become a session, or that nobody makes any more; the latest first.

        Erases those that have waited too long.

        Raises:
            StorageError: E50 when the folder cannot be read, or one of them not erased
        """
        with self._changing, coded_os_errors():
            self._erase_old_takes()
            takes = [self._as_take(path) for path in self._takes()]
        takes.sort(key=lambda take: take.kept_until, reverse=True)
        abandoned = time.time() + KEPT - ABANDONED
        return [
            take
            for take in takes
            if take.seconds and (take.is_finished or take.kept_until < abandoned)
        ]

    def path(self, recording_id: str) -> Path:
        """Where a finished recording lies; `received` opens it.

        Raises:
            StorageError: E53 when there is no such recording
        """
        for path in self._paths(recording_id):
            if path.suffix not in _UNFINISHED and not is_picture(path):
                return path
        raise StorageError(
            "E53", "The recording is not here any more.", "Record it, or choose the file, again."
        )

    def received(self, recording_id: str) -> Received:
        """A finished recording, to be opened; raises E53 as `path`."""
        path = self.path(recording_id)
        is_sealed = self._key is not None
        if is_take(path):
            return Received(path, self._files.open, is_sealed)
        return Received(path, self._uploads.open, is_sealed)

    def picture(self, recording_id: str) -> Filmed | None:
        """What the camera saw beside a finished take; None where it saw nothing."""
        path = self._pictures.path(recording_id) if self._paths(recording_id) else None
        if path is None:
            return None
        return Filmed(path, self._files.open, self._key is not None, start_of(path))

    def remove(self, recording_id: str) -> None:
        """Erase a recording or a take, with its picture; nothing happens if it is gone.

        Raises:
            StorageError: E50 when it cannot be erased
        """
        with self._changing:
            _erase(self._paths(recording_id))

    def patients(self) -> set[str]:
        """Ids of those whose voices are on their way in."""
        found = (patient_of(path) for path in self._folder.iterdir())
        return {each for each in found if each is not None}

    def remove_of(self, patient_id: str) -> None:
        """Erase all recordings and takes of a patient's voice, whoever sent them.

        Raises:
            StorageError: E50 when one cannot be erased
        """
        with self._changing:
            own = [path for path in self._folder.iterdir() if patient_of(path) == patient_id]
            _erase([*self._pictures.beside(own), *own])

    def sweep(self) -> None:
        """Erase what nobody will come back for, uploads and old takes; only for the start.

        Takes from before the folder was encrypted are sealed.

        Raises:
            StorageError: E50 when something cannot be erased
        """
        with self._changing:
            # A folder is none of ours: some file servers put their own everywhere.
            files = [path for path in self._folder.iterdir() if path.is_file()]
            pictures = self._pictures.beside(self._takes())
            _erase(path for path in files if not is_take(path) and path not in pictures)
            self._erase_old_takes()
            if self._sealed_takes is not None:
                with coded_os_errors():
                    for path in self._takes():
                        for each in (path, *self._pictures.beside([path])):
                            self._sealed_takes.take_over(each, path.suffix == ".wav")

    def _erase_old_takes(self) -> None:
        with coded_os_errors():
            old = [path for path in self._takes() if _kept_until(path) < time.time()]
            pictures = self._pictures.beside(old)
        _erase([*pictures, *old])

    def _as_take(self, path: Path) -> Take:
        try:
            seconds = self._files.length(path) // BYTES_PER_SAMPLE / rate_of(path)
        except VaultError as error:  # no reason to keep anybody from the others
            log.warning("A recording that is not a session's yet cannot be opened: %s", error)
            seconds = 0.0
        take_id = path.name[:32]
        return Take(
            take_id,
            seconds,
            is_finished=path.suffix == ".wav",
            kept_until=_kept_until(path),
            has_picture=self._pictures.path(take_id) is not None,
            begun_at=begun_at(path),
            patient_id=patient_of(path),
        )

    def _takes(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if is_take(path)]

    def _take(self, take_id: str, finished_too: bool = False) -> Path:
        for path in self._paths(take_id):
            if is_take(path) and (finished_too or path.suffix == ".take"):
                return path
        raise StorageError("E53", "There is no such recording.", "Record it again.")

    def _paths(self, recording_id: str) -> list[Path]:
        # Anything but an id of our own making could name files elsewhere.
        if not re.fullmatch(r"[0-9a-f]{32}", recording_id):
            return []
        return list(self._folder.glob(f"{recording_id}*"))


def _kept_until(path: Path) -> float:
    return path.stat().st_mtime + KEPT


def _erase(paths: Iterable[Path]) -> None:
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise still_there() from error
