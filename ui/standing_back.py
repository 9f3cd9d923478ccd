"""Work that nobody looks at gives way to the page."""

import os
import sys
import threading
from typing import Final

_NICENESS: Final = 10  # of 19; the page has the usual 0


def stand_back() -> None:
    """Let this thread, and all that it starts, work when nothing for the page is to be done.

    Only Linux has such a thing for one thread; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)  # the whole app's may have been raised
        os.setpriority(os.PRIO_PROCESS, thread, max(usual, _NICENESS))
