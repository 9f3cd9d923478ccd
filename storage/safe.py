"""The encrypted part of a data folder: made, opened, and filled with what lay there unencrypted.

Everything encrypted lies in the folder `sealed`: the key file, the database, the media, and the
audit log's anchor, which is hashes alone and stays readable. The folder is made beside, as
`sealing`, and becomes `sealed` by one renaming; until then the plain files are what counts, from
then on the sealed ones. What is plain is erased afterwards only while the note in `sealed` says
that all of it was taken over: files that came later are never erased for leftovers.
"""

import contextlib
from pathlib import Path
from typing import Final

from sqlalchemy import select

from storage.audit import ANCHOR
from storage.cipher_driver import key_literal, silence, sqlcipher
from storage.failures import (
    broken_seal,
    coded_os_errors,
    plain_on_server,
    still_there,
    translated,
    two_sets,
)
from storage.files import (
    MediaFiles,
    copy_privately,
    create_privately,
    flush,
    flush_folder,
    prepare_folder,
    sha256_of,
)
from storage.keyrings import Keyring
from storage.models import Media, Session
from storage.repository import Repository, open_repository
from storage.scratch import overwrite, shred
from storage.sqlite import SqliteBackend
from storage.stretching import Stretching
from storage.vault import KeyFile, Vault
from storage.whereabouts import DATABASE, Server, is_on_server

_SEALED: Final = "sealed"
_BEGUN: Final = "sealing"
_NOTE: Final = "plain-files-are-taken-over"
_PLAIN: Final = (ANCHOR, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
_USUAL: Final = Stretching()


class Safe:
    """What is encrypted in a data folder.

    Args:
        data: the data folder
        keyring: the system's; only asked where it is needed
    """

    def __init__(self, data: Path, keyring: Keyring | None = None) -> None:
        self.folder = data / _SEALED
        self.keys = KeyFile(self.folder, keyring)
        self._data = data
        self._keyring = keyring

    @property
    def exists(self) -> bool:
        """Whether the data folder is encrypted."""
        return self.folder.is_dir()

    @property
    def has_plain(self) -> bool:
        """Whether there are patients in the data folder that are not encrypted."""
        return (self._data / DATABASE).exists()

    def make(self, passphrase: str | None, stretching: Stretching = _USUAL) -> Vault:
        """Encrypt a data folder, with all that is in it; a kill at any moment loses nothing.

        Args:
            passphrase: that opens it from now on; without one the system's keyring does
            stretching: of the passphrase

        Raises:
            VaultError: E82 when the passphrase is unfit, E85 no keyring, E86 no SQLCipher, E87 when
                the folder is kept unencrypted beside a database on a server
            StorageError: E50 not writable, E51 no room for both, E52 damaged, E54 newer; what was
                there is as it was then
        """
        if self.exists:
            raise ValueError("the data folder is encrypted already")
        if is_on_server(self._data):
            raise plain_on_server()
        sqlcipher()
        begun = self._data / _BEGUN
        shred(begun)
        prepare_folder(begun)
        try:
            vault = KeyFile(begun, self._keyring).create(passphrase, stretching)
            if self.has_plain:
                self._take_over(begun, vault)
            with coded_os_errors():
                flush_folder(begun)
                begun.rename(self.folder)
                flush_folder(self._data)
        finally:
            shred(begun)
        self.tidy()
        return vault

    def open(self, vault: Vault, server: Server | None = None) -> Repository:
        """Open the patients in it; raises as `open_repository`."""
        return open_repository(self.folder, vault, server)

    def tidy(self) -> None:
        """Erase what was taken over, if the program died before it could.

        Raises:
            StorageError: E50 when it cannot be erased
            VaultError: E87 when there are plain patients that nobody took over
        """
        note = self.folder / _NOTE
        if not note.exists():
            if self.has_plain:
                raise two_sets()
            return
        shred(self._data / "media")
        for name in _PLAIN:
            with contextlib.suppress(OSError):
                overwrite(self._data / name)
                (self._data / name).unlink()
        if self.has_plain or (self._data / "media").exists():
            raise still_there()
        with coded_os_errors():
            flush_folder(self._data)
            note.unlink()

    def _take_over(self, begun: Path, vault: Vault) -> None:
        plain = open_repository(self._data)  # brings it up to date, or says why it cannot
        try:
            plain.erase_tried()
            plain.database.forget_erased()
        finally:
            plain.close()
        _export(self._data / DATABASE, begun / DATABASE, vault)
        sealed = open_repository(begun, vault)
        try:
            _seal_media(plain.files, sealed)
            sealed.database.forget_erased()
        finally:
            sealed.close()
        with coded_os_errors():
            _copy_anchor(self._data / ANCHOR, begun / ANCHOR)
            with create_privately(begun / _NOTE) as note:
                flush(note)


def _export(plain: Path, sealed: Path, vault: Vault) -> None:
    """Write all of a plain database into a new encrypted one."""
    with coded_os_errors():
        create_privately(sealed).close()
    with translated(SqliteBackend(sealed, vault.database_key).blame):
        connection = sqlcipher().connect(str(plain), isolation_level=None)
        try:
            silence(connection)
            key = key_literal(vault.database_key)
            connection.execute(f"ATTACH DATABASE ? AS sealed KEY {key}", (str(sealed),))
            connection.execute("SELECT sqlcipher_export('sealed')")
            connection.execute("DETACH DATABASE sealed")
        finally:
            connection.close()


def _copy_anchor(plain: Path, beside_sealed: Path) -> None:
    """Take the audit log's anchor along; without any account there is none yet."""
    if plain.exists():
        copy_privately(plain, beside_sealed)


def _seal_media(plain: MediaFiles, sealed: Repository) -> None:
    """Seal the files of all rows; one that is gone stays gone, and its row as evidence."""
    with sealed.database.reading() as unit:
        rows = unit.execute(
            select(Media.session_id, Media.file, Session.patient_id).join(
                Session, Media.session_id == Session.id
            )
        ).all()
    for session_id, name, patient_id in rows:
        assert patient_id is not None, "a session without a patient is never kept"
        if not (plain.folder / session_id / name).is_file():
            continue
        assert sealed.keys is not None
        files = sealed.files.sealed_with(sealed.keys.of_patient(patient_id))
        with coded_os_errors(), plain.open(session_id, name) as source:
            stored = files.put(session_id, name, source)
        with files.open(session_id, name) as content:
            if sha256_of(content) != stored.sha256:
                raise broken_seal()
