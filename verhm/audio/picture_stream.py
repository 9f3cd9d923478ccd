"""The picture of a film, frame by frame, in step with its sound."""

import contextlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import IO, Final

import numpy as np

from verhm.audio.child import Child
from verhm.audio.refusals import refuse_slowness
from verhm.audio.sound_clock import SoundClock

READ_TIME: Final = 30.0  # s; a decoder that takes longer for a frame hangs
_PATIENCE: Final = 0.2  # s between two looks at whether the work was cancelled
# What ffmpeg's filter showinfo says of the first frame, after it was turned upright.
_FIRST = re.compile(r" n: +0 .*? pts_time:(-?[\d.]+) .*? sar:(\d+)/(\d+) s:(\d+)x(\d+) ")


@dataclass(frozen=True)
class Picture:
    """What a film shows.

    Attributes:
        aspect: width over height, upright, as it is meant to be seen
        start: s on the file's clock, of the first frame
    """

    aspect: float
    start: float


@dataclass(frozen=True, eq=False)
class Timing:
    """When frames are shown.

    Attributes:
        start: s on the file's clock, of the film's first frame
        clock: from the sound's times to the file's
        frame_rate: frames per second
    """

    start: float
    clock: SoundClock
    frame_rate: float


def read_first_frame(messages: str) -> tuple[float, float] | None:
    """Aspect and start of a picture from ffmpeg's messages; None where it has none.

    >>> read_first_frame("[x] n:   0 pts: 0 pts_time:0.5 fmt:gray sar:2/1 s:90x120 i:P")
    (1.5, 0.5)
    """
    found = _FIRST.search(messages)
    if not found:
        return None
    start, over, under, width, height = (float(field) for field in found.groups())
    pixel = over / under if over > 0 and under > 0 else 1.0  # unknown is written as 0/1
    return pixel * width / height, start


class PictureStream:
    """Gives the frame that a film shows at a moment of its sound; made by `media.open_picture`.

    Args:
        pipe: (height, width, 3) frames at the rate, the first one at time 0 of the file
        child: the decoder
        shape: height and width, px
        timing: of the frames
        thread: what waits for the decoder; shut down after it was ended
        waiting: called again and again while the decoder takes long; may raise
    """

    def __init__(
        self,
        pipe: IO[bytes],
        child: Child,
        shape: tuple[int, int],
        timing: Timing,
        thread: ThreadPoolExecutor,
        waiting: Callable[[], None],
    ) -> None:
        self._pipe = pipe
        self._child = child
        self._timing = timing
        self._thread = thread
        self._waiting = waiting
        self._shown, self._next = (np.zeros((*shape, 3), np.uint8) for _ in range(2))
        self._count = 0
        self._is_over = False

    def at(self, seconds: float) -> np.ndarray | None:
        """What is shown at a moment of the sound.

        Args:
            seconds: not less than in the call before

        Returns:
            (height, width, 3) uint8, to be used before the next call; None before the first frame
            and after the last

        Raises:
            AudioError: E16 when the decoder hangs
        """
        timing = self._timing
        moment = timing.clock.file_time(seconds)
        wanted = int(moment * timing.frame_rate + 1e-3)
        while self._count <= wanted and not self._is_over:
            self._read()
        is_early = moment < timing.start - 0.5 / timing.frame_rate
        return None if is_early or wanted >= self._count else self._shown

    def _read(self) -> None:
        """Take one more frame, or find that there is none."""
        with self._child.within(READ_TIME):
            pending = self._thread.submit(self._fill)
            while not wait([pending], timeout=_PATIENCE).done:
                self._waiting()
        if not pending.result():
            refuse_slowness(self._child, READ_TIME)  # else the film would seem to end here
            self._is_over = True
            return
        self._shown, self._next = self._next, self._shown
        self._count += 1

    def _fill(self) -> bool:
        """Read a frame; returns whether it came whole."""
        rest = self._next.data.cast("B")
        with contextlib.suppress(OSError):
            while rest:
                read = self._pipe.readinto(rest)  # type: ignore[attr-defined]
                if not read:
                    break
                rest = rest[read:]
        return not rest
