"""The way from a passphrase to an open vault: one attempt at a time, beside the page's answers."""

import asyncio
from collections.abc import Callable
from typing import Final

from storage.vault import Vault
from verhm.errors import VerhmError

SOON: Final = 3.0  # s after which a page says that it takes a while


class Opening:
    """Attempts with passphrases until one opens the vault.

    Args:
        work: from a passphrase to the vault; raises `VerhmError` when the passphrase will not do
        is_new: whether the passphrase is chosen now, and not asked for
        is_filled: whether there are patients already, who are to be encrypted
    """

    def __init__(
        self, work: Callable[[str], Vault], is_new: bool = False, is_filled: bool = False
    ) -> None:
        self.is_new = is_new
        self.is_filled = is_filled
        self._work = work
        self._attempt: asyncio.Future[Vault | VerhmError] | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether an attempt is under way."""
        return self._attempt is not None and not self._attempt.done()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be asked: it is open, or failed in an unforeseen way."""
        if self._attempt is None or not self._attempt.done():
            return False
        failed = self._attempt.exception() is not None
        return failed or isinstance(self._attempt.result(), Vault)

    async def attempt(self, passphrase: str) -> None:
        """Try a passphrase; returns when that is decided, or after a while."""
        loop = asyncio.get_running_loop()
        self._attempt = loop.run_in_executor(None, self._try, passphrase)
        await asyncio.wait({self._attempt}, timeout=SOON)

    def take_error(self) -> VerhmError | None:
        """Why the last attempt failed, once."""
        if self._attempt is None or self.is_going_on or self.is_over:
            return None
        error, self._attempt = self._attempt.result(), None
        assert isinstance(error, VerhmError)
        return error

    def result(self) -> Vault:
        """The open vault; raises KeyboardInterrupt when nobody opened it."""
        if self._attempt is None or not self._attempt.done():
            raise KeyboardInterrupt
        found = self._attempt.result()
        if not isinstance(found, Vault):
            raise KeyboardInterrupt
        return found

    def _try(self, passphrase: str) -> Vault | VerhmError:
        try:
            return self._work(passphrase)
        except VerhmError as error:
            return error
