"""How much memory a command and all that it starts take at once; Linux only."""

import subprocess
import sys
import time
from pathlib import Path

_PACE = 0.1  # s between two looks


def peak_mib(command: list[str]) -> tuple[float, float]:
    """Run a command to its end; returns the most that its processes held, in MiB.

    Pages that several processes share count once (the kernel's "proportional set size"). NaN where
    the system does not tell.

    Returns:
        of the largest process, and of all at the same moment

    Raises:
        CalledProcessError: when the command fails
    """
    largest = together = 0
    with subprocess.Popen(command) as process:  # noqa: S603 - our own command, no shell
        while process.poll() is None:
            held = [_held(pid) for pid in _family(process.pid)]
            largest, together = max(largest, *held), max(together, sum(held))
            time.sleep(_PACE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    if not sys.platform.startswith("linux"):
        return float("nan"), float("nan")
    return largest / 1024, together / 1024


def held_mib(pid: int) -> float:
    """What a process and all that it started hold now, in MiB."""
    return sum(_held(each) for each in _family(pid)) / 1024


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
