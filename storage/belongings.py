"""Whose something is that a browser named or was given: a page of it, a recording on its way in."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete

from storage.account_models import Belonging
from storage.audit import now
from storage.database import Database

_KEPT = timedelta(days=8)  # recordings wait 7


class Belongings:
    """Binds names to accounts, in the database, so that a restart changes nothing.

    Args:
        database: that holds them, by hash
        clock: tells the moment
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def claim(self, kind: str, name: str, account_id: str) -> bool:
        """Whether something is the account's; what is nobody's yet becomes so.

        Args:
            kind: of thing, such as "page"
            name: of it
            account_id: whose it should be
        """
        if self.is_of(kind, name, account_id):
            return True
        key = (kind, _hashed(name))
        with self._database.writing() as unit:
            found = unit.get(Belonging, key)
            if found is None:
                moment = self._clock()
                unit.execute(delete(Belonging).where(Belonging.since < moment - _KEPT))
                unit.add(
                    Belonging(kind=kind, name_hash=key[1], account_id=account_id, since=moment)
                )
                return True
            return found.account_id == account_id

    def is_of(self, kind: str, name: str, account_id: str) -> bool:
        """Whether something is the account's."""
        with self._database.reading() as unit:
            found = unit.get(Belonging, (kind, _hashed(name)))
        return found is not None and found.account_id == account_id


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
