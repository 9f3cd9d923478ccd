"""How much sound a WAV file says it holds.

ffmpeg reads a shortened WAV file to its end and says nothing; only the header can tell.
"""

import struct
from typing import BinaryIO

# Recorders that cannot go back to the header write the largest size they know: 2^32 - 1, 2^31,
# or a little less than 2^31.
_UNKNOWN = 0x7FFF_0000


def missing_seconds(stream: BinaryIO) -> float:
    """Find by how much a WAV file is shorter than its header says.

    Args:
        stream: the open file, at its start

    Returns:
        seconds of sound that the header promises and the file lacks; 0 where the header leaves
        the length open or cannot be read
    """
    kind = stream.read(12)[:4]
    if kind not in (b"RIFF", b"RF64"):
        return 0.0
    byte_rate, long_size = 0, 0
    while len(header := stream.read(8)) == 8:
        name, size = struct.unpack("<4sI", header)
        if name == b"data":
            promised = long_size if kind == b"RF64" else size if size < _UNKNOWN else 0
            return _seconds(promised - _bytes_left(stream), byte_rate)
        start = stream.tell()
        if name == b"fmt ":
            byte_rate = int.from_bytes(stream.read(12)[8:12], "little")
        elif name == b"ds64":
            long_size = int.from_bytes(stream.read(16)[8:16], "little")
        stream.seek(start + size + size % 2)
    return 0.0


def _bytes_left(stream: BinaryIO) -> int:
    position = stream.tell()
    return stream.seek(0, 2) - position


def _seconds(size: int, byte_rate: int) -> float:
    return max(0, size) / byte_rate if byte_rate else 0.0
