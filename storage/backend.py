"""What a database, be it a file or on a server, has to offer; nothing else knows which it is."""

from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from verhm.errors import VerhmError


class Backend(Protocol):
    """Where the rows are kept."""

    @property
    def reading(self) -> dict[str, Any]:
        """Execution options of a consistent view."""

    @property
    def writing(self) -> dict[str, Any]:
        """Execution options of a change, which waits for another one to end."""

    def connect(self) -> Engine:
        """Connections to it, as they are used from several threads.

        Raises:
            StorageError: E50 or E51 when it cannot be made, E88 when its server cannot be used
        """

    def update(self) -> None:
        """Make its tables, or bring them up to date, wholly or not at all.

        Raises:
            StorageError: as `connect`; E52 damaged, E54 made by a newer version
        """

    def triggers(self, connection: Connection) -> set[str]:
        """Names of those that refuse changes."""

    def forget_erased(self, engine: Engine) -> None:
        """Let nothing of erased rows live on in its files."""

    def copy_to(self, engine: Engine, file: Path, key: bytes | None) -> None:
        """Write what is there at one moment to a new SQLite file, while others go on writing.

        Args:
            engine: of this database
            file: to make
            key: that the file is encrypted with; none for a plain one
        """

    def blame(self, error: BaseException) -> VerhmError | None:
        """What its complaint means to the person at the screen; None for our own mistakes."""
