"""How often a passphrase may be tried, by account and by address; kept over a restart."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from storage.account_models import Guess
from storage.database import Database
from verhm.errors import RequestError

WITHIN = timedelta(minutes=15)
MOST_HERE = 5  # for one account from one address
MOST = 20  # for one account from everywhere, and from one address for all accounts


class Throttle:
    """Counts guesses before they are checked, so that many at once are not more.

    What does not exist is counted alike. Who guesses at an account from elsewhere can keep its
    owner out for a quarter of an hour; without that limit, many addresses could guess for ever.

    Args:
        database: that holds the guesses
        clock: tells the moment
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def count(self, name: str, address: str) -> None:
        """Count a guess.

        Args:
            name: of the account, folded; there need not be one
            address: of the computer

        Raises:
            RequestError: E66 when there were too many
        """
        moment = self._clock()
        name_hash, address_hash = _hashed(name), _hashed(address)
        of_name, of_address = Guess.name_hash == name_hash, Guess.address_hash == address_hash
        with self._database.writing() as unit:
            unit.execute(delete(Guess).where(Guess.tried_at <= moment - WITHIN))
            number = select(func.count(Guess.id))
            if (
                (unit.scalar(number.where(of_name, of_address)) or 0) >= MOST_HERE
                or (unit.scalar(number.where(of_name)) or 0) >= MOST
                or (unit.scalar(number.where(of_address)) or 0) >= MOST
            ):
                raise RequestError(
                    "E66",
                    "There were too many attempts to sign in.",
                    f"Wait {WITHIN.seconds // 60} minutes, then try again.",
                )
            unit.add(Guess(name_hash=name_hash, address_hash=address_hash, tried_at=moment))

    def forget(self, name: str, address: str) -> None:
        """Take back the guesses of somebody who knew the passphrase in the end.

        Only for this account from this address: an own account does not buy guesses at others.
        """
        with self._database.writing() as unit:
            unit.execute(
                delete(Guess).where(
                    Guess.name_hash == _hashed(name), Guess.address_hash == _hashed(address)
                )
            )


def _hashed(text: str) -> str:
    """Kept in place of a name, in whose field people type passphrases by mistake."""
    return hashlib.sha256(text.encode()).hexdigest()
