"""Decoded sound as it comes out of ffmpeg: Sun's AU, the simplest container for a pipe."""

import struct
from typing import IO, Final

import numpy as np

from verhm.audio.banner import read_banner
from verhm.audio.child import Child
from verhm.audio.mixing import Mixer
from verhm.stages import Progress, Stage

_BLOCK: Final = 1 << 16  # sample frames read at once
_HEADER: Final = 24  # bytes


def read_channels(pipe: IO[bytes]) -> int:
    """Read an AU header to its end; returns the number of channels, or 0 when nothing comes."""
    header = pipe.read(_HEADER)
    if len(header) < _HEADER:
        return 0
    _, start, _, _, _, channels = struct.unpack(">4s5I", header)
    pipe.read(start - _HEADER)
    return channels


def fill(
    mixer: Mixer,
    pipe: IO[bytes],
    channels: int,
    child: Child,
    sample_rate: int,
    progress: Progress,
) -> None:
    """Give a mixer all samples that come; `progress` is told the share, where it is known."""
    duration = read_banner(child.messages).duration
    frame = 4 * channels  # 0 where nothing comes, which ends the reading at once
    while data := pipe.read(_BLOCK * frame):
        whole = len(data) // frame * frame
        mixer.append(np.frombuffer(data[:whole], dtype=">f4").reshape(-1, channels))
        # ffmpeg tells hundredths of a second: 0 for the shortest files, NaN where it does not know.
        share = mixer.count / sample_rate / duration if duration > 0 else 0.0
        progress(Stage.DECODE, min(share, 1.0))
