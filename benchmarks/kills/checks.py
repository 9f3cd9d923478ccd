"""What must be true of a data folder after a kill, and after the start that follows."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select, text

from benchmarks.kills.ledger import Ledger, mark, samples_of
from benchmarks.kills.page import Page, Refused
from storage.audit import ANCHOR
from storage.audit_check import check
from storage.backup import restore
from storage.models import Media, MediaKind, Patient, Run, RunState, Session, VideoState
from storage.repository import Repository
from storage.safe import Safe
from storage.vault import Vault
from ui.intake import Intake
from verhm.errors import VerhmError

SEALED: Final = Path("sealed")
_RESULT: Final = {MediaKind.ANALYSIS, MediaKind.MORPHS}
_FORESEEN: Final = (None, "E20", "E21", "E60")  # a pause was recorded, or its session is erased
_OPEN_VIDEO: Final = (VideoState.QUEUED, VideoState.RENDERING)


def lost_uploads(data: Path, vault: Vault, ledger: Ledger) -> Iterator[str]:
    """Uploads that are neither there nor asked to become a session; only before the next start."""
    intake = Intake(data / "intake", key=vault.intake_key)
    for recording_id, known in ledger.uploads.items():
        try:
            with intake.received(recording_id).open() as content:
                is_there = mark(samples_of(content.read())) == known
        except VerhmError:
            is_there = False
        if is_there:
            ledger.asked.pop(recording_id, None)  # the start erases it, saved or not
        elif recording_id not in ledger.asked:
            yield f"upload {recording_id} is lost or changed"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the database and the files say, read once.

    Attributes:
        patients: ids
        sessions: with their runs and media
        media: all rows, by session and file's name
        hashes: SHA-256 of each file there is, or the error's code that reading it ended with
        marks: of the recordings, by session
    """

    patients: set[str]
    sessions: list[Session]
    media: dict[tuple[str, str], Media]
    hashes: dict[tuple[str, str], str]
    marks: dict[str, str]


def look(repository: Repository) -> Seen:
    """Read everything there is."""
    with repository.database.reading() as unit:
        patients = set(unit.scalars(select(Patient.id)))
        sessions = list(unit.scalars(select(Session)))
        media = {(each.session_id, each.file): each for each in unit.scalars(select(Media))}
    seen = Seen(patients, sessions, media, {}, {})
    owners = {each.id: each.patient_id or "" for each in sessions}
    assert repository.keys is not None
    keys = {each: repository.keys.of_patient(each) for each in set(owners.values())}
    for place in repository.files.listing():
        if place not in media:
            seen.hashes[place] = ""
            continue
        try:
            files = repository.files.sealed_with(keys[owners[place[0]]])
            with files.open(*place) as file:
                content = file.read()
        except VerhmError as error:
            seen.hashes[place] = error.code
            continue
        seen.hashes[place] = hashlib.sha256(content).hexdigest()
        if media[place].kind is MediaKind.RECORDING:
            seen.marks[place[0]] = mark(samples_of(content))
    return seen


def lost_takes(page: Page, ledger: Ledger, seen: Seen) -> Iterator[str]:
    """Takes of which a piece that was acknowledged is missing; removes those that are there."""
    for take_id, samples in ledger.takes.items():
        try:
            page.ask("POST", f"/takes/{take_id}/finish")
            found = samples_of(page.ask("GET", f"/recordings/{take_id}").content)
            page.ask("DELETE", f"/recordings/{take_id}")
            ledger.gone.add(take_id)
        except Refused:
            if ledger.asked.get(take_id) not in seen.marks.values():
                yield f"take {take_id} is lost"
            continue
        is_whole = found == samples if take_id in ledger.finished else found.startswith(samples)
        if not is_whole:
            yield f"take {take_id} has changed"
        ledger.asked.pop(take_id, None)
    ledger.takes.clear()
    ledger.finished.clear()


def broken_promises(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Whatever of the ledger is not so."""
    owners = {each.id: each.patient_id for each in seen.sessions}
    for patient_id in ledger.patients.keys() - seen.patients:
        yield f"patient {patient_id} is lost"
    for session_id, (patient_id, known) in ledger.sessions.items():
        if owners.get(session_id) != patient_id:
            yield f"session {session_id} is lost"
        elif seen.marks.get(session_id) != known:
            yield f"the recording of session {session_id} has changed"
    for subject in ledger.gone & (seen.patients | owners.keys()):
        yield f"{subject} was erased and is there again"
    for recording_id, known in ledger.asked.items():
        if known not in seen.marks.values():
            yield f"recording {recording_id} was lost while it was saved"


def damage(repository: Repository, place: Path, seen: Seen) -> Iterator[str]:
    """What is wrong with database, log, rows and files by themselves, while nothing goes on."""
    with repository.database.reading() as unit:
        for pragma, good in (
            ("integrity_check", ["ok"]),
            ("cipher_integrity_check", []),
            ("foreign_key_check", []),
        ):
            found = list(unit.scalars(text(f"PRAGMA {pragma}")))
            if found != good:
                yield f"{pragma}: {found[:3]}"
    for finding in check(repository.database, place / ANCHOR).findings:
        yield f"audit log: {finding}"
    for session in seen.sessions:
        yield from _half(session)
    yield from (f"file without a row: {name}" for name in seen.hashes.keys() - seen.media.keys())
    yield from (f"row without a file: {name}" for name in seen.media.keys() - seen.hashes.keys())
    for key in seen.media.keys() & seen.hashes.keys():
        if seen.hashes[key] != seen.media[key].sha256:
            yield f"{seen.media[key].kind} of session {key[0]} has changed"


def left_over(repository: Repository, data: Path, ledger: Ledger) -> Iterator[str]:
    """What lies where nothing may lie while nothing goes on."""
    for place in repository.scratch(data / "work").places:
        yield from (f"left in {place.name}: {path.name}" for path in place.glob("*"))
    for path in (data / "intake").iterdir():
        if path.suffix not in (".take", ".wav") or path.name[:32] in ledger.gone:
            yield f"left in the intake: {path.name}"


def _half(session: Session) -> Iterator[str]:
    """What a session or its runs lack, or have too much."""
    kinds = [media.kind for media in session.media if media.run_id is None]
    if [kind for kind in kinds if kind is not MediaKind.CAMERA] != [MediaKind.RECORDING]:
        yield f"session {session.id} has {kinds} instead of its recording"
    if not session.is_kept or session.number is None:
        yield f"session {session.id} was only tried, and is there"
    for run in session.runs:
        yield from _half_run(run)


def _half_run(run: Run) -> Iterator[str]:
    kinds = {media.kind for media in run.media}
    wanted = _RESULT if run.state is RunState.DONE else set()
    wanted = wanted | ({MediaKind.VIDEO} if run.video_state is VideoState.DONE else set())
    if kinds - {MediaKind.VOICE} != wanted:
        yield f"run {run.id} is {run.state}, its video {run.video_state}, and has {sorted(kinds)}"
    if run.state.is_unfinished or run.video_state in _OPEN_VIDEO:
        yield f"run {run.id} is {run.state}, its video {run.video_state}, and nobody works on it"
    died_twice = "ended twice" in (run.error_cause or "")
    if run.error_code not in _FORESEEN and not died_twice:
        yield f"run {run.id} failed: {run.error_code} {run.error_cause}"


def opened(data: Path, vault: Vault) -> closing[Repository]:
    """The records, to be looked at."""
    return closing(Safe(data).open(vault))


def bad_backups(data: Path, vault: Vault, ledger: Ledger) -> Iterator[str]:
    """Backups that have their name and cannot be restored, or were finished and are not there."""
    for target, is_finished in ledger.backups.items():
        restored = data.with_name("restored")
        if target.exists():
            try:
                restore(target, SEALED, vault, restored)
            except VerhmError as error:
                yield f"a backup cannot be restored: {error}"
        elif is_finished:
            yield "a finished backup is lost"
        for folder in (restored, target, target.with_name(f"{target.name}.unfinished")):
            shutil.rmtree(folder, ignore_errors=True)
    ledger.backups.clear()
