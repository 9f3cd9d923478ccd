"""The browsers that are signed in: begun with a new random id each time, ended on the server."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session as Unit

from storage.account_models import Account, Role, SignIn
from storage.audit import Action, AuditLog
from storage.database import Database
from storage.passphrases import Passphrases
from storage.throttle import Throttle
from verhm.errors import RequestError

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
_STEP = timedelta(seconds=20)  # use is written down no more often
_BYTES = 32  # of randomness in an id


@dataclass(frozen=True)
class SignedIn:
    """Who a browser is signed in as.

    Attributes:
        account_id: of the person
        name: of the person
        role: of the person
        is_locked: whether the passphrase has to be given again first
        must_change: whether another passphrase has to be chosen first
    """

    account_id: str
    name: str
    role: Role
    is_locked: bool
    must_change: bool


class SignIns:
    """Begins, finds and ends them.

    Args:
        database: that holds them, by the hash of their id only
        audit: where it is noted who came and went
        passphrases: how they are compared
        throttle: how often they may be tried
        clock: tells the moment
    """

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        passphrases: Passphrases,
        throttle: Throttle,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._audit = audit
        self._passphrases = passphrases
        self._throttle = throttle
        self._clock = clock

    def sign_in(self, name: str, passphrase: str, address: str, before: str | None = None) -> str:
        """Sign a browser in; returns its new id, which nobody knew before.

        Args:
            name: of the account
            passphrase: that was typed
            address: of the browser's computer
            before: id that the browser showed, which ends

        Raises:
            RequestError: E65 when name or passphrase is wrong, E66 after too many attempts
        """
        account_id = self.prove(name, passphrase, address)
        token, moment = secrets.token_urlsafe(_BYTES), self._clock()
        with self._database.writing() as unit:
            unit.execute(delete(SignIn).where(SignIn.token_hash == _hashed(before or "")))
            unit.execute(delete(SignIn).where(_is_over(moment)))
            began = {"began_at": moment, "used_at": moment}
            unit.add(SignIn(token_hash=_hashed(token), account_id=account_id, **began))
            self._audit.add(unit, account_id, Action.SIGN_IN, account_id)
        return token

    def prove(self, name: str, passphrase: str, address: str) -> str:
        """Compare a passphrase; returns the account's id. What there is not takes as long.

        Raises:
            RequestError: E65 when name or passphrase is wrong, E66 after too many attempts
        """
        self.count_guess(name, address)
        key = folded(name)
        with self._database.reading() as unit:
            account = unit.scalars(
                select(Account).where(Account.name_key == key, Account.removed_at.is_(None))
            ).first()
        kept = account.passphrase_hash if account else None
        if not self._passphrases.matches(kept, passphrase) or account is None:
            # The id of the account that was aimed at, or of none: the same work for both.
            self._audit.record(None, Action.REFUSAL, account.id if account else "", "E65")
            raise RequestError("E65", "Name or passphrase is wrong.", "Check both and try again.")
        self.forget_guesses(name, address)
        return account.id

    def count_guess(self, name: str, address: str) -> None:
        """Count a guess at something secret; raises `RequestError` (E66) after too many."""
        try:
            self._throttle.count(folded(name), address)
        except RequestError:
            self._audit.note(None, Action.REFUSAL, "", "E66")
            raise

    def forget_guesses(self, name: str, address: str) -> None:
        """Take back what was counted of somebody who has shown that they need not guess."""
        self._throttle.forget(folded(name), address)

    def find(self, token: str | None, is_use: bool = True) -> SignedIn | None:
        """Who shows this id; None where it was never given, has ended or was not used for long.

        Args:
            token: the id
            is_use: whether the person does something, rather than the page by itself
        """
        if not token:
            return None
        moment = self._clock()
        with self._database.reading() as unit:
            row, account = _row(unit, token), None
            if row is not None and not _has_ended(row, moment):
                account = unit.get(Account, row.account_id)
        if row is None or account is None or account.removed_at is not None:
            return None
        if is_use and moment - row.used_at > _STEP:
            self._used(token, moment)
        is_locked = row.locked_at is not None
        return SignedIn(
            account.id, account.name, Role(account.role), is_locked, account.must_change
        )

    def _used(self, token: str, moment: datetime) -> None:
        with self._database.writing() as unit:
            row = _row(unit, token)
            if row is not None and not _has_ended(row, moment):
                row.used_at = moment

    def lock(self, token: str) -> None:
        """Ask for the passphrase again before anything else is shown."""
        moment = self._clock()
        with self._database.writing() as unit:
            row = _row(unit, token)
            if row is not None:
                row.locked_at = moment
                self._audit.add(unit, row.account_id, Action.SIGN_OUT, row.account_id, "lock")

    def unlock(self, token: str, passphrase: str, address: str) -> None:
        """Go on where the lock came; it stays the same browser, and keeps its id.

        Raises:
            RequestError: E65 the passphrase is wrong, E66 too many attempts, E68 it has ended
        """
        found = self.find(token, is_use=False)
        if found is None:
            raise RequestError("E68", "You were signed out meanwhile.", "Sign in again.")
        try:
            self.prove(found.name, passphrase, address)
        except RequestError as error:
            if error.code != "E65":
                raise
            wrong = RequestError("E65", "The passphrase is wrong.", "Type it again.")
            raise wrong from None  # no name was asked for
        with self._database.writing() as unit:
            row = _row(unit, token)
            if row is not None:
                row.locked_at, row.used_at = None, self._clock()
                self._audit.add(unit, row.account_id, Action.SIGN_IN, row.account_id, "unlock")

    def sign_out(self, token: str) -> None:
        """End one; its id is worth nothing any more."""
        with self._database.writing() as unit:
            row = _row(unit, token)
            if row is not None:
                unit.delete(row)
                self._audit.add(unit, row.account_id, Action.SIGN_OUT, row.account_id)

    def sign_out_everywhere(self, account_id: str) -> None:
        """End all of an account."""
        with self._database.writing() as unit:
            unit.execute(delete(SignIn).where(SignIn.account_id == account_id))
            self._audit.add(unit, account_id, Action.SIGN_OUT, account_id, "everywhere")


def folded(name: str) -> str:
    """A name as it is compared: in any case, with any spaces."""
    return " ".join(name.split()).casefold()


def _row(unit: Unit, token: str) -> SignIn | None:
    return unit.get(SignIn, _hashed(token))


def _has_ended(row: SignIn, moment: datetime) -> bool:
    return moment - row.used_at >= IDLE or moment - row.began_at >= LONGEST


def _is_over(moment: datetime) -> ColumnElement[bool]:
    return (SignIn.used_at <= moment - IDLE) | (SignIn.began_at <= moment - LONGEST)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
