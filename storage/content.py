"""What a kept file holds, wherever and however it lies on the disk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from storage.failures import coded_os_errors
from storage.files import MediaFiles
from storage.scratch import Scratch


class Recorded(Protocol):
    """A recording that is to be kept: a path, or what can be opened like one."""

    @property
    def suffix(self) -> str:
        """Of its name, such as ".wav"."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Its content, from the beginning."""


@dataclass(frozen=True, eq=False)
class Content:
    """A kept file's content.

    Attributes:
        path: where the file lies; sealed, what is there cannot be read by itself
        files: that open it
        session_id: whose file it is
        media_type: for the browser
        bytes: length of the content
        sha256: of the content, hexadecimal
    """

    path: Path
    files: MediaFiles
    session_id: str
    media_type: str
    bytes: int
    sha256: str

    @property
    def suffix(self) -> str:
        """Of its name, such as ".wav"."""
        return self.path.suffix

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """Open it for reading, from any place; raises E53 and E83 as `MediaFiles.open`."""
        return self.files.open(self.session_id, self.path.name)

    @contextmanager
    def lent(self, scratch: Scratch) -> Iterator[Path]:
        """A path that other programs can read it from, for as long as the block lasts.

        Args:
            scratch: where a sealed one is unpacked

        Raises:
            StorageError: E50 not writable, E51 no room, E53 it is gone
            VaultError: E83 its seal is broken
        """
        if not self.files.is_sealing:
            yield self.path
            return
        with scratch.file(self.bytes, f"content{self.suffix}") as path:
            with coded_os_errors(), self.open() as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            yield path
