"""A worker whose engine does what stands in the recording. `python -m tests.ui.workers.process`"""

import functools
import sys

import ui.workers.__main__ as command
from ui.engine_processes import EngineProcesses

if __name__ == "__main__":
    command.EngineProcesses = functools.partial(EngineProcesses, "tests.ui.workers.reader")
    sys.exit(command.main([]))
