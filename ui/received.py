"""What the intake says of recordings that have arrived, or are arriving."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal


@dataclass(frozen=True)
class Take:
    """A recording made in the browser that has not become a session.

    Attributes:
        id: of the take
        seconds: that have arrived safely
        is_finished: whether the browser said that it was all
        kept_until: when it will be erased, as seconds since 1970
        has_picture: whether the camera's picture came with it
    """

    id: str
    seconds: float
    is_finished: bool
    kept_until: float
    has_picture: bool = False


@dataclass(frozen=True, eq=False)
class Received:
    """A finished recording that has arrived, or its picture; can be opened like its path.

    Attributes:
        path: of its file, which may be sealed
        opened: opens its content
        is_sealed: whether what lies there cannot be read by itself
    """

    path: Path
    opened: Callable[[Path], BinaryIO]
    is_sealed: bool

    @property
    def suffix(self) -> str:
        """Of its name, such as ".wav"."""
        return self.path.suffix

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """Its content, for reading from any place; raises E83 when its seal is broken."""
        return self.opened(self.path)


@dataclass(frozen=True, eq=False)
class Filmed(Received):
    """The picture beside a take, as the browser recorded it.

    Attributes:
        start: seconds of the voice at its first frame
    """

    start: float
