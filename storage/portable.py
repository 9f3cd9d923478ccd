"""A whole patient as one file, to be handed over, kept, or taken in elsewhere.

A zip with `patient.json` (`verhm.patient/1`, whose JSON schema is that of
`storage.patient_file.PatientFile`) and the media it names under `media/`. What is taken in equals
what was taken out, ids included, but for whose it is: accounts and shares stay where they are. The
file is not encrypted.
"""

import contextlib
import shutil
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from sqlalchemy import select

from storage.access import reach_patient
from storage.account_models import Event
from storage.annotation_models import AnnotationRow
from storage.audit import Action
from storage.audit_check import tombstones
from storage.content import Recorded
from storage.event_models import PatientEvent
from storage.failures import coded_os_errors
from storage.files import MediaFiles, create_privately, flush
from storage.keys import new_key
from storage.models import Consent, Media, Patient, Run, Session
from storage.patient_file import (
    DOCUMENT,
    PatientEntry,
    PatientFile,
    media_of,
    read_document,
    row_of,
    spell_patient,
    unfit,
)
from storage.patients import refusing_taken_code
from storage.verbs import Verbs
from verhm.errors import RequestError, StorageError

# What the libraries raise where somebody changed the file.
_MALFORMED: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(ValueError, LookupError, TypeError),
)


class PortableVerbs(Verbs):
    """Take a patient out as a file, and in again."""

    def export_patient(self, patient_id: str, target: Path) -> None:
        """Write a patient with all sessions, results and files; what is still analysed is left out.

        Args:
            patient_id: whom
            target: file to make

        Raises:
            RequestError: E72 when there is such a file already
            StorageError: E50 not writable, E51 disk full, E53 no such patient or a file of theirs
                is gone, E57 somebody else's
            VaultError: E83 when a file is not what it was
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            document = PatientFile(patient=spell_patient(unit, patient))
            self._done(unit, access, Action.EXPORT, patient_id, "patient")
        if target.exists():
            raise RequestError("E72", "There is such a file already.", "Choose another name.")
        with contextlib.ExitStack() as undo, coded_os_errors():
            undo.callback(target.unlink, missing_ok=True)
            with create_privately(target) as file:
                self._write_zip(file, document)
                flush(file)
            undo.pop_all()

    def may_export(self, patient_id: str) -> bool:
        """Whether whoever asks may take this patient out: only the owner may."""
        with self._reading() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
        return access.is_program or patient.owner_id == access.account_id

    def import_patient(self, source: Recorded, again: bool = False) -> Patient:
        """Take a patient in from a file that `export_patient` wrote; wholly or not at all.

        Args:
            source: a path, or what can be opened like one
            again: whether also a patient who was erased here, which undoes the erasing

        Raises:
            RequestError: E70 when there is no such file, E77 when the patient was erased here
            StorageError: E50 not writable, E51 disk full, E55 the patient is here already or
                another one has the code, E57 when the actor may only look, E59 when the file is
                none of VERHM's, or not as it was written
        """
        with self._reading() as (_, access):
            access.refuse_change()
        try:
            with (
                source.open("rb") as stream,
                zipfile.ZipFile(stream) as archive,
                contextlib.ExitStack() as undo,
            ):
                entry = read_document(archive)
                self._refuse_known(entry)
                if not again:
                    self._refuse_erased(entry)
                undo.callback(self.files.remove_sessions, [each.id for each in entry.sessions])
                key = None if self.keys is None else new_key()
                self._take_in_media(archive, entry, self.files.sealed_with(key))
                patient = self._take_in_rows(entry, key)
                undo.pop_all()
        except FileNotFoundError as error:
            raise RequestError("E70", "There is no such file.", "Check its name.") from error
        except _MALFORMED as error:
            raise unfit() from error
        return patient

    def _write_zip(self, file: BinaryIO, document: PatientFile) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(DOCUMENT, document.model_dump_json(by_alias=True, indent=1))
            for session in document.patient.sessions:
                files = self._files_of(session.id)
                for media in media_of(session):
                    name = f"media/{session.id}/{media.file}"
                    with (
                        files.open(session.id, media.file) as content,
                        archive.open(name, "w", force_zip64=True) as kept,
                    ):
                        shutil.copyfileobj(content, kept, 1 << 20)

    def _refuse_known(self, entry: PatientEntry) -> None:
        ids = [session.id for session in entry.sessions]
        with self.database.reading() as unit:
            is_known = unit.get(Patient, entry.id) is not None
            has_sessions = unit.scalars(select(Session.id).where(Session.id.in_(ids))).first()
        if is_known or has_sessions:
            raise StorageError(
                "E55",
                "This patient is here already.",
                "Keep it, or have its clinician erase it first, if the file holds the better one.",
            )

    def _refuse_erased(self, entry: PatientEntry) -> None:
        with self.database.reading() as unit:
            tombstone = unit.scalars(tombstones().where(Event.subject == entry.id)).first()
        if tombstone is not None:
            day = datetime.fromisoformat(tombstone.at).astimezone()
            raise RequestError(
                "E77",
                f"The patient in that file was erased here on {day:%Y-%m-%d}.",
                "If the patient is to be here again all the same, confirm it (--again).",
            )

    def _take_in_media(
        self, archive: zipfile.ZipFile, entry: PatientEntry, files: MediaFiles
    ) -> None:
        for session in entry.sessions:
            for media in media_of(session):
                name = f"media/{session.id}/{media.file}"
                if archive.getinfo(name).file_size != media.bytes:
                    raise unfit()
                with archive.open(name) as content:
                    stored = files.put(session.id, media.file, cast(BinaryIO, content))
                if stored.sha256 != media.sha256:
                    raise unfit()

    def _take_in_rows(self, entry: PatientEntry, key: bytes | None) -> Patient:
        with refusing_taken_code(), self._writing() as (unit, access):
            patient = row_of(Patient, entry, owner_id=access.account_id)
            patient.consents = [row_of(Consent, each) for each in entry.all_consents]
            unit.add(patient)
            unit.flush()
            if self.keys is not None and key is not None:
                self.keys.add(unit, key, patient.id, None)
            unit.add_all(row_of(PatientEvent, each, patient_id=patient.id) for each in entry.events)
            for session in entry.sessions:
                unit.add(
                    row_of(Session, session, patient_id=patient.id, owner_id=access.account_id)
                )
                unit.flush()
                unit.add_all(row_of(Media, media, session_id=session.id) for media in session.media)
                unit.add_all(
                    row_of(AnnotationRow, each, session_id=session.id)
                    for each in session.annotations
                )
                for run in session.runs:
                    unit.add(row_of(Run, run, session_id=session.id))
                    unit.flush()
                    unit.add_all(
                        row_of(Media, media, session_id=session.id, run_id=run.id)
                        for media in run.media
                    )
            self._done(unit, access, Action.CREATE, patient.id, "import")
        return patient
