"""All that the app asks of storage, in one object."""

from pathlib import Path

from sqlalchemy import URL

from storage.database import Database
from storage.files import MediaFiles, prepare_folder
from storage.patients import PatientVerbs
from storage.runs import RunVerbs
from storage.sessions import SessionVerbs


class Repository(PatientVerbs, SessionVerbs, RunVerbs):
    """Patients, sessions, runs and media under one data folder.

    Each verb may be called from any thread and changes the database in one transaction or not at
    all. What it returns is a snapshot: loaded whole, detached from the database, and changed only
    through another verb.
    """

    def close(self) -> None:
        """Give the database file back."""
        self.database.close()


def open_repository(folder: Path) -> Repository:
    """Open a data folder, making or updating what is in it.

    Args:
        folder: the data folder, see `storage.files.data_folder`

    Raises:
        StorageError: E50 not writable, E51 disk full, E52 damaged, E54 made by a newer version,
            E56 in use
    """
    prepare_folder(folder)
    file = folder.resolve() / "verhm.db"
    database = Database(URL.create("sqlite", database=str(file)))
    return Repository(database, MediaFiles(folder / "media"))
