"""How often a passphrase may be tried before the database is open, in which tries are counted."""

import time
from collections.abc import Callable
from typing import Final

from verhm.errors import RequestError

WITHIN: Final = 900.0  # s
MOST_HERE: Final = 5  # from one address
MOST: Final = 20  # from everywhere


class Tries:
    """Counts tries before they are checked, so that many at once are not more.

    They are forgotten when the app is started anew, which takes somebody at this computer; whoever
    has its disk tries elsewhere, and against that only the stretching of the passphrase helps.

    Args:
        clock: tells seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: list[tuple[float, str]] = []

    def count(self, address: str) -> None:
        """Count a try; raises `RequestError` (E66) when there were too many."""
        moment = self._clock()
        self._made = [each for each in self._made if moment - each[0] < WITHIN]
        here = [each for each in self._made if each[1] == address]
        if len(here) >= MOST_HERE or len(self._made) >= MOST:
            raise RequestError(
                "E66",
                "There were too many attempts to open the records.",
                f"Wait {WITHIN / 60:.0f} minutes, then try again.",
            )
        self._made.append((moment, address))
