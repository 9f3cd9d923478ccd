"""Media files: one folder per session, each file there wholly or not at all.

Everything is written through `MediaFiles.store` and read through `MediaFiles.open`, as streams.
With a key they are sealed on the way (`storage.sealing`), and nothing on the disk can be read.
"""

import contextlib
import copy
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import platformdirs

from storage.failures import coded_os_errors, from_os_error, missing, still_there
from storage.sealing import SealedWriter, open_sealed

_CHUNK = 1 << 20  # bytes
_UNFINISHED = ".part"
# What browsers call the formats that are accepted; anything else is kept under a neutral name.
MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".json": "application/json",
    ".npz": "application/octet-stream",
    ".bin": "application/octet-stream",
}
# What may hold a moving picture, and what it is called with sound alone.
_CONTAINERS = {
    "mp4": "mp4",
    "webm": "webm",
    "quicktime": "mp4",
    "x-matroska": "x-matroska",
}


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely on the disk.

    Attributes:
        name: within its session's folder
        sha256: of its content, hexadecimal
        bytes: length of its content
        media_type: for the browser
    """

    name: str
    sha256: str
    bytes: int
    media_type: str


def data_folder(given: Path | None = None) -> Path:
    """Choose where everything is kept: the given folder, or VERHM's in the user's data folder."""
    return given if given is not None else Path(platformdirs.user_data_dir("verhm", False))


def prepare_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter.

    Raises:
        StorageError: E50 it cannot be made or written, E51 the disk is full
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        probe = folder / f"{uuid.uuid4()}{_UNFINISHED}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise from_os_error(error) from error


def media_type_of(suffix: str, is_film: bool | None = None) -> str:
    """What browsers call a format that is accepted.

    Args:
        suffix: such as ".mp4"
        is_film: whether there is a moving picture in it; None where nobody looked
    """
    by_name = MEDIA_TYPES[suffix]
    container = by_name.partition("/")[2]
    # A film under another name stays what its name says: no browser knows a video/wav.
    if is_film is None or container not in _CONTAINERS:
        return by_name
    return f"video/{container}" if is_film else f"audio/{_CONTAINERS[container]}"


class MediaFiles:
    """The media under one data folder.

    Args:
        folder: made when missing
        key: that they are sealed with; none for plain files
    """

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        self.folder = folder
        self._key = key
        prepare_folder(folder)

    @property
    def is_sealing(self) -> bool:
        """Whether the files are sealed on the disk."""
        return self._key is not None

    def sealed_with(self, key: bytes | None) -> "MediaFiles":
        """The same files, to be written and read with a key."""
        if key is None:
            return self
        sealed = copy.copy(self)
        sealed._key = key
        return sealed

    def store(self, session_id: str, suffix: str, source: BinaryIO) -> StoredFile:
        """Write a stream to a new file; when this returns, a power cut does not lose it.

        Args:
            session_id: whose folder it goes to
            suffix: of the original name, e.g. ".wav"; nothing else of that name is kept
            source: read to its end

        Raises:
            StorageError: E50 not writable, E51 disk full; nothing half written stays
        """
        known = suffix.lower() if suffix.lower() in MEDIA_TYPES else ".bin"
        return self.put(session_id, f"{uuid.uuid4()}{known}", source)

    def put(self, session_id: str, name: str, source: BinaryIO) -> StoredFile:
        """Write a stream to a file of a given name, of our own making; otherwise as `store`."""
        folder = self.folder / session_id
        target = folder / name
        unfinished = target.with_name(name + _UNFINISHED)
        with coded_os_errors(), contextlib.ExitStack() as undo:
            undo.callback(unfinished.unlink, missing_ok=True)
            undo.callback(target.unlink, missing_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            sha256, length = _write(source, unfinished, self._key, f"{session_id}/{name}")
            unfinished.replace(target)
            flush_folder(folder)
            flush_folder(self.folder)
            undo.pop_all()
        return StoredFile(name, sha256, length, media_type_of(target.suffix))

    def path(self, session_id: str, name: str) -> Path:
        """Where a file lies.

        Raises:
            StorageError: E53 it is gone
        """
        path = self.folder / session_id / name
        if not path.is_file():
            raise missing("file")
        return path

    def open(self, session_id: str, name: str) -> BinaryIO:
        """Open a file's content for reading, from any place.

        Raises:
            StorageError: E53 it is gone
            VaultError: E83 its seal is broken; also while reading
        """
        path = self.path(session_id, name)
        if self._key is None:
            return path.open("rb")
        return open_sealed(path, self._key, f"{session_id}/{name}")

    def remove(self, session_id: str, name: str) -> None:
        """Erase one file; nothing happens if it is gone.

        Raises:
            StorageError: E50 when it cannot be erased
        """
        try:
            (self.folder / session_id / name).unlink(missing_ok=True)
        except OSError as error:
            raise still_there() from error

    def remove_sessions(self, session_ids: Iterable[str]) -> None:
        """Erase all files of some sessions.

        Raises:
            StorageError: E50 when any of them is still there
        """
        folders = [self.folder / session_id for session_id in session_ids]
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        if any(folder.exists() for folder in folders):
            raise still_there()

    def listing(self) -> Iterator[tuple[str, str]]:
        """All files there are, as session and name, unfinished ones too."""
        for path in sorted(self.folder.glob("*/*")):
            yield path.parent.name, path.name

    def remove_empty_folders(self) -> None:
        """Erase the folders of sessions without a file."""
        for folder in self.folder.iterdir():
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _write(source: BinaryIO, path: Path, key: bytes | None, identity: str) -> tuple[str, int]:
    """Copy a stream into a new private file, through to the disk; describes its content."""
    digest, length = hashlib.sha256(), 0
    with create_privately(path) as file:
        sealing = None if key is None else SealedWriter(file, key, identity)
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            length += (sealing or file).write(chunk)
        if sealing is not None:
            sealing.finish()
        flush(file)
    return digest.hexdigest(), length


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line ends without it


def create_privately(path: Path) -> BinaryIO:
    """Open a new file that nobody but its owner can read, for writing."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    return open(descriptor, "wb")  # noqa: PTH123 (a descriptor, for its mode)


def copy_privately(source: Path, target: Path) -> None:
    """Copy a file as it lies, through to the disk, to where there is none yet."""
    with source.open("rb") as content, create_privately(target) as file:
        shutil.copyfileobj(content, file, _CHUNK)
        flush(file)


def sha256_of(content: BinaryIO) -> str:
    """Hash of what can still be read of a stream, hexadecimal."""
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def flush(file: BinaryIO) -> None:
    """Put what was written on the disk, so that a power cut does not lose it."""
    file.flush()
    os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Put a folder's entries on the disk; Windows cannot and need not."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
