"""Memory that a process holds but no longer needs."""

import contextlib
import ctypes
import sys


def give_back_memory() -> None:
    """Return freed memory to the system; GNU's C library keeps much of it otherwise."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL("libc.so.6").malloc_trim(0)
