"""What the intake says of recordings that have arrived, or are arriving."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

from ui.intake_names import begun_at, patient_of


@dataclass(frozen=True)
class Take:
    """A recording made in the browser that has not become a session.

    Attributes:
        id: of the take
        seconds: that have arrived safely
        is_finished: whether the browser said that it was all
        kept_until: when it will be erased, as seconds since 1970
        has_picture: whether the camera's picture came with it
        begun_at: when it was begun; None where that is not known
        patient_id: whose voice it is; None where that is not known
    """

    id: str
    seconds: float
    is_finished: bool
    kept_until: float
    has_picture: bool = False
    begun_at: datetime | None = None
    patient_id: str | None = None


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

    @property
    def patient_id(self) -> str | None:
        """Whose voice it is; None where that is not known."""
        return patient_of(self.path)

    @property
    def begun_at(self) -> datetime | None:
        """When a take was begun; None of a file, which may be older."""
        return begun_at(self.path)

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
