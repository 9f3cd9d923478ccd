"""Where a moment of the decoded sound lies on the file's own clock, which its picture follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

_GAP: Final = 0.05  # s; less is how containers round
_FIELDS: Final = 5  # of a whole line, at least


@dataclass(frozen=True, eq=False)
class SoundClock:
    """Turns times of the sound, whose late start and gaps decoding closes, into times of the file.

    Attributes:
        heard: (N,) s from the first sample, ascending, from which on ...
        shifts: (N,) s have to be added
    """

    heard: np.ndarray
    shifts: np.ndarray

    def file_time(self, seconds: float) -> float:
        """A moment of the sound on the file's clock."""
        if not len(self.heard):
            return seconds
        stretch = int(np.searchsorted(self.heard, seconds, side="right")) - 1
        return seconds + float(self.shifts[max(stretch, 0)])


def read_sound_clock(lines: Iterable[str]) -> SoundClock:
    """Read when each packet of a sound track plays.

    Args:
        lines: as ffmpeg's framecrc writes them: `0, dts, pts, duration, …` after `#tb 0: 1/RATE`
    """
    unit, expected, shift = 0.0, None, 0.0
    heard: list[float] = []
    shifts: list[float] = []
    for line in lines:
        if line.startswith("#tb"):
            over, under = line.split(":")[1].split("/")
            unit = int(over) / int(under)
        fields = line.split(",")
        if line.startswith("#") or len(fields) < _FIELDS:  # the last of a file that breaks off
            continue
        start, duration = (int(field) * unit for field in fields[2:4])
        # What lies before zero is the coder's run-up, which is not heard.
        start, end = max(start, 0.0), max(start + duration, 0.0)
        if end > start and (expected is None or abs(start - expected) > _GAP):
            shift += start - (expected or 0.0)
            heard.append(0.0 if expected is None else start - shift)
            shifts.append(shift)
        expected = end if end > start else expected
    return SoundClock(np.array(heard), np.array(shifts))
