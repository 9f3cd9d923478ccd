"""Keys: made at random, derived from each other, wrapped in each other. Nothing here is logged."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH: Final = 32  # bytes of every key
_NONCE: Final = 12


class WrongKey(Exception):
    """A wrapped key was wrapped with another key, for another purpose, or was changed."""


def new_key() -> bytes:
    """Make a key at random."""
    return AESGCM.generate_key(8 * LENGTH)


def derive(key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """Derive a key for one purpose from another key (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), LENGTH, salt, b"verhm 1 " + purpose.encode()).derive(key)


def wrap(wrapping: bytes, key: bytes, bound_to: bytes) -> bytes:
    """Seal a key with another one.

    Args:
        wrapping: the other key
        key: to be sealed
        bound_to: what it is for; needed again to unwrap it
    """
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(wrapping).encrypt(nonce, key, bound_to)


def unwrap(wrapping: bytes, wrapped: bytes, bound_to: bytes) -> bytes:
    """Open what `wrap` made; raises `WrongKey`."""
    try:
        return AESGCM(wrapping).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise WrongKey from error
