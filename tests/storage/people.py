"""People who sign in, and a clock that a test moves."""

from datetime import UTC, datetime, timedelta

from storage.access import Actor
from storage.account_models import Role
from storage.passphrases import HashCost, Passphrases
from storage.repository import Repository, open_accounts

GOOD = "quiet heron counts eleven lanterns"
OTHER = "seven maps under the old staircase"
CHEAP = Passphrases(HashCost(memory=8, passes=1, lanes=1))  # seconds would add up to minutes


class Clock:
    """Tells the moment it was last moved to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


class People:
    """The accounts of a clinic.

    Args:
        repository: the program's own
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.clock = Clock()
        self.accounts = open_accounts(repository, CHEAP, self.clock)
        self.administrator = self.accounts.create_first("Ada", GOOD)

    def add(self, name: str, role: Role = Role.CLINICIAN):
        """Another account, whose passphrase is its own already."""
        account = self.accounts.create(self.administrator.id, name, role, OTHER)
        self.accounts.change_passphrase(account.id, OTHER, GOOD, "127.0.0.1")
        return account

    def seen_by(self, account) -> Repository:
        """The data as somebody reaches them."""
        return self.repository.acting_as(lambda: Actor(account.id))
