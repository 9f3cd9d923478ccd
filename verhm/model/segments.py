"""How a long recording is cut for the encoder, so that memory and time stay bounded."""

from dataclasses import dataclass

import numpy as np

from verhm.model.features import FRAME_RATE, LONGEST, SAMPLES_PER_FRAME
from verhm.types import SpeechActivity


@dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of sound that goes through the encoder at once; everything in encoder frames.

    Attributes:
        start: first frame, counted from the start of the recording
        end: after its last frame
        home_start: first frame whose mouth is taken from this segment
        home_end: after the last one; the home stretches of all segments follow on each other
        windows: indices of the windows pooled in this segment
    """

    start: int
    end: int
    home_start: int
    home_end: int
    windows: np.ndarray

    @property
    def samples(self) -> slice:
        """Where its sound lies in the recording."""
        return slice(self.start * SAMPLES_PER_FRAME, self.end * SAMPLES_PER_FRAME)

    def __len__(self) -> int:
        return self.end - self.start


def count_frames(samples: int) -> int:
    """Encoder frames of a recording of that many samples; what is left over is not looked at."""
    return max(1, samples // SAMPLES_PER_FRAME)


def window_frames(starts: np.ndarray, ends: np.ndarray, frames: int) -> tuple[np.ndarray, int]:
    """First frame of each window, and how many frames every window has.

    Args:
        starts: (W,) s
        ends: (W,) s, all windows of the same length
        frames: of the recording
    """
    length = min(frames, max(1, round(float(ends[0] - starts[0]) * FRAME_RATE)))
    first = np.round(starts * FRAME_RATE).astype(int)
    return np.minimum(first, frames - length), length


def place_segments(first: np.ndarray, length: int, frames: int) -> list[Segment]:
    """Cover a recording with segments three windows long, one starting every two windows.

    Neighbours share one window's length, so every window lies wholly in a segment and the encoder
    sees each frame one and a half times on average, however many windows overlap there. Windows
    of more than 4 s get segments of 12 s, the encoder's longest, that share as much.

    Args:
        first: (W,) first frame of each window, ascending
        length: frames per window, at most half the encoder's longest segment
        frames: of the recording

    Returns:
        segments in order; each window belongs to exactly one
    """
    overlap = length
    stride = min(3 * length, LONGEST) - overlap
    count = max(1, -(-(frames - overlap) // stride))
    owner = np.minimum(first // stride, count - 1)
    segments = []
    for index in range(count):
        start = index * stride
        is_last = index == count - 1
        segments.append(
            Segment(
                start,
                frames if is_last else start + stride + overlap,
                0 if index == 0 else start + overlap // 2,
                frames if is_last else start + stride + overlap // 2,
                np.flatnonzero(owner == index),
            )
        )
    return segments


def speech_frames(activity: SpeechActivity, frames: int) -> np.ndarray:
    """(F,) bool: whether somebody speaks at each encoder frame of a recording."""
    times = np.arange(frames) / FRAME_RATE
    if not len(activity.spans):
        return np.zeros(frames, dtype=bool)
    # Between a start and its end an odd number of edges lies behind.
    return np.searchsorted(activity.spans.ravel(), times, side="right") % 2 == 1
