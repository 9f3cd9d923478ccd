"""Who may sign in: the verbs about accounts."""

import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Unit

from storage.account_models import Account, Role, Share, SignIn
from storage.audit import Action, AuditLog, now
from storage.database import Database
from storage.models import Patient, Session, new_id
from storage.passphrases import Passphrases, refuse_weak
from storage.signins import SignIns, folded
from storage.throttle import Throttle
from verhm.errors import RequestError, StorageError

LONGEST_NAME = 60


class Accounts:
    """Makes, lists and removes accounts; `sign_ins` are those of their browsers.

    Args:
        database: that holds them
        audit: where it is noted what happens to them
        passphrases: how they are kept
        clock: tells the moment
        opens_records: whether a passphrase is the one that opens what is kept
    """

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        passphrases: Passphrases | None = None,
        clock: Callable[[], datetime] = now,
        opens_records: Callable[[str], bool] = lambda passphrase: False,
    ) -> None:
        self._database = database
        self.audit = audit
        self._passphrases = passphrases or Passphrases()
        self._clock = clock
        self._opens_records = opens_records
        self._comparing = threading.Lock()  # with the records': a quarter of a GiB each time
        throttle = Throttle(database, clock)
        self.sign_ins = SignIns(database, audit, self._passphrases, throttle, clock)

    @property
    def are_none(self) -> bool:
        """Whether the first administrator has still to be made."""
        with self._database.reading() as unit:
            return unit.scalars(select(Account.id).limit(1)).first() is None

    def create_first(self, name: str, passphrase: str) -> Account:
        """Make the first administrator, who owns whatever was kept before there were accounts.

        Raises:
            RequestError: E63 unfit name, E67 unfit passphrase, E69 there are accounts already
        """
        if not self.are_none:  # before anything is said of what was typed
            raise _made_already()
        account = self._account(name, Role.ADMINISTRATOR, passphrase)
        self._refuse_records_own(passphrase)
        with self._database.writing() as unit:
            if unit.scalars(select(Account.id).limit(1)).first() is not None:
                raise _made_already()
            self._add(unit, account, account.id)
            for table in (Patient, Session):
                ownerless = update(table).where(table.owner_id.is_(None))
                unit.execute(ownerless.values(owner_id=account.id))
        return account

    def create(self, by: str, name: str, role: Role, passphrase: str) -> Account:
        """Make another account; its owner has to choose another passphrase when signing in.

        Args:
            by: id of an administrator
            name: to sign in with
            role: what it is for
            passphrase: for the first time

        Raises:
            RequestError: E63 unfit or taken name, E67 weak passphrase
            StorageError: E57 not an administrator
        """
        account = self._account(name, role, passphrase)
        account.must_change = True
        with self._database.writing() as unit:
            self._refuse_unless_administrator(unit, by)
            self._add(unit, account, by)
        return account

    def remove(self, by: str, account_id: str) -> None:
        """Let somebody in no longer, from now on; the patients go to the administrator.

        Raises:
            RequestError: E63 the administrator's own account, or none that there is
            StorageError: E57 not an administrator
        """
        with self._database.writing() as unit:
            account = self._another(unit, by, account_id)
            account.removed_at = self._clock()
            account.name_key = f"removed {account.id}"  # the name may be given again
            self._end_sign_ins(unit, account_id)
            unit.execute(delete(Share).where(Share.account_id == account_id))
            self.audit.add(unit, by, Action.EDIT, account_id, "remove account")
            self._hand_over(unit, account_id, by)

    def change_role(self, by: str, account_id: str, role: Role) -> None:
        """Let somebody do more or less from the next sign-in on.

        A researcher owns no patients, and sees others than a clinician does: who becomes one hands
        their patients to the administrator, and shares do not outlive the change.

        Raises:
            RequestError: E63 the administrator's own account, or none that there is
            StorageError: E57 not an administrator
        """
        with self._database.writing() as unit:
            account = self._another(unit, by, account_id)
            if Role.RESEARCHER in (account.role, role):
                unit.execute(delete(Share).where(Share.account_id == account_id))
            if role is Role.RESEARCHER:
                self._hand_over(unit, account_id, by)
            account.role = str(role)
            self._end_sign_ins(unit, account_id)
            self.audit.add(unit, by, Action.EDIT, account_id, f"role {role}")

    def _hand_over(self, unit: Unit, account_id: str, to: str) -> None:
        """Give the patients to somebody else, under another code where that one is taken."""
        taken = set(unit.scalars(select(Patient.code).where(Patient.owner_id == to)))
        for patient in unit.scalars(select(Patient).where(Patient.owner_id == account_id)):
            if patient.code in taken:
                patient.code = f"{patient.code[:31]} {patient.id[:8]}"
            taken.add(patient.code)
            patient.owner_id = to
            self.audit.add(unit, to, Action.SHARE, patient.id, "handed over")
        unit.execute(
            update(Session)
            .where(Session.owner_id == account_id, Session.is_kept)
            .values(owner_id=to)
        )

    def everybody(self) -> tuple[Account, ...]:
        """The accounts that there are, by name."""
        query = select(Account).where(Account.removed_at.is_(None)).order_by(Account.name_key)
        with self._database.reading() as unit:
            return tuple(unit.scalars(query))

    def account(self, account_id: str) -> Account | None:
        """An account; None where it was removed."""
        with self._database.reading() as unit:
            account = unit.get(Account, account_id)
        return account if account is not None and account.removed_at is None else None

    def change_passphrase(self, account_id: str, before: str, after: str, address: str) -> None:
        """Choose another passphrase; all browsers are signed out.

        Raises:
            RequestError: E65 the old one is wrong, E66 too many guesses, E67 the new one is unfit
        """
        account = self.account(account_id)
        name = account.name if account else ""
        self.sign_ins.prove(name, before, address)
        refuse_weak(after, name)
        if before == after:
            raise RequestError("E67", "That is the old passphrase.", "Choose another one.")
        # The answer tells whether this opens the records, so it is a guess like any other.
        guess = f"records, by {name}"
        self.sign_ins.count_guess(guess, address)
        self._refuse_records_own(after)
        self.sign_ins.forget_guesses(guess, address)
        self._set_passphrase(account_id, account_id, after, must_change=False)

    def reset_passphrase(self, by: str, account_id: str, passphrase: str) -> None:
        """Give somebody a passphrase for the next time, to be changed then.

        Raises:
            RequestError: E63 no such account, E67 weak
            StorageError: E57 not an administrator
        """
        with self._database.reading() as unit:
            self._refuse_unless_administrator(unit, by)
            refuse_weak(passphrase, _present(unit, account_id).name)
        self._set_passphrase(by, account_id, passphrase, must_change=True)

    def give_passphrase(self, name: str, passphrase: str) -> None:
        """Give somebody a passphrase for the next time, by whoever can open the database itself.

        Raises:
            RequestError: E63 no such account, E67 weak
        """
        query = select(Account).where(Account.name_key == folded(name))
        with self._database.reading() as unit:
            account = unit.scalars(query.where(Account.removed_at.is_(None))).first()
        if account is None:
            raise RequestError(
                "E63", "There is no account of this name.", "Type it as the app shows it."
            )
        refuse_weak(passphrase, account.name)
        self._set_passphrase(None, account.id, passphrase, must_change=True)

    def _refuse_records_own(self, passphrase: str) -> None:
        """Refuse a passphrase of one's own choice that opens the records; raises E67."""
        with self._comparing:
            is_the_records = self._opens_records(passphrase)
        if is_the_records:
            raise RequestError(
                "E67",
                "This is the passphrase that opens the records.",
                "Choose one of your own, so that whoever learns one of the two lacks the other.",
            )

    def _set_passphrase(
        self, by: str | None, account_id: str, passphrase: str, must_change: bool
    ) -> None:
        kept = self._passphrases.hash(passphrase)
        with self._database.writing() as unit:
            account = _present(unit, account_id)
            account.passphrase_hash, account.must_change = kept, must_change
            self._end_sign_ins(unit, account_id)
            self.audit.add(unit, by, Action.EDIT, account_id, "passphrase")

    def _account(self, name: str, role: Role, passphrase: str) -> Account:
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise RequestError(
                "E63",
                f"The name is empty or longer than {LONGEST_NAME} letters.",
                "Enter a shorter one.",
            )
        refuse_weak(passphrase, name)
        return Account(
            id=new_id(),
            name=name,
            name_key=folded(name),
            role=str(role),
            passphrase_hash=self._passphrases.hash(passphrase),
            created_at=self._clock(),
        )

    def _add(self, unit: Unit, account: Account, by: str) -> None:
        if unit.scalar(select(Account.id).where(Account.name_key == account.name_key)):
            raise RequestError("E63", "Another account has this name.", "Choose another name.")
        unit.add(account)
        unit.flush()
        self.audit.add(unit, by, Action.CREATE, account.id, f"account {account.role}")

    def _end_sign_ins(self, unit: Unit, account_id: str) -> None:
        for each in unit.scalars(select(SignIn).where(SignIn.account_id == account_id)):
            unit.delete(each)

    def _another(self, unit: Unit, by: str, account_id: str) -> Account:
        """Somebody else's account, for an administrator; raises E57 and E63."""
        self._refuse_unless_administrator(unit, by)
        if account_id == by:
            raise RequestError(
                "E63", "This is your own account.", "Let another administrator do it."
            )
        return _present(unit, account_id)

    def _refuse_unless_administrator(self, unit: Unit, account_id: str) -> None:
        account = unit.get(Account, account_id)
        is_one = account is not None and account.removed_at is None
        if not is_one or account is None or account.role != Role.ADMINISTRATOR:
            raise StorageError(
                "E57", "Only an administrator may do this.", "Ask an administrator of this app."
            )


def _made_already() -> RequestError:
    return RequestError(
        "E69", "The first account was made already.", "Sign in, or ask who made it."
    )


def _present(unit: Unit, account_id: str) -> Account:
    account = unit.get(Account, account_id)
    if account is None or account.removed_at is not None:
        raise RequestError("E63", "There is no such account.", "Choose one from the list.")
    return account
