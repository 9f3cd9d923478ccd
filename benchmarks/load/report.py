"""The figures of a load, in lines and as JSON, and whether a bar was missed."""

from collections import Counter
from typing import Any, Final

from benchmarks.load.analyst import Crowd
from benchmarks.load.measuring import (
    LOOK,
    MOST_FILES,
    MOST_GROWTH,
    SLOWEST,
    Growth,
    Notes,
    growth,
    percentiles,
)

_MOST_LOOKS: Final = 30  # lines of the table


def table(notes: Notes) -> str:
    """Time of each kind of action, failures, and the processes over time."""
    lines = [f"{'action':22} {'count':>6} {'p50':>7} {'p95':>7} {'max':>7}  s"]
    for kind, seconds in sorted([*notes.seconds.items(), ("all", _all(notes))]):
        figures = " ".join(f"{value:7.3f}" for value in percentiles(seconds))
        lines.append(f"{kind:22} {len(seconds):6} {figures}")
    lines += [f"{count:4} × {why}" for why, count in Counter(notes.failures).most_common()]
    lines.append(f"{'minute':>7} {'MiB':>7} {'open files':>11}")
    step = max(1, len(notes.looks) // _MOST_LOOKS)
    for look in notes.looks[::step]:
        lines.append(f"{look.minute:7.1f} {look.mib:7.0f} {look.files:11}")
    for name, found, unit in zip(("memory", "files"), _growths(notes), ("MiB", ""), strict=True):
        lines.append(f"{name}: {_in_words(found, unit)}")
    return "\n".join(lines)


def figures(notes: Notes) -> dict[str, Any]:
    """The figures that count, ready for JSON; growths are None where the time was too short."""
    median, late, most = percentiles(_all(notes))
    memory, files = _growths(notes)
    return {
        "actions": len(_all(notes)),
        "p50": round(median, 4),
        "p95": round(late, 4),
        "max": round(most, 3),
        "failures": len(notes.failures),
        "mib_most": round(max(look.mib for look in notes.looks)),
        "mib_per_hour": memory and round(memory.per_hour, 1),
        "files_most": max(look.files for look in notes.looks),
        "files_per_hour": files and round(files.per_hour, 1),
    }


def is_missed(notes: Notes, crowd: Crowd) -> bool:
    """Whether a bar was missed."""
    memory, files = _growths(notes)
    return (
        percentiles(_all(notes))[1] >= SLOWEST
        or bool(notes.failures)
        or not (crowd.says_so and crowd.is_kept)
        or (memory is not None and memory.within > MOST_GROWTH)
        or (files is not None and files.within > MOST_FILES)
    )


def _all(notes: Notes) -> list[float]:
    """Seconds that people waited."""
    return [each for kind, times in notes.seconds.items() if kind != LOOK for each in times]


def _growths(notes: Notes) -> tuple[Growth | None, Growth | None]:
    """Of memory, and of open files."""
    minutes = [look.minute for look in notes.looks]
    return (
        growth(minutes, [look.mib for look in notes.looks]),
        growth(minutes, [float(look.files) for look in notes.looks]),
    )


def _in_words(found: Growth | None, unit: str) -> str:
    if found is None:
        return "too short a time to tell whether it grows"
    return (
        f"{found.per_hour:+.1f} {unit} an hour, by a line through the least of each minute of the "
        f"second half, in which that is {found.within:+.1f}"
    )
