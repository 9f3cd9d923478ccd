"""Which moment of one take corresponds to which of another."""

import numpy as np
from filelock import FileLock

from verhm.audio.pitch import LOCK

with FileLock(LOCK):  # for the reason given there
    from librosa.sequence import dtw


def align(
    content: np.ndarray, speech: np.ndarray, other: np.ndarray, other_speech: np.ndarray
) -> np.ndarray:
    """Follow one take in another of the same words, by dynamic time warping of their content.

    Args:
        content: (F, D) frames
        speech: (F,) bool, whether somebody speaks
        other: (F', D)
        other_speech: (F',) bool

    Returns:
        (F,) frame of the other take for each frame, never going back; before and after the speech
        its first and last one
    """
    here, there = _speech_span(speech), _speech_span(other_speech)
    _, path = dtw(
        content[here].T.astype(np.float32), other[there].T.astype(np.float32), metric="cosine"
    )
    rows, columns = path[::-1].T
    # Of the frames that one frame is matched with, the last.
    matched = columns[np.searchsorted(rows, np.arange(rows[-1] + 1), side="right") - 1]
    place = np.clip(np.arange(len(content)) - here.start, 0, len(matched) - 1)
    return there.start + matched[place]


def _speech_span(speech: np.ndarray) -> slice:
    """From the first frame of speech to the last; everything where nobody speaks."""
    spoken = np.flatnonzero(speech)
    return slice(int(spoken[0]), int(spoken[-1]) + 1) if len(spoken) else slice(0, len(speech))
