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

    Each verb is one transaction and may be called from any thread. What it returns is a snapshot:
    loaded whole, detached from the database, and changed only through another verb.

    Args:
        database: where the rows are
        files: where the media are
    """

    def close(self) -> None:
        """Give the database file back."""
        self.database.close()


def open_repository(folder: Path, url: str | None = None) -> Repository:
    """Open a data folder, making or updating what is in it.

    Args:
        folder: the data folder, see `storage.files.data_folder`
        url: SQLAlchemy's address of the database; a file in the folder by default

    Raises:
        StorageError: E50 not writable, E51 disk full, E52 damaged, E54 made by a newer version
    """
    prepare_folder(folder)
    file = folder.resolve() / "verhm.db"
    database = Database(url or URL.create("sqlite", database=str(file)))
    return Repository(database, MediaFiles(folder / "media"))
