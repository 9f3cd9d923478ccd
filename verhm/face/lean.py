"""Importing a library without what it brings along and nothing here uses."""

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def put_off(*names: str) -> Iterator[None]:
    """Let what is imported meanwhile get, for these modules, stand-ins.

    A stand-in imports the module when it is first asked for something; asked meanwhile, as by
    `from … import …`, it gives None. Modules that have been imported already are no stand-ins.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _StandIn(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


class _StandIn(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        if "." not in name:  # what is below it is found
            found = importlib.util.find_spec(name)
            self.__path__ = list(found.submodule_search_locations or ()) if found else []

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            return None
        return getattr(importlib.import_module(self.__name__), name)
