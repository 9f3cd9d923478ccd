"""The verbs about whose a patient is, and who else was let in."""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from storage.access import reach_patient
from storage.account_models import Account, Role, Share
from storage.audit import Action, now
from storage.consents import Scope
from storage.models import Patient
from storage.verbs import Verbs
from verhm.errors import RequestError

_MOST_DAYS = 365  # that a researcher's days are moved by


@dataclass(frozen=True)
class Shared:
    """Somebody who was let into a patient.

    Attributes:
        account_id: of the person
        name: of the person
        role: of the person
        pseudonym: what a researcher knows the patient by
        lacks_consent: whether a researcher sees nothing, as no consent to research holds
    """

    account_id: str
    name: str
    role: str
    pseudonym: str
    lacks_consent: bool


class SharingVerbs(Verbs):
    """Share patients, take it back, hand them over."""

    def share_patient(self, patient_id: str, account_id: str) -> None:
        """Let somebody into a patient: a clinician to all of it, a researcher to the figures.

        Raises:
            StorageError: E53 no such patient, E57 somebody else's
            RequestError: E62 no consent to research, with a researcher; E63 no such account
        """
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            other = unit.get(Account, account_id)
            if other is None or other.removed_at is not None or other.id == patient.owner_id:
                raise RequestError("E63", "There is no such other account.", "Choose one.")
            if _lacks_consent(patient, other.role):
                raise RequestError(
                    "E62",
                    "The patient has not agreed to research.",
                    "Record that consent under Patients first.",
                )
            if unit.get(Share, (patient_id, account_id)) is None:
                share = Share(patient_id=patient_id, account_id=account_id, given_at=now())
                share.pseudonym = f"R-{secrets.token_hex(4).upper()}"
                share.days_moved = 1 + secrets.randbelow(_MOST_DAYS)
                unit.add(share)
                self._done(unit, access, Action.SHARE, patient_id, account_id)

    def unshare_patient(self, patient_id: str, account_id: str) -> None:
        """Let somebody in no longer; nothing happens if nobody was."""
        with self._writing() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            share = unit.get(Share, (patient_id, account_id))
            if share is not None:
                unit.delete(share)
                self._done(unit, access, Action.SHARE, patient_id, f"not {account_id}")

    def shares(self, patient_id: str) -> tuple[Shared, ...]:
        """Who was let into one of the actor's own patients."""
        query = (
            select(Account, Share.pseudonym)
            .join(Share, Share.account_id == Account.id)
            .where(Share.patient_id == patient_id)
            .order_by(Account.name)
        )
        with self._reading() as (unit, access):
            patient = reach_patient(unit, access, patient_id)
            access.refuse_unless_owner(patient)
            rows = unit.execute(query).all()
        return tuple(
            Shared(one.id, one.name, one.role, pseudonym, _lacks_consent(patient, one.role))
            for one, pseudonym in rows
        )

    def is_deidentified(self) -> bool:
        """Whether whoever asks is a researcher, who sees figures alone and changes nothing."""
        with self._reading() as (_, access):
            return access.is_deidentified

    def own_patients(self) -> tuple[Patient, ...]:
        """The actor's own patients, by code: those that the actor may share."""
        with self._reading() as (unit, access):
            if access.is_deidentified:
                return ()
            own = select(Patient).where(Patient.owner_id == access.account_id)
            return tuple(unit.scalars(own.order_by(Patient.code)))


def _lacks_consent(patient: Patient, role: str) -> bool:
    return role == Role.RESEARCHER and not patient.has_consent(date.today(), Scope.RESEARCH)
