"""The verbs about sessions and their media."""

import contextlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session as Unit

from storage.access import (
    Access,
    access_of,
    reach_patient,
    reach_session,
    refuse_session_of_others,
    refuse_unreached,
)
from storage.admission import reach_to_change, refuse_addition, refuse_erasing
from storage.audit import Action
from storage.content import Content, Recorded
from storage.deidentified import shown_session
from storage.details import SessionDetails, SweepReport
from storage.failures import missing
from storage.files import StoredFile, media_type_of
from storage.models import Media, MediaKind, Session, new_id
from storage.verbs import Verbs, once

_OF_SESSION: Final = (MediaKind.RECORDING, MediaKind.CAMERA)


class SessionVerbs(Verbs):
    """Add, change, list and erase sessions; find their media."""

    def add_session(
        self,
        patient_id: str | None,
        details: SessionDetails,
        recording: Recorded,
        is_kept: bool = True,
        picture: Recorded | None = None,
        is_film: bool | None = None,
    ) -> Session:
        """Keep a recording as a session; when this returns, a power cut does not lose it.

        Args:
            patient_id: whose it is; may be none when it is not kept
            details: what was entered
            recording: a path, or what can be opened like one; copied, and of its name only the
                suffix is kept
            is_kept: False to try without saving: it gets no number, and is erased by `erase_tried`
            picture: what the camera saw meanwhile, in step with the recording
            is_film: whether the recording itself has a moving picture; None where nobody looked

        Raises:
            RequestError: E62 no consent that holds today, E75 the patient is archived; neither
                keeps anybody from a try
            StorageError: E50 not writable, E51 disk full, E53 no such patient,
                E57 when the actor may only look
        """
        if patient_id is None and is_kept:
            raise ValueError("a session that is kept needs a patient")
        # Before anything is written, a key included.
        self._refuse_unless_admitted(patient_id, is_kept)
        session_id, key = new_id(), self._key_for(patient_id)
        sources = {MediaKind.RECORDING: recording}
        if picture is not None:
            sources[MediaKind.CAMERA] = picture
        stored: dict[MediaKind, StoredFile] = {}
        with contextlib.ExitStack() as undo:
            for kind, each in sources.items():
                with each.open("rb") as source:
                    file = self.files.sealed_with(key).store(session_id, each.suffix, source)
                undo.callback(self.files.remove, session_id, file.name)
                stored[kind] = file
            voice = stored[MediaKind.RECORDING]
            media_type = media_type_of(Path(voice.name).suffix, is_film)
            stored[MediaKind.RECORDING] = replace(voice, media_type=media_type)
            session = Session(
                id=session_id, patient_id=patient_id, is_kept=is_kept, **asdict(details)
            )
            kept = self._add(session, stored, key)
            undo.pop_all()
        return kept

    def _add(
        self, session: Session, stored: dict[MediaKind, StoredFile], key: bytes | None
    ) -> Session:
        """Write a session's rows; with the key of its files where no patient has it."""
        with self._writing() as (unit, access):
            session.owner_id = access.account_id
            if session.patient_id is not None:
                patient = reach_patient(unit, access, session.patient_id)
                if session.is_kept:
                    refuse_addition(patient)
                    patient.last_number += 1
                    session.number = patient.last_number
            unit.add(session)
            unit.flush()
            if self.keys is not None and key is not None and session.patient_id is None:
                self.keys.add(unit, key, None, session.id)
            unit.add_all(media_row(session.id, None, *each) for each in stored.items())
            unit.flush()
            kept = reach_session(unit, access, session.id)
            self._done(unit, access, Action.CREATE, session.id, "session")
            return kept

    def update_session(self, session_id: str, details: SessionDetails) -> Session:
        """Change what was entered about a session; its number and its results stay.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such session, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            session = reach_to_change(unit, access, session_id)
            for name, value in asdict(details).items():
                setattr(session, name, value)
            self._done(unit, access, Action.EDIT, session_id, "session")
        return session

    def _refuse_unless_admitted(self, patient_id: str | None, is_kept: bool) -> None:
        with self._reading() as (unit, access):
            access.refuse_change()
            if patient_id is not None:
                patient = reach_patient(unit, access, patient_id)
                if is_kept:
                    refuse_addition(patient)

    @once
    def session(self, session_id: str) -> Session:
        """Look a session up, with patient, runs and media.

        Raises:
            StorageError: E53 when there is no such session
        """
        with self._reading() as (unit, access):
            session = reach_session(unit, access, session_id)
        self._seen(access, session_id, "session")
        return shown_session(access, session)

    @once
    def sessions(self, patient_id: str) -> tuple[Session, ...]:
        """List a patient's kept sessions with their runs, the newest first."""
        query = (
            select(Session)
            .where(Session.patient_id == patient_id, Session.is_kept)
            .order_by(Session.recorded_on.desc(), Session.created_at.desc())
        )
        with self._reading() as (unit, access):
            found = tuple(unit.scalars(query.where(access.sessions)))
        if found:
            self._seen(access, patient_id, "sessions")
        return tuple(shown_session(access, session) for session in found)

    def reached(self, session_ids: Iterable[str]) -> frozenset[str]:
        """Those of some sessions whose work the actor may follow.

        A researcher, who can begin none, follows none: a session at work is today's.
        """
        wanted = list(session_ids)
        if not wanted:
            return frozenset()
        with self._reading() as (unit, access):
            if access.is_deidentified:
                return frozenset()
            query = select(Session.id).where(Session.id.in_(wanted), access.sessions)
            return frozenset(unit.scalars(query))

    def still_there(self, session_ids: Iterable[str]) -> frozenset[str]:
        """Those of some sessions that are not erased, whoever asks: for what memory holds of them.

        It is no look at them, and asking is no attempt: nothing of it is in the log.
        """
        with self.database.reading() as unit:
            query = select(Session.id).where(Session.id.in_(list(session_ids)))
            return frozenset(unit.scalars(query))

    def refuse_to_change(self, session_id: str) -> None:
        """Refuse an actor who may not change a session.

        Raises:
            StorageError: E53 no such session, E57 the actor may only look
        """
        with self._reading() as (unit, access):
            refuse_unreached(unit, access, session_id)
            access.refuse_change(session_id)

    def refuse_to_analyse(self, session_id: str) -> None:
        """Refuse to analyse a session's recording, also where no result is kept of it.

        Raises:
            RequestError: E62 no consent that holds today, E75 the patient is archived
            StorageError: E53 no such session
        """
        with self._reading() as (unit, access):
            session = reach_session(unit, access, session_id)
            if session.is_kept and session.patient is not None:
                refuse_addition(session.patient)

    def erase_session(self, session_id: str) -> None:
        """Erase a session with its runs and files; for whoever added it, and the patient's owner.

        Raises:
            RequestError: E76 when the patient is held
            StorageError: E50 when a file cannot be erased, E53 when there is no such session, E57
                when it is another one's
        """
        with self._writing() as (unit, access):
            session = reach_session(unit, access, session_id)
            access.refuse_unless_added(session)
            refuse_erasing(unit, session.patient_id if session.is_kept else None)
            unit.delete(session)
            self._done(unit, access, Action.ERASE, session_id, "session")
        self._erase_files([session_id])

    def tried(self) -> tuple[str, ...]:
        """Ids of the sessions that the actor tried without saving and that are still there."""
        with self._reading() as (unit, access):
            return tuple(unit.scalars(select(Session.id).where(~Session.is_kept, access.tries)))

    def erase_tried(self, but: str | None = None) -> None:
        """Erase the sessions that the actor tried without saving.

        Args:
            but: id of one that stays

        Raises:
            StorageError: E50 when a file cannot be erased
        """
        tried = self._forget_tried(but)
        if tried:
            self._erase_files(tried)

    def media(self, media_id: str) -> tuple[Path, str]:
        """Where a file lies, and the media type of its content, which `content` opens.

        Raises:
            StorageError: E53 when there is no such file
        """
        with self._reading() as (unit, access):
            media = unit.get(Media, media_id)
            if media is None:
                raise missing("file")
            self._refuse_media(unit, access, media)
        self._seen(access, media_id, media.kind)
        return self.files.path(media.session_id, media.file), media.media_type

    def content(self, media_id: str) -> Content:
        """A file's content.

        Raises:
            StorageError: E53 when there is no such file
            VaultError: E84 when its key cannot be opened
        """
        path, media_type = self.media(media_id)
        with self.database.reading() as unit:
            media = unit.get(Media, media_id)
        if media is None:  # erased a moment ago
            raise missing("file")
        files = self._files_of(media.session_id)
        return Content(path, files, media.session_id, media_type, media.bytes, media.sha256)

    def recording_content(self, session_id: str) -> Content:
        """The content of a session's recording; raises as `content`."""
        media = self.media_of(session_id, MediaKind.RECORDING)
        if media is None:
            raise missing("recording")
        return self.content(media.id)

    def media_of(self, owner_id: str, kind: MediaKind) -> Media | None:
        """Find a session's recording or camera's picture, or another kind of file of a run.

        Args:
            owner_id: of a session for its recording and picture, else of a run
            kind: of file
        """
        owner = Media.session_id if kind in _OF_SESSION else Media.run_id
        with self._reading() as (unit, access):
            query = select(Media).where(owner == owner_id, Media.kind == kind)
            media = unit.scalars(query).first()
            if media is not None:
                self._refuse_media(unit, access, media)
            return media

    def _refuse_media(self, unit: Unit, access: Access, media: Media) -> None:
        """Refuse a file of somebody else's (E53), and any file as it is to a researcher (E57)."""
        refuse_session_of_others(unit, access, media.session_id, "file", media.id)
        access.refuse_identifying(media.id)

    def recording(self, session_id: str) -> Path:
        """Where a session's recording lies; `recording_content` opens it.

        Raises:
            StorageError: E53 when it is gone
        """
        media = self.media_of(session_id, MediaKind.RECORDING)
        if media is None:
            raise missing("recording")
        return self.files.path(media.session_id, media.file)

    def sweep(self) -> SweepReport:
        """Clean up after the last use; only for the start, before anything else is done.

        Erases sessions that were tried without saving, and files that belong to nothing: unless
        the database is older than they are, or another one, which would take every file for such.
        """
        tried = self._forget_tried()
        if tried:
            self.database.forget_erased()
        with self._reading() as (unit, access):
            access.refuse_unless_program()
            rows = {(row.session_id, row.file): row.id for row in unit.scalars(select(Media))}
        present = set(self.files.listing())
        gone = tuple(sorted(rows[key] for key in rows.keys() - present))
        unknown = present - rows.keys()
        if self.audit is not None and not self.audit.has_what_is_anchored():
            return SweepReport(len(tried), 0, gone, len(unknown))
        for session_id, name in unknown:
            self.files.remove(session_id, name)
        self.files.remove_empty_folders()
        return SweepReport(len(tried), len(unknown), gone)

    def _forget_tried(self, but: str | None = None) -> list[str]:
        """Delete the rows of sessions that are not kept; returns their ids."""
        with self._noting_refusals(), self.database.writing() as unit:
            access = access_of(unit, self._who())
            found = unit.scalars(select(Session).where(~Session.is_kept, access.tries))
            tried = [session for session in found if session.id != but]
            for session in tried:
                unit.delete(session)
        return [session.id for session in tried]


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
