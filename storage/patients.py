"""The verbs about patients."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Unit

from storage.access import Access, reach_patient
from storage.admission import refuse_archived, refuse_erasing
from storage.audit import Action
from storage.consenting import entries_of
from storage.deidentified import shown_day, shown_patient
from storage.details import Agreement, PatientDetails, PatientOverview, SessionFigures
from storage.models import Patient, Run, RunState, Session, new_id
from storage.verbs import Verbs, once
from verhm.errors import RequestError, StorageError
from verhm.types import ModelId


class PatientVerbs(Verbs):
    """Add, change, list and erase patients."""

    def add_patient(self, details: PatientDetails, agreement: Agreement | None = None) -> Patient:
        """Add a patient.

        Args:
            details: what was entered
            agreement: what the patient agreed to; none so far

        Raises:
            StorageError: E55 when another patient has the code
        """
        with refusing_taken_code(), self._writing() as (unit, access):
            patient = Patient(id=new_id(), owner_id=access.account_id, **asdict(details))
            patient.consents = entries_of(agreement, access.account_id)
            unit.add(patient)
            unit.flush()
            self._done(unit, access, Action.CREATE, patient.id, "patient")
            for entry in patient.consents:
                self._done(unit, access, Action.CONSENT, patient.id, entry.scope)
        return patient

    def next_code(self) -> str:
        """Suggest the code after the highest of the form P-0001."""
        with self._reading() as (unit, access):
            codes = unit.scalars(
                select(Patient.code).where(Patient.code.like("P-%"), access.patients)
            )
            numbers = [int(code[2:]) for code in codes if re.fullmatch(r"P-\d{1,9}", code)]
        return f"P-{max(numbers, default=0) + 1:04d}"

    @once
    def patient(self, patient_id: str) -> Patient:
        """Look a patient up.

        Raises:
            StorageError: E53 when there is no such patient
        """
        with self._reading() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
        self._seen(access, patient_id, "patient")
        return shown_patient(access, patient)

    def is_known(self, patient_id: str) -> bool:
        """Whether there is such a patient, whoever may see it; for the program itself."""
        with self._reading() as (unit, _):
            return unit.get(Patient, patient_id) is not None

    def codes(self, patient_ids: Iterable[str]) -> dict[str, str]:
        """Codes of those of some patients whom the actor reaches, by their ids.

        It is no look at them, and asking is no attempt: nothing of it is in the log.
        """
        with self._reading() as (unit, access):
            if access.is_deidentified:  # who is shown a pseudonym, and takes nothing in
                return {}
            chosen = Patient.id.in_(list(patient_ids)), access.patients
            return {
                id_: code
                for id_, code in unit.execute(select(Patient.id, Patient.code).where(*chosen))
            }

    def patients(
        self, search: str = "", include_archived: bool = False
    ) -> tuple[PatientOverview, ...]:
        """List the patients whose code or name holds the searched text, the latest seen first."""
        with self._reading() as (unit, access):
            rows = _counted(unit, access, include_archived)
            figures = _figures(unit, access)
        if rows:
            self._seen(access, "", "patients")
        shown = [_shown_row(access, *row) for row in rows]
        # After names were taken out: a search must not find what it may not show.
        return tuple(
            PatientOverview(patient, count, last, tuple(figures.get(patient.id, ())))
            for patient, count, last in shown
            if _matches(patient, search)
        )

    def figures(self, patient_id: str) -> tuple[SessionFigures, ...]:
        """The latest results of a patient's kept sessions, by day, the oldest first."""
        with self._reading() as (unit, access):
            found = tuple(_figures(unit, access, patient_id).get(patient_id, ()))
        if found:
            self._seen(access, patient_id, "sessions")
        return found

    def choose_usual(self, patient_id: str, session_ids: Collection[str]) -> None:
        """Say which of a patient's sessions are the usual ones; the others are none.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 when there is no such patient, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            refuse_archived(reach_patient(unit, access, patient_id))
            kept = select(Session).where(Session.patient_id == patient_id, Session.is_kept)
            for session in unit.scalars(kept.where(access.sessions)):
                session.is_usual = session.id in session_ids
            self._done(unit, access, Action.EDIT, patient_id, "usual sessions")

    def update_patient(self, patient_id: str, details: PatientDetails) -> Patient:
        """Replace what was entered about a patient.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such patient, E55 another one has the code
        """
        with refusing_taken_code(), self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            refuse_archived(patient)
            for name, value in asdict(details).items():
                setattr(patient, name, value)
            self._done(unit, access, Action.EDIT, patient_id, "patient")
        return patient

    def archive_patient(self, patient_id: str, is_archived: bool = True) -> Patient:
        """Take a patient out of the list, or back into it; nothing is erased."""
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            patient.archived_at = datetime.now(UTC) if is_archived else None
            self._done(unit, access, Action.EDIT, patient_id, "archive" if is_archived else "back")
        return patient

    def erase_patient(self, patient_id: str, code_typed: str) -> None:
        """Erase a patient with all sessions, results and files.

        Args:
            patient_id: whom
            code_typed: the patient's code, typed again

        Raises:
            RequestError: E63 when the typed code is another, E76 when the patient is held
            StorageError: E50 when a file cannot be erased, E53 when there is no such patient
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            if code_typed.strip() != patient.code:
                raise RequestError(
                    "E63",
                    "The code typed is not this patient's.",
                    "Type the code exactly as it is shown.",
                )
            refuse_erasing(unit, patient_id)
            sessions = list(unit.scalars(select(Session.id).filter_by(patient_id=patient_id)))
            unit.delete(patient)
            self._done(unit, access, Action.ERASE, patient_id, "patient")
        self._erase_files(sessions)


@contextmanager
def refusing_taken_code() -> Iterator[None]:
    """Turn the broken rule "one patient per code" into E55."""
    try:
        yield
    except IntegrityError as error:
        raise StorageError(
            "E55", "Another patient already has this code.", "Choose another code."
        ) from error


def _counted(
    unit: Unit, access: Access, include_archived: bool
) -> list[tuple[Patient, int, date | None]]:
    last = func.max(Session.recorded_on)
    query = (
        select(Patient, func.count(Session.id), last)
        .outerjoin(Session, (Session.patient_id == Patient.id) & Session.is_kept)
        .where(access.patients)
        .group_by(Patient.id)
        .order_by(Patient.is_demonstration, last.desc().nulls_last(), Patient.code)
    )
    if not include_archived:
        query = query.where(Patient.archived_at.is_(None))
    return [(patient, count, day) for patient, count, day in unit.execute(query)]


def _shown_row(
    access: Access, patient: Patient, count: int, last: date | None
) -> tuple[Patient, int, date | None]:
    share = access.shares.get(patient.id) if access.is_deidentified else None
    return shown_patient(access, patient), count, shown_day(share, last) if last else None


def _matches(patient: Patient, search: str) -> bool:
    """Compare in Python: SQLite's own comparison folds the case of ASCII letters only."""
    wanted = search.strip().casefold()
    return wanted in patient.code.casefold() or wanted in (patient.name or "").casefold()


def _figures(
    unit: Unit, access: Access, patient_id: str | None = None
) -> dict[str, list[SessionFigures]]:
    """Latest results of all sessions in one query, by patient, the oldest session first."""
    of_whom = true() if patient_id is None else Session.patient_id == patient_id
    newest = func.row_number().over(partition_by=Run.session_id, order_by=Run.number.desc())
    done = select(Run.id, newest.label("place")).where(Run.state == RunState.DONE).subquery()
    model = (Run.model_name, Run.model_version, Run.model_sha256)
    rows: Iterable[Any] = unit.execute(
        select(
            Session.patient_id,
            *(Session.id, Run.id, Session.recorded_on, Session.task),
            *(*model, Run.summary, Run.quality, Run.settings, Session.is_usual),
        )
        .join(Run, Run.session_id == Session.id)
        .join(done, (done.c.id == Run.id) & (done.c.place == 1))
        .where(Session.is_kept, of_whom, access.sessions)
        .order_by(Session.recorded_on, Session.created_at)
    )
    figures: dict[str, list[SessionFigures]] = defaultdict(list)
    for patient_id, session_id, run_id, day, task, *names, summary, quality, how, is_usual in rows:
        share = access.shares.get(patient_id) if access.is_deidentified else None
        day = shown_day(share, day)
        figures[patient_id].append(
            SessionFigures(
                session_id, run_id, day, task, ModelId(*names), summary, quality, how, is_usual
            )
        )
    return figures
