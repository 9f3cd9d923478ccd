"""What may be a passphrase, and how it is kept: as an argon2id hash."""

import threading
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from verhm.errors import RequestError

SHORTEST = 15  # characters; what NIST SP 800-63B-4 asks where nothing else is asked for
LONGEST = 128  # characters
_HARD_ENOUGH = 3  # of `score`, where tries are counted
_AT_ONCE = 2  # hashes, so that many guesses do not fill the memory


@dataclass(frozen=True)
class HashCost:
    """What one guess costs; the defaults are RFC 9106's for little memory."""

    memory: int = 64 * 1024  # KiB
    passes: int = 3
    lanes: int = 4


class Passphrases:
    """Hashes passphrases and compares them.

    Args:
        cost: of one hash
    """

    def __init__(self, cost: HashCost | None = None) -> None:
        cost = cost or HashCost()
        self._hasher = PasswordHasher(cost.passes, cost.memory, cost.lanes)
        self._room = threading.Semaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody's, compared to take the same time")

    def hash(self, passphrase: str) -> str:
        """A hash with its salt and cost."""
        with self._room:
            return self._hasher.hash(_normal(passphrase))

    def matches(self, kept: str | None, passphrase: str) -> bool:
        """Whether it is the one; comparing with nobody's takes as long.

        Args:
            kept: hash, or None where there is no such account
            passphrase: that was typed
        """
        with self._room:
            try:
                is_same = self._hasher.verify(kept or self._nobodys, _normal(passphrase))
            except (VerificationError, InvalidHashError):
                return False
        return is_same and kept is not None


def refuse_weak(passphrase: str, name: str) -> None:
    """Refuse a passphrase that is short or easily guessed; nothing is asked of its letters.

    Args:
        passphrase: that was chosen
        name: of the account, which must not be the passphrase

    Raises:
        RequestError: E67
    """
    length = len(_normal(passphrase))
    if not SHORTEST <= length <= LONGEST:
        raise RequestError(
            "E67",
            f"The passphrase has {length} characters.",
            f"Use {SHORTEST} to {LONGEST}, for example four or five words that do not belong "
            "together.",
        )
    if _left_without(name, passphrase) < SHORTEST // 2:
        raise RequestError(
            "E67",
            "The passphrase is little more than your name.",
            "Use words that do not belong together and are not your name.",
        )
    if score(passphrase, *name.split(), name) < _HARD_ENOUGH:
        raise RequestError(
            "E67",
            "The passphrase is among the first that somebody would try.",
            "Use words that do not belong together and are not your name.",
        )


def score(passphrase: str, *known: str) -> int:
    """How hard a passphrase is to guess, from 0 to 4: 3 is beyond 10^8 guesses, 4 beyond 10^10.

    Args:
        passphrase: that was chosen
        known: words that whoever guesses tries first
    """
    # Only the beginning: the search takes ever longer, and more cannot make it easier to guess.
    return zxcvbn(_normal(passphrase)[:72], user_inputs=[*known, "verhm"])["score"]


def _left_without(name: str, passphrase: str) -> int:
    """How many characters a passphrase has besides a name's words."""
    left = _normal(passphrase).casefold()
    for word in _normal(name).casefold().split():
        left = left.replace(word, "")
    return len(left.replace(" ", ""))


def _normal(passphrase: str) -> str:
    """The same letters in the same bytes, whichever keyboard they come from."""
    return unicodedata.normalize("NFKC", passphrase)
