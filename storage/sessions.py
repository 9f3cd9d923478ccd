"""The verbs about sessions and their media."""

import contextlib
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session as Unit

from storage.details import SessionDetails, SweepReport
from storage.failures import missing
from storage.files import StoredFile
from storage.models import Media, MediaKind, Session, new_id
from storage.patients import find_patient
from storage.verbs import Verbs


class SessionVerbs(Verbs):
    """Add, change, list and erase sessions; find their media."""

    def add_session(
        self,
        patient_id: str | None,
        details: SessionDetails,
        recording: Path,
        is_kept: bool = True,
    ) -> Session:
        """Keep a recording as a session; when this returns, a power cut does not lose it.

        Args:
            patient_id: whose it is; may be none when it is not kept
            details: what was entered
            recording: copied; of its name only the suffix is kept
            is_kept: False to try without saving: it gets no number, and is erased by `erase_tried`

        Raises:
            StorageError: E50 not writable, E51 disk full, E53 no such patient
        """
        if patient_id is None and is_kept:
            raise ValueError("a session that is kept needs a patient")
        session_id = new_id()
        with recording.open("rb") as source:
            stored = self.files.store(session_id, recording.suffix, source)
        with contextlib.ExitStack() as undo:
            undo.callback(self.files.remove, session_id, stored.name)
            with self.database.writing() as unit:
                session = Session(
                    id=session_id, patient_id=patient_id, is_kept=is_kept, **asdict(details)
                )
                if patient_id is not None:
                    patient = find_patient(unit, patient_id)
                    if is_kept:
                        patient.last_number += 1
                        session.number = patient.last_number
                unit.add(session)
                unit.flush()
                unit.add(media_row(session_id, None, MediaKind.RECORDING, stored))
                unit.flush()
                kept = find_session(unit, session_id)
            undo.pop_all()
        return kept

    def session(self, session_id: str) -> Session:
        """Look a session up, with patient, runs and media.

        Raises:
            StorageError: E53 when there is no such session
        """
        with self.database.reading() as unit:
            return find_session(unit, session_id)

    def sessions(self, patient_id: str) -> tuple[Session, ...]:
        """List a patient's kept sessions with their runs, the newest first."""
        query = (
            select(Session)
            .where(Session.patient_id == patient_id, Session.is_kept)
            .order_by(Session.recorded_on.desc(), Session.created_at.desc())
        )
        with self.database.reading() as unit:
            return tuple(unit.scalars(query))

    def erase_session(self, session_id: str) -> None:
        """Erase a session with its runs and files.

        Raises:
            StorageError: E50 when a file cannot be erased, E53 when there is no such session
        """
        with self.database.writing() as unit:
            unit.delete(find_session(unit, session_id))
        self._erase_files([session_id])

    def tried(self) -> tuple[str, ...]:
        """Ids of the sessions that were tried without saving and are still there."""
        with self.database.reading() as unit:
            return tuple(unit.scalars(select(Session.id).where(~Session.is_kept)))

    def erase_tried(self, but: str | None = None) -> None:
        """Erase the sessions that were tried without saving.

        Args:
            but: id of one that stays

        Raises:
            StorageError: E50 when a file cannot be erased
        """
        tried = self._forget_tried(but)
        if tried:
            self._erase_files(tried)

    def media(self, media_id: str) -> tuple[Path, str]:
        """Find a file and its media type.

        Raises:
            StorageError: E53 when there is no such file
        """
        with self.database.reading() as unit:
            media = unit.get(Media, media_id)
        if media is None:
            raise missing("file")
        return self.files.path(media.session_id, media.file), media.media_type

    def media_of(self, owner_id: str, kind: MediaKind) -> Media | None:
        """Find a session's recording, or another kind of file of a run.

        Args:
            owner_id: of a session for its recording, else of a run
            kind: of file
        """
        owner = Media.session_id if kind is MediaKind.RECORDING else Media.run_id
        with self.database.reading() as unit:
            return unit.scalars(select(Media).where(owner == owner_id, Media.kind == kind)).first()

    def recording(self, session_id: str) -> Path:
        """Where a session's recording lies.

        Raises:
            StorageError: E53 when it is gone
        """
        media = self.media_of(session_id, MediaKind.RECORDING)
        if media is None:
            raise missing("recording")
        return self.files.path(media.session_id, media.file)

    def sweep(self) -> SweepReport:
        """Clean up after the last use; only for the start, before anything else is done.

        Erases sessions that were tried without saving, and files that belong to nothing.
        """
        tried = self._forget_tried()
        if tried:
            self.database.forget_erased()
        with self.database.reading() as unit:
            rows = {(row.session_id, row.file): row.id for row in unit.scalars(select(Media))}
        present = set(self.files.listing())
        for session_id, name in present - rows.keys():
            self.files.remove(session_id, name)
        self.files.remove_empty_folders()
        gone = sorted(rows[key] for key in rows.keys() - present)
        return SweepReport(len(tried), len(present - rows.keys()), tuple(gone))

    def _forget_tried(self, but: str | None = None) -> list[str]:
        """Delete the rows of sessions that are not kept; returns their ids."""
        with self.database.writing() as unit:
            found = unit.scalars(select(Session).where(~Session.is_kept))
            tried = [session for session in found if session.id != but]
            for session in tried:
                unit.delete(session)
        return [session.id for session in tried]


def find_session(unit: Unit, session_id: str) -> Session:
    """Load a session with everything that belongs to it, or raise E53."""
    session = unit.get(Session, session_id, populate_existing=True)
    if session is None:
        raise missing("session")
    return session


def media_row(session_id: str, run_id: str | None, kind: MediaKind, stored: StoredFile) -> Media:
    """Describe a stored file."""
    return Media(
        session_id=session_id,
        run_id=run_id,
        kind=kind,
        file=stored.name,
        sha256=stored.sha256,
        bytes=stored.bytes,
        media_type=stored.media_type,
    )
