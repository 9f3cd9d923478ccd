"""How much memory a command and all that it starts take at once; Linux only."""

import subprocess
import sys
import time
from pathlib import Path

_PACE = 0.1  # s between two looks


def peak_mib(command: list[str]) -> float:
    """Run a command to its end; returns the most that it and its children held, in MiB.

    Pages that several processes share count once (the kernel's "proportional set size"). NaN where
    the system does not tell.

    Raises:
        CalledProcessError: when the command fails
    """
    peak = 0
    with subprocess.Popen(command) as process:  # noqa: S603 - our own command, no shell
        while process.poll() is None:
            peak = max(peak, sum(map(_held, _family(process.pid))))
            time.sleep(_PACE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak / 1024 if sys.platform.startswith("linux") else float("nan")


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            found.extend(_family(int(child)))
    return found


def _held(pid: int) -> int:
    """In kibibytes; 0 of one that has ended."""
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
