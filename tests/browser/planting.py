"""What was planted, in the forms in which it could lie about, and where to look for it."""

import base64
import html
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PAGE = 4096  # bytes, of which SQLCipher takes the last for itself
_RESERVED, _VECTOR, _SALT = 80, 16, 16
_LOG_HEAD, _FRAME_HEAD = 32, 24


def forms(text: str) -> dict[str, bytes]:
    """A text as programs write it."""
    escaped = json.dumps(text)[1:-1]
    return {
        "UTF-8": text.encode(),
        "UTF-8, folded": text.casefold().encode(),
        "UTF-16LE": text.encode("utf-16-le"),
        "URL-encoded": quote(text, safe="").encode(),
        "URL-encoded form": quote_plus(text).encode(),
        "JSON-escaped": escaped.encode(),
        "Python-escaped": ascii(text)[1:-1].encode(),
        "HTML-escaped": html.escape(text).encode(),
        **{f"base64 at {first}": _base64(text.encode(), first) for first in range(3)},
    }


def _base64(content: bytes, first: int) -> bytes:
    """What is the same of its base64 whatever stands before and after it.

    Args:
        content: to be found
        first: bytes of its first group of three that are somebody else's
    """
    encoded = base64.b64encode(bytes(first) + content)
    whole = (first + len(content)) // 3 * 4  # what ends within a group depends on what follows
    return encoded[(0, 2, 3)[first] : whole]


def found(planted: Mapping[str, str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """What of it lies where, and how.

    Args:
        planted: texts by what they are
        places: names and contents
    """
    wanted = [
        (what, form, each) for what, text in planted.items() for form, each in forms(text).items()
    ]
    return [
        f"{what} in {place} as {form}"
        for place, content in places
        for what, form, each in wanted
        if each in content
    ]


def files_in(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below some folders: its path, and its content after its path once more."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            content = b""
            if path.is_file():
                try:
                    content = path.read_bytes()
                except FileNotFoundError:  # it was being passed through
                    continue
            yield str(path), str(path.relative_to(folder)).encode() + b"\n" + content


def command_lines() -> Iterator[tuple[str, bytes]]:
    """What every process was started with, which everybody may read."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield str(path), path.read_bytes()
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue


def opened_pages(database: Path, key: bytes) -> Iterator[tuple[str, bytes]]:
    """Every page of a database and of its log decrypted, with what is free or was overwritten.

    Args:
        database: SQLCipher's file, version 4
        key: that its pages are encrypted with
    """
    raw = database.read_bytes()
    for start in range(0, len(raw), _PAGE):
        yield f"page {start // _PAGE}", _opened(raw[start : start + _PAGE], key, is_first=not start)
    log = database.with_name(f"{database.name}-wal")
    raw = log.read_bytes() if log.exists() else b""
    for start in range(_LOG_HEAD, len(raw), _FRAME_HEAD + _PAGE):
        (number,) = struct.unpack_from(">I", raw, start)
        page = raw[start + _FRAME_HEAD : start + _FRAME_HEAD + _PAGE]
        yield f"page {number} in the log", _opened(page, key, is_first=number == 1)


def _opened(page: bytes, key: bytes, is_first: bool) -> bytes:
    content = page[_SALT if is_first else 0 : _PAGE - _RESERVED]
    vector = page[_PAGE - _RESERVED : _PAGE - _RESERVED + _VECTOR]
    opening = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return opening.update(content) + opening.finalize()
