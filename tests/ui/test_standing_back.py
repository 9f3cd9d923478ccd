"""What works in the background gives way, and nothing else does."""

import os
import subprocess
import sys
import threading

import pytest

from ui.standing_back import stand_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it per thread")


def niceness(thread: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, thread)


def test_a_thread_and_what_it_starts_give_way_to_the_others():
    usual = niceness(threading.get_native_id())
    seen = []

    def work():
        stand_back()
        asks = [sys.executable, "-c", "import os; print(os.nice(0))"]
        started = subprocess.run(asks, capture_output=True, check=True, text=True)
        seen.extend((niceness(threading.get_native_id()), int(started.stdout)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [max(10, usual)] * 2
    assert niceness(threading.get_native_id()) == usual
