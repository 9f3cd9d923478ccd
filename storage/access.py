"""What an account may reach: its own patients, and those that were shared with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session as Unit

from storage.account_models import Account, Role, Share
from storage.consents import Scope
from storage.failures import missing
from storage.models import Patient, Run, Session
from verhm.errors import StorageError

Row = TypeVar("Row", Patient, Session, Run)


@dataclass(frozen=True)
class Actor:
    """Who asks.

    Attributes:
        account_id: of the person; None for the program itself, which may do everything
    """

    account_id: str | None


PROGRAM = Actor(None)
Who = Callable[[], Actor]


def the_program() -> Actor:
    """The program itself: its jobs, its start and stop, its commands."""
    return PROGRAM


class Refused(StorageError):
    """E53 or E57: something of somebody else, or more than a role may do.

    Args:
        code: E53 tells as little as if the thing were not there
        cause: as in every error
        remedy: as in every error
        account_id: who asked
        subject: id of what was asked for
    """

    def __init__(
        self, code: str, cause: str, remedy: str, account_id: str = "", subject: str = ""
    ) -> None:
        super().__init__(code, cause, remedy)
        self.account_id = account_id
        self.subject = subject


@dataclass(frozen=True, eq=False)
class Access:
    """What one actor may reach, as it stands within one transaction.

    Attributes:
        account_id: of the person; None for the program
        role: of the person
        shares: by patient; a researcher's only where consent to research holds
    """

    account_id: str | None = None
    role: Role | None = None
    shares: dict[str, Share] = field(default_factory=dict)

    @property
    def is_program(self) -> bool:
        return self.account_id is None

    @property
    def is_deidentified(self) -> bool:
        """Whether what tells a person is left out."""
        return self.role is Role.RESEARCHER

    @property
    def patients(self) -> ColumnElement[bool]:
        """Condition on patients."""
        if self.is_program:
            return true()
        shared = Patient.id.in_(list(self.shares))
        return shared if self.is_deidentified else or_(self.own_patients, shared)

    @property
    def sessions(self) -> ColumnElement[bool]:
        """Condition on sessions; a try without a patient is its maker's."""
        if self.is_program:
            return true()
        reached = Session.patient_id.in_(select(Patient.id).where(self.patients))
        if self.is_deidentified:
            return and_(reached, Session.is_kept)
        # What was only tried is nobody else's, even when its patient is shared.
        own_try = Session.owner_id == self.account_id
        return or_(and_(reached, Session.is_kept), and_(~Session.is_kept, own_try))

    @property
    def tries(self) -> ColumnElement[bool]:
        """Condition on the tries that are to be found."""
        return true() if self.is_program else Session.owner_id == self.account_id

    @property
    def own_patients(self) -> ColumnElement[bool]:
        """Condition on the patients that are the actor's; all are the program's."""
        return true() if self.is_program else Patient.owner_id == self.account_id

    @property
    def is_administrator(self) -> bool:
        """Whether the actor looks after the data folder."""
        return self.is_program or self.role is Role.ADMINISTRATOR

    def refuse_change(self, subject: str = "") -> None:
        """Refuse a change by somebody who may only look; raises `Refused` (E57)."""
        if self.is_deidentified:
            raise self._not_allowed(subject)

    def refuse_identifying(self, subject: str) -> None:
        """Refuse what tells a person to somebody who may not know it; raises `Refused` (E57)."""
        if self.is_deidentified:
            raise self._not_allowed(subject)

    def refuse_unless_owner(self, patient: Patient) -> None:
        """Refuse what only the owner may do: archive, erase, share; raises `Refused` (E57)."""
        if not self.is_program and patient.owner_id != self.account_id:
            raise self._not_allowed(patient.id)

    def refuse_unless_added(self, session: Session) -> None:
        """Refuse to erase what neither the owner nor this actor added; raises `Refused` (E57)."""
        owner = session.patient.owner_id if session.patient else None
        if not self.is_program and self.account_id not in (owner, session.owner_id):
            raise self._not_allowed(session.id)

    def refuse_unless_administrator(self) -> None:
        """Refuse what concerns the whole data folder; raises `Refused` (E57)."""
        if not self.is_administrator:
            raise self._not_allowed("")

    def refuse_unless_program(self) -> None:
        """Refuse what only start and stop do; raises `Refused` (E57)."""
        if not self.is_program:
            raise self._not_allowed("")

    def _not_allowed(self, subject: str) -> Refused:
        return Refused(
            "E57",
            "Your account may not do this.",
            "Ask the patient's clinician, or an administrator of this app.",
            self.account_id or "",
            subject,
        )

    def hidden(self, what: str, subject: str) -> Refused:
        """E53: said of what is somebody else's."""
        told = missing(what)
        return Refused(told.code, *told.kept, self.account_id or "", subject)


def access_of(unit: Unit, actor: Actor) -> Access:
    """What an actor may reach now.

    Raises:
        Refused: E57 when the account is there no more
    """
    if actor.account_id is None:
        return Access()
    account = unit.get(Account, actor.account_id)
    if account is None or account.removed_at is not None:
        raise Refused(
            "E57",
            "This account was removed.",
            "Ask an administrator of this app.",
            actor.account_id,
            "",
        )
    given = unit.scalars(select(Share).where(Share.account_id == account.id))
    shares, role = {share.patient_id: share for share in given}, Role(account.role)
    if role is Role.RESEARCHER:
        patients = unit.scalars(select(Patient).where(Patient.id.in_(list(shares))))
        agreed = {each.id for each in patients if each.has_consent(date.today(), Scope.RESEARCH)}
        shares = {patient_id: shares[patient_id] for patient_id in agreed}
    return Access(account.id, role, shares)


def reach_patient(unit: Unit, access: Access, patient_id: str) -> Patient:
    """Load a patient, or raise E53, also where it is somebody else's."""
    patient = _load(unit, Patient, patient_id, is_anew=False)
    if unit.scalar(select(Patient.id).where(Patient.id == patient_id, access.patients)) is None:
        raise access.hidden("patient", patient_id)
    return patient


def reach_session(unit: Unit, access: Access, session_id: str) -> Session:
    """Load a session with everything that belongs to it, or raise E53."""
    session = _load(unit, Session, session_id)
    refuse_session_of_others(unit, access, session_id, "session", session_id)
    return session


def refuse_unreached(unit: Unit, access: Access, session_id: str) -> None:
    """Raise E53 as `reach_session` does, without loading all that belongs to the session."""
    asked = select(access.sessions.label("reached")).where(Session.id == session_id)
    found = unit.execute(asked).one_or_none()
    if found is None:
        raise missing("session")
    if not found.reached:
        raise access.hidden("session", session_id)


def reach_run(unit: Unit, access: Access, run_id: str) -> Run:
    """Load a run with its media, or raise E53."""
    run = _load(unit, Run, run_id)
    refuse_session_of_others(unit, access, run.session_id, "run", run_id)
    return run


def _load(unit: Unit, kind: type[Row], id_: str, is_anew: bool = True) -> Row:
    """Load a row, or raise E53, also where a page has named nothing."""
    row = unit.get(kind, id_, populate_existing=is_anew) if id_ else None
    if row is None:
        raise missing(kind.__name__.lower())
    return row


def refuse_session_of_others(
    unit: Unit, access: Access, session_id: str, what: str, subject: str
) -> None:
    """Raise E53 for what belongs to a session that the actor does not reach."""
    query = select(Session.id).where(Session.id == session_id, access.sessions)
    if unit.scalar(query) is None:
        raise access.hidden(what, subject)
