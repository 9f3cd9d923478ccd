"""Frames into a running encoder, and names for files that are not finished."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import soundfile

from verhm.audio.child import Child
from verhm.errors import RenderError
from verhm.types import Waveform


class VideoWriter:
    """Takes the frames of one video, in order; made by `verhm.audio.media.open_video`."""

    def __init__(self, pipe: IO[bytes], child: Child, size: int) -> None:
        self._pipe = pipe
        self._child = child
        self._shape = (size, size, 3)

    def write(self, frame: np.ndarray) -> None:
        """Append one frame.

        Args:
            frame: (size, size, 3) uint8, red, green, blue

        Raises:
            RenderError: E42 when the encoder has ended
        """
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"a frame must be {self._shape} uint8, not {frame.shape}")
        try:
            self._pipe.write(np.ascontiguousarray(frame).data)
        except OSError as error:
            raise self._failure() from error

    def finish(self) -> None:
        """Wait until the encoder has written the last frame; raises `RenderError` like `write`."""
        try:
            self._pipe.close()
        except OSError as error:
            raise self._failure() from error
        if self._child.finish() != 0:
            raise self._failure()

    def _failure(self) -> RenderError:
        self._child.finish()
        if "No space left" in self._child.messages:
            return _unwritten("Free some disk space and try again.")
        return _unwritten("Check that the output folder is writable and try again.")


@contextlib.contextmanager
def refusing_folder() -> Iterator[None]:
    """Turn a folder that does not take a file into a `RenderError` (E42)."""
    try:
        yield
    except OSError as error:
        raise _unwritten("Check that the output folder is writable and try again.") from error


def beside(path: Path, suffix: str) -> Path:
    """A hidden name in the same folder that nobody else uses."""
    return path.with_name(f".{path.stem}-{secrets.token_hex(4)}{suffix}")


def write_wav(path: Path, waveform: Waveform) -> None:
    """Write sound as a 16-bit WAV file; raises OSError when the folder does not take it."""
    with path.open("wb") as stream:
        soundfile.write(stream, waveform.samples, waveform.sample_rate, "PCM_16", format="WAV")


def _unwritten(remedy: str) -> RenderError:
    return RenderError("E42", "The video could not be written.", remedy)
