"""Another passphrase for the records, chosen in the browser by an administrator."""

from storage.account_models import Role
from storage.audit import Action, AuditLog
from storage.safe import Safe
from storage.signins import SignedIn
from ui.settings import AppSettings
from ui.tries import Tries
from verhm.errors import RequestError, StorageError


class RecordsPassphrase:
    """Locks the same records with another passphrase; nothing else is written again.

    Args:
        settings: where they are
        audit: where it is noted
        tries: how often one may try
    """

    def __init__(self, settings: AppSettings, audit: AuditLog, tries: Tries | None = None) -> None:
        self._keys = Safe(settings.data).keys
        self._is_asked = Safe(settings.data).exists and settings.is_private
        self._audit = audit
        self._tries = tries or Tries()

    def is_changed_by(self, found: SignedIn) -> bool:
        """Whether a person may change it here: not where others could read along."""
        is_administrator = found.role is Role.ADMINISTRATOR
        return is_administrator and self._is_asked and self._keys.opens_by_passphrase

    def change(self, found: SignedIn, entered: dict[str, str]) -> None:
        """Do what the form asks.

        Raises:
            RequestError: E63 typed differently, E66 too many tries
            StorageError: E50 not writable, E51 disk full, E57 not allowed
            VaultError: E80 the old one is wrong, E82 the new one is unfit, E84 key file damaged
        """
        if not self.is_changed_by(found):
            raise StorageError(
                "E57", "The passphrase cannot be changed here.", "Ask who looks after this app."
            )
        after = entered.get("passphrase", "")
        if after != entered.get("again"):
            raise RequestError("E63", "The two passphrases differ.", "Type the same one twice.")
        self._tries.count(entered["address"])
        self._keys.change_passphrase(entered.get("before", ""), after)
        self._audit.record(found.account_id, Action.EDIT, "", "records passphrase")
