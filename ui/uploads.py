"""Uploaded files on their way in: each is whole, checked and safe, or not there."""

import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool

from storage.failures import coded_os_errors
from storage.files import create_privately, flush, flush_folder
from storage.sealing import SealedWriter, open_sealed
from ui.intake_names import stem_of_upload
from verhm.errors import AudioError


@dataclass(frozen=True)
class Uploads:
    """The uploaded files in the intake's folder.

    Args:
        folder: of the intake
        largest: bytes that one may have
        key: that they are sealed with as they arrive; none to keep them plain
    """

    folder: Path
    largest: int
    key: bytes | None

    async def receive(
        self,
        suffix: str,
        pieces: AsyncIterator[bytes],
        check: Callable[[BinaryIO], object],
        patient_id: str | None = None,
    ) -> str:
        """Keep a file that a check lets in; when this returns, a power cut does not lose it.

        Args:
            suffix: of its name
            pieces: its bytes
            check: raises when it is refused
            patient_id: whose it is

        Returns:
            id of the file

        Raises:
            AudioError: E18 when it is too large
            StorageError: E50 not writable, E51 disk full
        """
        recording_id = uuid.uuid4().hex
        target = self.folder / f"{stem_of_upload(recording_id, patient_id)}{suffix}"
        unfinished = target.with_name(f"{target.name}.part")
        try:
            with coded_os_errors():
                await self._write(unfinished, target.name, pieces)
                await run_in_threadpool(self._accept, unfinished, target, check)
        finally:
            unfinished.unlink(missing_ok=True)
        return recording_id

    def open(self, path: Path) -> BinaryIO:
        """Its content, for reading from any place."""
        return self._open(path, path.name)

    async def _write(self, path: Path, name: str, pieces: AsyncIterator[bytes]) -> None:
        length = 0
        with create_privately(path) as file:
            sealing = None if self.key is None else SealedWriter(file, self.key, f"upload {name}")
            async for piece in pieces:
                length += len(piece)
                if length > self.largest:
                    raise AudioError(
                        "E18",
                        f"The file is larger than {self.largest / 2**30:g} GiB.",
                        "Export the sound alone, as FLAC or M4A, and try again. A patient's file "
                        "of any size is taken in by “python -m storage import”.",
                    )
                await run_in_threadpool((sealing or file).write, piece)
            if sealing is not None:
                await run_in_threadpool(sealing.finish)
            await run_in_threadpool(flush, file)

    def _accept(self, unfinished: Path, target: Path, check: Callable[[BinaryIO], object]) -> None:
        """Let in what a check does not refuse."""
        with self._open(unfinished, target.name) as stream:
            check(stream)
        unfinished.replace(target)
        flush_folder(target.parent)

    def _open(self, path: Path, name: str) -> BinaryIO:
        if self.key is None:
            return path.open("rb")
        return open_sealed(path, self.key, f"upload {name}")
