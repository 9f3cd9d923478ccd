"""The verbs about what happens to a patient beside the sessions."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session as Unit

from storage.access import Access, reach_patient
from storage.admission import refuse_archived
from storage.audit import Action, now
from storage.deidentified import shown_event
from storage.details import EventDetails
from storage.event_models import PatientEvent
from storage.failures import missing
from storage.models import Patient
from storage.verbs import Verbs, once


class PatientEventVerbs(Verbs):
    """Write medication and life events down, change and remove them."""

    @once
    def events(self, patient_id: str) -> tuple[PatientEvent, ...]:
        """A patient's medication and life events, in the order of time.

        A researcher is given moved days and no words.

        Raises:
            StorageError: E53 when there is no such patient
        """
        query = (
            select(PatientEvent)
            .where(PatientEvent.patient_id == patient_id)
            .order_by(PatientEvent.first_day, PatientEvent.written_at)
        )
        with self._reading() as (unit, access):
            reach_patient(unit, access, patient_id)
            found = unit.scalars(query).all()
        return tuple(shown_event(access, event) for event in found)

    @once
    def may_change_patient(self, patient_id: str) -> bool:
        """Whether whoever asks may write down what happened to a patient, and what is usual.

        Raises:
            StorageError: E53 when there is no such patient
        """
        with self._reading() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
        return not (access.is_deidentified or patient.archived_at)

    def add_event(self, patient_id: str, details: EventDetails) -> PatientEvent:
        """Write down a medication or a life event.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such patient, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            refuse_archived(patient)
            event = PatientEvent(patient_id=patient.id)
            unit.add(event)
            self._write_event(unit, access, event, details)
        return event

    def change_event(self, event_id: str, details: EventDetails) -> PatientEvent:
        """Replace what was written down about an event.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such event, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            event = _reach_to_change(unit, access, event_id)
            self._write_event(unit, access, event, details)
        return event

    def remove_event(self, event_id: str) -> None:
        """Take back what was written down about an event.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such event, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            event = _reach_to_change(unit, access, event_id)
            unit.delete(event)
            self._done(unit, access, Action.EDIT, event.patient_id, "event removed")

    def _write_event(
        self, unit: Unit, access: Access, event: PatientEvent, details: EventDetails
    ) -> None:
        for name, value in asdict(details).items():
            setattr(event, name, value)
        event.written_by, event.written_at = access.account_id, now()
        self._done(unit, access, Action.EDIT, event.patient_id, "event")


def _reach_to_change(unit: Unit, access: Access, event_id: str) -> PatientEvent:
    event = unit.get(PatientEvent, event_id) if event_id else None
    if event is None:
        raise missing("event")
    reached = select(Patient).where(Patient.id == event.patient_id, access.patients)
    patient = unit.scalars(reached).one_or_none()
    if patient is None:
        raise access.hidden("event", event_id)
    refuse_archived(patient)
    return event
