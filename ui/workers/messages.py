"""What app and workers tell each other: sealed, and data alone.

A message is MessagePack, with a few kinds added to it: arrays, and the types that results consist
of, each spelled by its fields and built by its constructor. So a result comes over to the last bit,
and who took a worker over could send the app wrong figures, but nothing that runs.
"""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any, Final

import msgpack
import numpy as np

from storage.sealing import opened, sealed
from ui.workers import calls
from verhm import errors, influence, settings, stages, types

_IDENTITY: Final = "queue message"
_TUPLE, _ARRAY, _MEMBER, _RECORD, _ERROR = range(1, 6)
_NUMBERS: Final = "biuf"  # kinds of arrays that hold nothing else


def _ours(kind: type, *modules: Any) -> dict[str, Any]:
    """Classes of a kind that modules define, by name."""
    found = [each for module in modules for each in vars(module).values() if isinstance(each, type)]
    names = {module.__name__ for module in modules}
    return {
        each.__name__: each for each in found if each.__module__ in names and issubclass(each, kind)
    }


_RECORDS: Final[dict[str, Any]] = {
    name: kind
    for name, kind in _ours(object, calls, influence, settings, types).items()
    if dataclasses.is_dataclass(kind)
}
_MEMBERS: Final = _ours(enum.Enum, stages, types)
_ERRORS: Final = _ours(errors.VerhmError, errors)


def sealed_message(key: bytes, message: Any) -> bytes:
    """Seal a message of numbers, words, arrays and the types of `verhm.types`.

    Raises:
        TypeError: when there is something else in it
    """
    return sealed(_packed(message), key, _IDENTITY)


def opened_message(key: bytes, content: bytes) -> Any:
    """Open what `sealed_message` made.

    Raises:
        VaultError: E83 when it was sealed with another key, or changed
        ValueError, KeyError, TypeError: when it is no such message
    """
    return _unpacked(opened(content, key, _IDENTITY))


def _packed(message: Any) -> bytes:
    # Strictly: else a word of an enumeration would become a word, and a tuple a list.
    return msgpack.packb(message, default=_spelled, strict_types=True)


def _unpacked(content: bytes) -> Any:
    return msgpack.unpackb(content, ext_hook=_built, strict_map_key=False)


def _spelled(value: Any) -> Any:
    name = type(value).__name__
    match value:
        case np.ndarray() if value.dtype.kind in _NUMBERS:
            return _extended(_ARRAY, value.dtype.str, list(value.shape), value.tobytes())
        case np.generic() if value.dtype.kind in _NUMBERS:
            return value.item()
        case enum.Enum() if name in _MEMBERS:
            return _extended(_MEMBER, name, value.value)
        case errors.Cancelled():
            return _extended(_ERROR, name)
        case errors.VerhmError() if name in _ERRORS:
            return _extended(_ERROR, name, value.code, *value.kept)
        case tuple():
            return _extended(_TUPLE, *value)
        case Mapping():
            return dict(value)
        case str():
            return str(value)
    if name in _RECORDS:
        fields = [getattr(value, each.name) for each in dataclasses.fields(value)]
        return _extended(_RECORD, name, *fields)
    raise TypeError(f"a message cannot hold a {name}")


def _extended(kind: int, *parts: Any) -> msgpack.ExtType:
    return msgpack.ExtType(kind, _packed(list(parts)))


def _built(kind: int, content: bytes) -> Any:
    parts = _unpacked(content)
    if kind == _TUPLE:
        return tuple(parts)
    if kind == _ARRAY:
        return _array(*parts)
    if kind == _MEMBER:
        return _MEMBERS[parts[0]](*parts[1:])
    if kind == _RECORD:
        return _RECORDS[parts[0]](*parts[1:])
    if kind == _ERROR:
        return _ERRORS[parts[0]](*parts[1:])
    raise ValueError(f"there is no kind {kind}")


def _array(dtype: str, shape: list[int], content: bytes) -> np.ndarray:
    kind = np.dtype(dtype)
    if kind.kind not in _NUMBERS:
        raise ValueError(f"a message holds no arrays of {kind}")
    return np.frombuffer(content, kind).reshape(shape).copy()
