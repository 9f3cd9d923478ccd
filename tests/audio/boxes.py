"""The nested boxes of QuickTime files, for making files that refer to other files."""

import struct
from pathlib import Path

_TO_REFERENCE = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")


def refer_elsewhere(movie: bytes, target: Path) -> bytes:
    """The index of a movie alone, whose sound lies at the same places of another file.

    Players that follow such references would read any file on the machine.
    """
    index = b"".join(_box(name, body) for name, body in _boxes(movie) if name in (b"ftyp", b"moov"))
    return _replace(index, _TO_REFERENCE, _reference(target))


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found, position = [], 0
    while position + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[position : position + 8])
        found.append((name, data[position + 8 : position + size]))
        position += size
    return found


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def _replace(data: bytes, path: tuple[bytes, ...], body: bytes) -> bytes:
    """The boxes with the body of one of them replaced; sizes around it follow."""
    if not path:
        return body
    return b"".join(
        _box(name, _replace(inner, path[1:], body) if name == path[0] else inner)
        for name, inner in _boxes(data)
    )


def _reference(target: Path) -> bytes:
    """A data reference with one Macintosh alias that names the target by its absolute path."""
    path = str(target.absolute()).encode()
    path += b"\0" * (len(path) % 2)
    name = target.name.encode()[:63].ljust(63, b"\0")
    alias = bytes(10) + b"\x04disk".ljust(28, b"\0") + bytes(12) + bytes([len(target.name)]) + name
    alias += bytes(16) + struct.pack(">hh", 1, 1) + bytes(16)
    alias += struct.pack(">hH", 2, len(path)) + path + struct.pack(">hH", -1, 0)
    return struct.pack(">II", 0, 1) + _box(b"alis", bytes(4) + alias)
