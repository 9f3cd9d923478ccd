"""The verbs about what a patient agreed to; each adds an entry, none changes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from storage.access import reach_patient
from storage.account_models import Account
from storage.admission import refuse_archived
from storage.audit import Action, now
from storage.consents import Scope
from storage.details import Agreement
from storage.models import Consent, Patient
from storage.verbs import Verbs
from verhm.errors import RequestError


@dataclass(frozen=True)
class ConsentLine:
    """An entry as a person reads it.

    Attributes:
        entry: the row
        recorder: name of who wrote it down; empty where it came from elsewhere
    """

    entry: Consent
    recorder: str


class ConsentVerbs(Verbs):
    """Give consent, withdraw it, read what was written down."""

    def give_consent(self, patient_id: str, agreement: Agreement) -> Patient:
        """Write down what a patient agreed to.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such patient, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            refuse_archived(patient)
            patient.consents.extend(entries_of(agreement, access.account_id))
            for scope in agreement.scopes:
                self._done(unit, access, Action.CONSENT, patient_id, scope)
        return patient

    def withdraw_consent(
        self, patient_id: str, withdrawn_on: date, scopes: Sequence[Scope]
    ) -> Patient:
        """Write down that a patient took consent back, which is possible in the archive too.

        Args:
            patient_id: whose
            withdrawn_on: first day without it; not after today
            scopes: that are withdrawn

        Raises:
            RequestError: E63 when the day lies ahead, or there is nothing to withdraw
            StorageError: E53 no such patient, E57 when the actor may only look
        """
        if withdrawn_on > date.today():
            raise RequestError(
                "E63", "The withdrawal lies in the future.", "Enter the day it was made."
            )
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            given = {entry.scope for entry in patient.consents}
            if not scopes or set(scopes) - given:
                raise RequestError(
                    "E63",
                    "There is no such consent to withdraw.",
                    "Choose one that the list above shows.",
                )
            patient.consents.extend(
                Consent(
                    scope=scope,
                    withdrawn_on=withdrawn_on,
                    recorded_by=access.account_id,
                    recorded_at=now(),
                )
                for scope in scopes
            )
            for scope in scopes:
                self._done(unit, access, Action.WITHDRAWAL, patient_id, scope)
        return patient

    def consents(self, patient_id: str) -> tuple[ConsentLine, ...]:
        """All that was written down about a patient's consent, the latest first.

        Raises:
            StorageError: E53 no such patient, E57 for researchers
        """
        query = (
            select(Consent, Account.name)
            .outerjoin(Account, Account.id == Consent.recorded_by)
            .where(Consent.patient_id == patient_id)
            .order_by(Consent.number.desc())
        )
        with self._reading() as (unit, access):
            reach_patient(unit, access, patient_id)
            access.refuse_identifying(patient_id)
            rows = unit.execute(query).all()
        return tuple(ConsentLine(entry, name or "") for entry, name in rows)


def entries_of(agreement: Agreement | None, account_id: str | None) -> list[Consent]:
    """The entries that write an agreement down."""
    if agreement is None:
        return []
    return [
        Consent(
            scope=scope,
            given_on=agreement.given_on,
            expires_on=agreement.expires_on,
            recorded_by=account_id,
            recorded_at=now(),
        )
        for scope in agreement.scopes
    ]
