"""librosa is loaded by one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from verhm.audio.pitch import LOCK

ROOT = Path(__file__).parents[2]


def test_a_process_waits_while_another_loads_librosa():
    with FileLock(LOCK):
        process = subprocess.Popen([sys.executable, "-c", "import verhm.audio.pitch"], cwd=ROOT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(5.0)
    assert process.wait(60.0) == 0
