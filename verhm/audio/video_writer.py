"""Frames into a running encoder, and names for files that are not finished."""

import contextlib
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import soundfile

from verhm.audio.child import Child
from verhm.errors import RenderError
from verhm.types import Waveform

WRITE_TIME, FINISH_TIME = 30.0, 300.0  # s; an encoder that takes longer hangs
_PATIENCE: Final = 0.2  # s between two looks at whether the work was cancelled


class VideoWriter:
    """Takes the frames of one video, in order; made by `verhm.audio.media.open_video`.

    Args:
        pipe: to the encoder
        child: the encoder
        shape: height and width of a frame, px
        thread: what waits for the encoder; shut down after it was ended
        waiting: called again and again while the encoder takes long; may raise
    """

    def __init__(
        self,
        pipe: IO[bytes],
        child: Child,
        shape: tuple[int, int],
        thread: ThreadPoolExecutor,
        waiting: Callable[[], None],
    ) -> None:
        self._pipe = pipe
        self._child = child
        self._shape = (*shape, 3)
        self._thread = thread
        self._waiting = waiting

    def write(self, frame: np.ndarray) -> None:
        """Append one frame.

        Args:
            frame: (height, width, 3) uint8, red, green, blue

        Raises:
            RenderError: E42 when the encoder has ended or takes nothing any more
        """
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"a frame must be {self._shape} uint8, not {frame.shape}")
        with self._child.within(WRITE_TIME), self._refusing_crash():
            self._await(partial(self._pipe.write, np.ascontiguousarray(frame).data))

    def finish(self) -> None:
        """Wait until the encoder has written the last frame; raises `RenderError` like `write`."""
        with self._child.within(FINISH_TIME):
            with self._refusing_crash():
                self._await(self._pipe.close)
            status = self._await(self._child.finish)
        if status != 0:
            raise self._failure()

    def _await(self, step: Callable[[], Any]) -> Any:
        pending = self._thread.submit(step)
        while not wait([pending], timeout=_PATIENCE).done:
            self._waiting()
        return pending.result()

    @contextlib.contextmanager
    def _refusing_crash(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._child.finish()
            raise self._failure() from error

    def _failure(self) -> RenderError:
        if self._child.timed_out:
            return _unwritten("The encoder stopped answering; close other programs and try again.")
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
