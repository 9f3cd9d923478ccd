"""What the verbs about patients, sessions and runs stand on."""

from collections.abc import Iterable

from storage.database import Database
from storage.files import MediaFiles


class Verbs:
    """Verbs over the rows and the files.

    Args:
        database: where the rows are
        files: where the media are
    """

    def __init__(self, database: Database, files: MediaFiles) -> None:
        self.database = database
        self.files = files

    def _erase_files(self, session_ids: Iterable[str]) -> None:
        """Erase what is left of sessions whose rows are gone.

        Rows go first: if the program dies in between, the next start sweeps the files away.
        """
        try:
            self.files.remove_sessions(session_ids)
        finally:
            self.database.forget_erased()
