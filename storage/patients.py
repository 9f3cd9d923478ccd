"""The verbs about patients."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Unit

from storage.details import PatientDetails, PatientOverview, SessionFigures
from storage.failures import missing
from storage.models import Patient, Run, RunState, Session
from storage.verbs import Verbs
from verhm.errors import RequestError, StorageError
from verhm.types import ModelId


class PatientVerbs(Verbs):
    """Add, change, list and erase patients."""

    def add_patient(self, details: PatientDetails) -> Patient:
        """Add a patient.

        Raises:
            StorageError: E55 when another patient has the code
        """
        patient = Patient(**asdict(details))
        with _refusing_taken_code(), self.database.writing() as unit:
            unit.add(patient)
        return patient

    def next_code(self) -> str:
        """Suggest the code after the highest of the form P-0001."""
        with self.database.reading() as unit:
            codes = unit.scalars(select(Patient.code).where(Patient.code.like("P-%")))
            numbers = [int(code[2:]) for code in codes if re.fullmatch(r"P-\d{1,9}", code)]
        return f"P-{max(numbers, default=0) + 1:04d}"

    def patient(self, patient_id: str) -> Patient:
        """Look a patient up.

        Raises:
            StorageError: E53 when there is no such patient
        """
        with self.database.reading() as unit:
            return find_patient(unit, patient_id)

    def patients(
        self, search: str = "", include_archived: bool = False
    ) -> tuple[PatientOverview, ...]:
        """List the patients whose code or name holds the searched text, the latest seen first."""
        with self.database.reading() as unit:
            rows = _counted(unit, include_archived)
            found = [row for row in rows if _matches(row[0], search)]
            figures = _figures(unit)
        return tuple(
            PatientOverview(patient, count, last, tuple(figures.get(patient.id, ())))
            for patient, count, last in found
        )

    def update_patient(self, patient_id: str, details: PatientDetails) -> Patient:
        """Replace what was entered about a patient.

        Raises:
            StorageError: E53 no such patient, E55 another one has the code
        """
        with _refusing_taken_code(), self.database.writing() as unit:
            patient = find_patient(unit, patient_id)
            for name, value in asdict(details).items():
                setattr(patient, name, value)
        return patient

    def archive_patient(self, patient_id: str, is_archived: bool = True) -> Patient:
        """Take a patient out of the list, or back into it; nothing is erased."""
        with self.database.writing() as unit:
            patient = find_patient(unit, patient_id)
            patient.archived_at = datetime.now(UTC) if is_archived else None
        return patient

    def erase_patient(self, patient_id: str, code_typed: str) -> None:
        """Erase a patient with all sessions, results and files.

        Args:
            patient_id: whom
            code_typed: the patient's code, typed again

        Raises:
            RequestError: E63 when the typed code is another
            StorageError: E50 when a file cannot be erased, E53 when there is no such patient
        """
        with self.database.writing() as unit:
            patient = find_patient(unit, patient_id)
            if code_typed.strip() != patient.code:
                raise RequestError(
                    "E63",
                    "The code typed is not this patient's.",
                    "Type the code exactly as it is shown.",
                )
            sessions = list(unit.scalars(select(Session.id).filter_by(patient_id=patient_id)))
            unit.delete(patient)
        self._erase_files(sessions)


def find_patient(unit: Unit, patient_id: str) -> Patient:
    """Load a patient, or raise E53."""
    patient = unit.get(Patient, patient_id)
    if patient is None:
        raise missing("patient")
    return patient


@contextmanager
def _refusing_taken_code() -> Iterator[None]:
    """Turn the broken rule "one patient per code" into E55."""
    try:
        yield
    except IntegrityError as error:
        raise StorageError(
            "E55", "Another patient already has this code.", "Choose another code."
        ) from error


def _counted(unit: Unit, include_archived: bool) -> list[tuple[Patient, int, date | None]]:
    last = func.max(Session.recorded_on)
    query = (
        select(Patient, func.count(Session.id), last)
        .outerjoin(Session, (Session.patient_id == Patient.id) & Session.is_kept)
        .group_by(Patient.id)
        .order_by(Patient.is_demonstration, last.desc().nulls_last(), Patient.code)
    )
    if not include_archived:
        query = query.where(Patient.archived_at.is_(None))
    return [(patient, count, day) for patient, count, day in unit.execute(query)]


def _matches(patient: Patient, search: str) -> bool:
    """Compare in Python: SQLite's own comparison folds the case of ASCII letters only."""
    wanted = search.strip().casefold()
    return wanted in patient.code.casefold() or wanted in (patient.name or "").casefold()


def _figures(unit: Unit) -> dict[str, list[SessionFigures]]:
    """Latest results of all sessions in one query, by patient, the oldest session first."""
    newest = func.row_number().over(partition_by=Run.session_id, order_by=Run.number.desc())
    done = select(Run.id, newest.label("place")).where(Run.state == RunState.DONE).subquery()
    model = (Run.model_name, Run.model_version, Run.model_sha256)
    rows: Iterable[Any] = unit.execute(
        select(
            Session.patient_id,
            *(Session.id, Run.id, Session.recorded_on, Session.task),
            *(*model, Run.summary, Run.quality),
        )
        .join(Run, Run.session_id == Session.id)
        .join(done, (done.c.id == Run.id) & (done.c.place == 1))
        .where(Session.is_kept)
        .order_by(Session.recorded_on, Session.created_at)
    )
    figures: dict[str, list[SessionFigures]] = defaultdict(list)
    for patient_id, session_id, run_id, day, task, *names, summary, quality in rows:
        figures[patient_id].append(
            SessionFigures(session_id, run_id, day, task, ModelId(*names), summary, quality)
        )
    return figures
