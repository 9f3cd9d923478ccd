"""From a passphrase to a key: Argon2id, with its settings kept beside what the key opens."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from storage.keys import LENGTH
from storage.passphrases import SHORTEST, score
from verhm.errors import VaultError

LONGEST: Final = 1_000  # characters
_HARD_ENOUGH: Final = 4  # of `storage.passphrases.score`: whoever has the disk is not counted
SALT: Final = 16  # bytes


@dataclass(frozen=True)
class Stretching:
    """How much work it takes to try one passphrase.

    The defaults are four times the memory of RFC 9106's second choice; on a laptop they take less
    than a second.

    Attributes:
        memory: KiB
        iterations: passes over the memory
        lanes: computed side by side
    """

    memory: int = 1 << 18
    iterations: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        # From a file: what was changed there must not take all memory, nor for ever.
        sane = 8 * self.lanes <= self.memory <= 1 << 22 and 1 <= self.iterations <= 100
        if not (sane and 1 <= self.lanes <= 64):
            raise ValueError("such a stretching is none")


def stretch(passphrase: str, salt: bytes, stretching: Stretching) -> bytes:
    """Make a key from a passphrase.

    The same letters count as the same, however a keyboard composes them (Unicode's NFKC).
    """
    letters = unicodedata.normalize("NFKC", passphrase).encode()
    return Argon2id(
        salt=salt,
        length=LENGTH,
        iterations=stretching.iterations,
        lanes=stretching.lanes,
        memory_cost=stretching.memory,
    ).derive(letters)


def refuse_unfit(passphrase: str) -> None:
    """Refuse a new passphrase that is too short, easily guessed, or too long to be one.

    Raises:
        VaultError: E82
    """
    length = len(passphrase.strip())
    if not SHORTEST <= length <= LONGEST:
        raise _unfit(f"The passphrase has {length} characters; at least {SHORTEST} are needed.")
    if score(passphrase) < _HARD_ENOUGH:
        raise _unfit("The passphrase is among those that somebody would soon come to.")


def _unfit(cause: str) -> VaultError:
    return VaultError(
        "E82", cause, "Choose four or five words that have nothing to do with each other."
    )
