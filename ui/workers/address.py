"""Where the queue of the analyses is, and the key that app and workers share."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from storage.keys import LENGTH
from verhm.errors import RequestError

QUEUE: Final = "VERHM_QUEUE"  # variables; options would show what is in them to everybody
QUEUE_KEY: Final = "VERHM_QUEUE_KEY"


@dataclass(frozen=True)
class QueueAddress:
    """A Redis server that app and workers reach.

    Attributes:
        url: with its user and password
        key: that seals whatever goes through it
    """

    url: str = field(repr=False)
    key: bytes = field(repr=False)


def read_queue(environment: Mapping[str, str]) -> QueueAddress | None:
    """The queue that the variables name; None where they name none.

    Raises:
        RequestError: E71 when it is no address of a Redis server, or the key is unfit
    """
    url = environment.get(QUEUE)
    if not url:
        return None
    if not _is_redis(url):
        raise RequestError(
            "E71",
            f"{QUEUE} is no address of a Redis server.",
            "Write rediss://user:password@host:6379/0, or redis:// without TLS.",
        )
    return QueueAddress(url, _read_key(environment.get(QUEUE_KEY, "")))


def new_queue_key() -> str:
    """A key for app and workers, as it is written into the variable."""
    return os.urandom(LENGTH).hex()


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0  # reading it finds a port that is none
    except ValueError:  # its words would quote the password
        return False
    is_numbered = re.fullmatch(r"(/\d*)?", parts.path) is not None
    return (
        url.startswith(("redis://", "rediss://"))
        and bool(parts.hostname)
        and has_port
        and is_numbered
    )


def _read_key(written: str) -> bytes:
    try:
        key = bytes.fromhex(written)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise RequestError(
            "E71",
            f"{QUEUE_KEY} is no key of {2 * LENGTH} hexadecimal digits.",
            "Make one with `python -m ui.workers --new-key`, for the app and all its workers.",
        )
    return key
