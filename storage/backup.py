"""Backups: made while the program works, and checked before they count.

A backup is a data folder like any other, with a note beside it that says what it holds. It becomes
what it is called by one renaming, after everything in it was read anew; so does what is restored.
What is sealed stays sealed, and opens with the passphrase that was in use when it was made.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import TableClause, delete, func, select, text

from storage.account_models import Event, SignIn
from storage.audit import ANCHOR, Action
from storage.database import Database
from storage.failures import broken_seal, coded_os_errors, translated
from storage.files import (
    MediaFiles,
    copy_privately,
    create_privately,
    flush,
    flush_folder,
    prepare_folder,
    sha256_of,
)
from storage.models import Media, Patient, Session
from storage.postgres import PostgresBackend
from storage.repository import Repository, open_repository
from storage.sqlite import SqliteBackend
from storage.vault import FILE, Vault
from storage.whereabouts import DATABASE, Server, note_server
from verhm.errors import RequestError, StorageError

NOTE: Final = "backup.json"
_SCHEMA: Final = "verhm.backup/1"
_BEGUN: Final = ".unfinished"


@dataclass(frozen=True)
class Inventory:
    """What a folder of patients holds.

    Attributes:
        tables: SHA-256 of each table's rows, in the order of their keys
        patients: how many
        sessions: how many
        files: how many, each read and found to be what it was when it was kept
        bytes: of their content
        missing: files that are named, but were not there any more when the backup was made
    """

    tables: dict[str, str]
    patients: int
    sessions: int
    files: int
    bytes: int
    missing: int


def back_up(
    place: Path, vault: Vault | None, target: Path, server: Server | None = None
) -> Inventory:
    """Copy a folder of patients, whether the program is using it or not.

    A backup is not finished before a copy has nobody, and no recording, in it that was erased while
    it was made.
    Sessions that are only tried are left out.

    Args:
        place: folder that holds the database
        vault: with which it is encrypted; none for a plain one
        target: folder to make, in the same place as `place` has in its data folder
        server: that has the rows; the backup has them in a file of its own

    Raises:
        RequestError: E70 when the target is within the folder itself, E72 when there is something
            in it already
        StorageError: E50 not writable, E51 disk full, E52 damaged
        VaultError: E83 when a kept file is not what it was
    """
    if target.is_relative_to(place if vault is None else place.parent):
        raise RequestError(
            "E70", "That folder is within the data folder.", "Name one on another disk."
        )
    with _made_whole(target) as begun, closing(open_repository(place, vault, server)) as source:
        copy_at = begun / place.name if vault is not None else begun
        prepare_folder(copy_at)
        assert source.audit is not None
        source.audit.record(None, Action.EXPORT, "", "backup")
        # Before the database: an anchor that knows of later lines would call them cut off.
        for name in (ANCHOR, FILE):
            if (place / name).exists():
                copy_privately(place / name, copy_at / name)
        _copy_without_erased(source, copy_at, vault)
        with closing(open_repository(copy_at, vault)) as copy:
            copy.sweep()
            copy.database.forget_erased()
        inventory = _take_inventory(copy_at, vault)
        with create_privately(begun / NOTE) as file:
            file.write(json.dumps({"schema": _SCHEMA, **asdict(inventory)}, indent=1).encode())
            flush(file)
    return inventory


def last_backup(repository: Repository) -> datetime | None:
    """When the last backup was begun, by the log; it does not say where that lies."""
    made = select(Event.at).where(Event.action == Action.EXPORT, Event.detail == "backup")
    with repository.database.reading() as unit:
        at = unit.scalars(made.order_by(Event.number.desc()).limit(1)).first()
    return None if at is None else datetime.fromisoformat(at)


def restore(
    backup: Path, place: Path, vault: Vault | None, data: Path, server: Server | None = None
) -> Inventory:
    """Make a data folder of a backup, after comparing every row and every file.

    Whoever was signed in when it was made is not any more.

    Args:
        backup: folder that `back_up` made
        place: folder that holds the database, as seen from the backup's
        vault: with which it is encrypted; none for a plain one
        data: folder to make
        server: that is to have the rows; none for a file in the folder

    Raises:
        RequestError: E72 when there is something in the data folder or on the server already
        StorageError: E50 not writable, E51 disk full, E52 damaged, E59 no backup, or not as made,
            E88 the server cannot be used
        VaultError: E83 when a kept file is not what it was
    """
    expected = read_note(backup)
    with ExitStack() as undo, _made_whole(data, undo.pop_all) as begun:
        found = _copied(backup, begun, place, vault)
        if asdict(found) != expected:
            raise _not_as_made()
        with closing(open_repository(begun / place, vault)) as copy:
            with copy.database.writing() as unit:
                unit.execute(delete(SignIn))
            copy.database.forget_erased()
        if server is not None:
            _hand_over(begun / place, vault, server, undo)
    return found


def _copied(backup: Path, begun: Path, place: Path, vault: Vault | None) -> Inventory:
    """Copy a backup, and look at what came of it."""

    def copy(source: str, target: str) -> None:
        with coded_os_errors():  # else all are gathered, and nobody says that the disk is full
            copy_privately(Path(source), Path(target))

    left_out = shutil.ignore_patterns(NOTE, "*-wal", "*-shm")
    shutil.copytree(backup, begun, ignore=left_out, copy_function=copy, dirs_exist_ok=True)
    return _take_inventory(begun / place, vault)


def _hand_over(place: Path, vault: Vault | None, server: Server, undo: ExitStack) -> None:
    """Move the rows from the folder's own file to a server; a later failure leaves none there."""
    backend, file = PostgresBackend(server), place / DATABASE
    with translated(backend.blame):
        backend.take_over(file, None if vault is None else vault.database_key)
    undo.callback(backend.give_back)
    file.unlink()
    note_server(place)


def hash_tables(file: Path, vault: Vault | None) -> dict[str, str]:
    """SHA-256 of the rows of every table in a database file, which is left as old as it is."""
    key = None if vault is None else vault.database_key
    hashes = {}
    backend = SqliteBackend(file, key)
    with closing(Database(backend, updates=False)) as database, database.reading() as unit:
        names = unit.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        for name in sorted(names):
            digest = hashlib.sha256()
            rows = select(text("*")).select_from(TableClause(name)).order_by(text("rowid"))
            for row in unit.execute(rows):
                digest.update(repr(tuple(row)).encode())
            hashes[name] = digest.hexdigest()
    return hashes


def _take_inventory(copy_at: Path, vault: Vault | None) -> Inventory:
    """Read everything there is; raises E83 when a file is not what it was when it was kept."""
    tables = hash_tables(copy_at / DATABASE, vault)
    files = missing = length = 0
    with closing(open_repository(copy_at, vault)) as copy:
        with copy.database.reading() as unit:
            patients, sessions = (
                unit.scalar(select(func.count()).select_from(kind)) for kind in (Patient, Session)
            )
            named = select(Media.session_id, Media.file, Media.sha256, Media.bytes)
            rows = unit.execute(named).all()
        for session_id, name, sha256, size in rows:
            if not (copy.files.folder / session_id / name).is_file():
                missing += 1
                continue
            if _sha256(copy, session_id, name) != sha256:
                raise broken_seal()
            files += 1
            length += size
    return Inventory(tables, patients or 0, sessions or 0, files, length, missing)


def _sha256(copy: Repository, session_id: str, name: str) -> str:
    key = None if copy.keys is None else copy.keys.of_session(session_id)
    with copy.files.sealed_with(key).open(session_id, name) as content:
        return sha256_of(content)


def _copy_without_erased(source: Repository, copy_at: Path, vault: Vault | None) -> None:
    """Copy database and files, and again if somebody was erased meanwhile."""
    file, key = copy_at / DATABASE, None if vault is None else vault.database_key
    while True:
        source.database.copy_to(file, key)
        with closing(open_repository(copy_at, vault)) as copy:
            _copy_media(source.files, copy)
            erased = _known(copy) - _known(source)
        if not erased:
            return
        file.unlink()


def _copy_media(source: MediaFiles, copy: Repository) -> None:
    with copy.database.reading() as unit:
        kept = select(Media.session_id, Media.file).join(Session).where(Session.is_kept)
        rows = unit.execute(kept).all()
    for session_id, name in rows:
        path, target = source.folder / session_id / name, copy.files.folder / session_id / name
        if target.exists() or not path.is_file():
            continue
        prepare_folder(target.parent)
        copy_privately(path, target)


def _known(repository: Repository) -> set[str]:
    """Ids of the patients, sessions and files there are."""
    with repository.database.reading() as unit:
        return {
            each for kind in (Patient, Session, Media) for each in unit.scalars(select(kind.id))
        }


@contextmanager
def _made_whole(target: Path, then: Callable[[], object] = lambda: None) -> Iterator[Path]:
    """A folder that gets its name once everything is in it; nothing of it stays otherwise.

    Args:
        target: its name
        then: done as soon as it has it
    """
    with coded_os_errors():
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise RequestError(
                "E72", "There is something in that folder already.", "Name a new folder."
            )
        begun = target.with_name(target.name + _BEGUN)
        shutil.rmtree(begun, ignore_errors=True)
        prepare_folder(begun)
        try:
            yield begun
            for folder in (begun, *begun.rglob("*/")):
                flush_folder(folder)
            if target.exists():
                target.rmdir()
            begun.rename(target)
            then()
            flush_folder(target.parent)
        finally:
            shutil.rmtree(begun, ignore_errors=True)


def read_note(backup: Path) -> dict[str, Any]:
    """What a backup says that it holds; raises `StorageError` (E59) where that is no backup."""
    try:
        note = json.loads((backup / NOTE).read_text(encoding="utf-8"))
        if note.pop("schema") == _SCHEMA:
            return note
    except (OSError, ValueError, KeyError, AttributeError):
        pass
    raise _not_as_made()


def _not_as_made() -> StorageError:
    return StorageError(
        "E59",
        "That folder is no backup of VERHM's, or not as it was made.",
        "Use another backup; nothing was changed.",
    )
