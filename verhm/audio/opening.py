"""What is asked of a file before ffmpeg sees it."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from verhm.audio.sniffing import choose_demuxer
from verhm.audio.wav_header import missing_seconds
from verhm.errors import AudioError
from verhm.stages import Progress, Stage

_CHUNK: Final = 1 << 24  # bytes hashed at once


@contextlib.contextmanager
def refusing_unreadable() -> Iterator[None]:
    """Turn a file that cannot be read into an `AudioError` (E10)."""
    try:
        yield
    except OSError as error:
        raise AudioError(
            "E10", "The file cannot be read.", "Check that you may open it, or copy it elsewhere."
        ) from error


def demuxer_of(path: Path) -> str:
    """Name ffmpeg's demuxer for a file; raises as `choose_demuxer`, and E10."""
    if not path.is_file():
        raise AudioError("E10", "There is no such file.", "Choose a sound or video file.")
    with refusing_unreadable(), path.open("rb") as stream:
        return choose_demuxer(stream)


def seconds_lost(path: Path, demuxer: str) -> float:
    """Seconds that a WAV header promises and the file lacks; 0 for other formats."""
    if demuxer != "wav":
        return 0.0
    with refusing_unreadable(), path.open("rb") as stream:
        return missing_seconds(stream)


def hash_file(path: Path, progress: Progress) -> str:
    """SHA-256 of a file, hexadecimal; `progress` may raise `Cancelled`."""
    digest = hashlib.sha256()
    with refusing_unreadable(), path.open("rb") as stream:
        while data := stream.read(_CHUNK):
            digest.update(data)
            progress(Stage.DECODE, 0.0)
    return digest.hexdigest()
