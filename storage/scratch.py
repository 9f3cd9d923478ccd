"""Where content lies unsealed while other programs read or write it: in memory, if it can.

ffmpeg wants files. On Linux they lie in memory: what is read without a name, what is written in a
folder of this data folder's own (`/dev/shm`). Elsewhere, and where they do not fit, they lie in the
work folder, and are overwritten before they are erased. Either way they are gone when the work is
done, and at the next start at the latest; without a name, with the program. Memory
may still be swapped out, and what a disk wrote it may keep beyond our reach: both are what the
system's own disk encryption is for.
"""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from storage.failures import coded_os_errors

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (entered only where it is our own, see below)
_SPARE: Final = 1 << 28  # bytes of the memory that are left to others
_BLOCK: Final = 1 << 20


class Scratch:
    """Folders for content that is unsealed for a while.

    Args:
        work: folder in the data folder, for where there is no memory
        memory: folder of the system that lies in memory; none to do without
    """

    def __init__(self, work: Path, memory: Path | None = _MEMORY) -> None:
        self._work = work
        name = hashlib.sha256(str(work.absolute()).encode()).hexdigest()[:16]
        self._in_memory = None if memory is None else memory / f"verhm-{name}"

    @contextlib.contextmanager
    def folder(self, room: int) -> Iterator[Path]:
        """A new empty private folder, shredded in the end.

        Args:
            room: bytes that will be needed

        Raises:
            StorageError: E50 not writable, E51 disk full
        """
        path = self.make(room)
        try:
            yield path
        finally:
            shred(path)

    @contextlib.contextmanager
    def file(self, room: int, name: str) -> Iterator[Path]:
        """A path for one file that other programs of this user are to read; gone in the end.

        On Linux it lies in memory without a name, so that nothing is left of it even where this
        program is killed.

        Args:
            room: bytes that will be needed
            name: where it has to have one

        Raises:
            StorageError: E50 not writable, E51 disk full
        """
        memory = self._in_memory
        if memory is None or not hasattr(os, "memfd_create") or not _has_room(memory, room):
            with self.folder(room) as folder:
                yield folder / name
            return
        with coded_os_errors():
            descriptor = os.memfd_create(name)
        try:
            yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
        finally:
            os.close(descriptor)

    def make(self, room: int) -> Path:
        """A new empty private folder; whoever asks for it shreds it. Raises as `folder`."""
        with coded_os_errors():
            folder = self._in_memory
            if folder is None or not _has_room(folder, room):
                folder = self._work
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(dir=folder))

    def clear(self) -> None:
        """Shred everything: at every start and stop."""
        for place in self.places:
            shred(place)

    @property
    def places(self) -> tuple[Path, ...]:
        """Where such folders lie, as far as it is ours; it need not be there."""
        if self._in_memory is not None and _is_ours(self._in_memory):
            return self._in_memory, self._work
        return (self._work,)


def shred(folder: Path) -> None:
    """Overwrite the files of a folder, then erase it; does what it can."""
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            overwrite(path)
    shutil.rmtree(folder, ignore_errors=True)


def overwrite(path: Path) -> None:
    """Write zeros over a file, through to the disk; a link is left to its target."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _BLOCK)))
        file.flush()
        os.fsync(file.fileno())


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder, of this user, that nobody else can enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    return os.name != "posix" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)


def _has_room(folder: Path, room: int) -> bool:
    """Whether there is memory for it, in a folder that is nobody else's."""
    if not folder.parent.is_dir():
        return False
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return _is_ours(folder) and shutil.disk_usage(folder).free >= room + _SPARE
