"""All that the app asks of storage, in one object."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from storage.access import Who, the_program
from storage.accounts import Accounts
from storage.annotating import AnnotationVerbs
from storage.audit import ANCHOR, AuditLog, now
from storage.consenting import ConsentVerbs
from storage.database import Database
from storage.files import MediaFiles, prepare_folder
from storage.passphrases import Passphrases
from storage.patient_events import PatientEventVerbs
from storage.patients import PatientVerbs
from storage.portable import PortableVerbs
from storage.retention import RetentionVerbs
from storage.runs import RunVerbs
from storage.sessions import SessionVerbs
from storage.sharing import SharingVerbs
from storage.vault import KeyFile, Vault
from storage.whereabouts import Server, backend_of, note_server


class Repository(
    PatientVerbs,
    ConsentVerbs,
    SessionVerbs,
    RunVerbs,
    AnnotationVerbs,
    PatientEventVerbs,
    SharingVerbs,
    RetentionVerbs,
    PortableVerbs,
):
    """Patients, sessions, runs and media under one data folder.

    Each verb may be called from any thread and changes the database in one transaction or not at
    all. What it returns is a snapshot: loaded whole, detached from the database, and changed only
    through another verb. What is somebody else's is not there for whoever asks.
    """

    def acting_as(self, who: Who) -> "Repository":
        """The same data, as far as the actor reaches at each verb."""
        return Repository(self.database, self.files, self.vault, who, self.audit)

    def close(self) -> None:
        """Give the database file back."""
        self.database.close()


def open_accounts(
    repository: Repository,
    passphrases: Passphrases | None = None,
    clock: Callable[[], datetime] = now,
) -> Accounts:
    """The accounts that are kept beside the patients.

    Args:
        repository: the program's own
        passphrases: how they are kept
        clock: tells the moment
    """
    assert repository.audit is not None
    opens_records = KeyFile(repository.files.folder.parent).opens_with
    return Accounts(repository.database, repository.audit, passphrases, clock, opens_records)


def open_repository(
    folder: Path, vault: Vault | None = None, server: Server | None = None
) -> Repository:
    """Open a folder of patients, making or updating what is in it.

    Args:
        folder: the data folder (see `storage.files.data_folder`), or the sealed one in it (see
            `storage.safe`)
        vault: with which everything in it is encrypted; none for a plain folder
        server: that has the rows; none where they are in a file in the folder

    Raises:
        StorageError: E50 not writable, E51 disk full, E52 damaged, E54 made by a newer version,
            E56 in use, E88 the server cannot be used, or the rows are elsewhere
        VaultError: E86 when it is to be encrypted and cannot be here
    """
    prepare_folder(folder)
    key = None if vault is None else vault.database_key
    database = Database(backend_of(folder.resolve(), key, server))
    if server is not None:
        note_server(folder)
    audit = AuditLog(database, folder / ANCHOR)
    return Repository(database, MediaFiles(folder / "media"), vault, the_program, audit)
