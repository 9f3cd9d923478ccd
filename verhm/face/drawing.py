"""Draws a face over time, with several processes at once."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Final

import numpy as np

from verhm.audio.child import Child
from verhm.errors import RenderError
from verhm.settings import VideoSettings
from verhm.types import MorphSequence

WORKERS: Final = max(1, min(2, os.cpu_count() or 1))
PAYS: Final = 30  # frames for which it pays to start one more
AHEAD: Final = 16  # frames' poses that lie ready for each worker
# s to the first picture, for which OpenGL may be tried thrice, and to each other; longer is hung
START_TIME, FRAME_TIME = 120.0, 15.0
_PATIENCE = 0.2  # s between two looks at whether the work was cancelled


def draw_frames(
    morphs: MorphSequence,
    settings: VideoSettings,
    waiting: Callable[[], None] = lambda: None,
    workers: int | None = None,
    heading: str = "",
) -> Generator[np.ndarray, None, None]:
    """Yield (size, size, 3) uint8 pictures of a face over time, in order.

    Frame f is drawn by worker f modulo their number: all draw at once, and none gets further
    ahead than its pipe holds. While a picture takes long, `waiting` is called again and again; it
    may raise. A heading is written before each caption. Without a number of workers there are as
    many as pay.
    """
    poses = np.concatenate([morphs.weights, morphs.head], axis=1)
    count = min(workers, len(poses)) if workers else min(WORKERS, -(-len(poses) // PAYS))
    with contextlib.ExitStack() as stack:
        # Entered first, so that the workers whose pictures it waits for are ended before it is.
        reader = stack.enter_context(ThreadPoolExecutor(max_workers=1))
        crew = [stack.enter_context(_Worker(settings, heading)) for _ in range(count)]
        shares = [poses[first::count] for first in range(count)]
        for worker, share in zip(crew, shares, strict=True):
            worker.send(share[:AHEAD])
        for frame in range(len(poses)):
            worker, turn = crew[frame % count], frame // count
            limit = START_TIME if turn == 0 else FRAME_TIME
            yield _await(reader.submit(worker.receive), limit, waiting)
            worker.send(shares[frame % count][turn + AHEAD : turn + AHEAD + 1])


def _await(picture: Future[np.ndarray], limit: float, waiting: Callable[[], None]) -> np.ndarray:
    deadline = time.monotonic() + limit
    while not wait([picture], timeout=_PATIENCE).done:
        waiting()
        if time.monotonic() > deadline:
            raise _undrawn("the drawing process does not answer")
    return picture.result()


class _Worker(contextlib.AbstractContextManager):
    """One drawing process."""

    def __init__(self, settings: VideoSettings, heading: str) -> None:
        self._shape = (settings.size, settings.size, 3)
        looks = (str(settings.size), settings.avatar, settings.caption, heading)
        with _refusing_crash("the drawing process did not start"):
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "verhm.face.worker", *looks],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=worker_environment(),
            )
        self._child = Child(self._process)

    def __enter__(self) -> "_Worker":
        self._child.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._child.__exit__(*error)  # type: ignore[arg-type]

    def send(self, poses: np.ndarray) -> None:
        """Give it (N, M + 3) more weights and angles to draw."""
        with _refusing_crash("the drawing process ended"):
            self._pipe("stdin").write(poses.astype("<f4").tobytes())

    def receive(self) -> np.ndarray:
        """The next picture."""
        picture = np.empty(self._shape, np.uint8)
        rest = picture.data.cast("B")
        pipe = self._pipe("stdout")
        with _refusing_crash("the drawing process ended"):
            while rest:
                read = pipe.readinto(rest)  # type: ignore[attr-defined]
                if not read:
                    raise BrokenPipeError
                rest = rest[read:]
        return picture

    def _pipe(self, name: str) -> IO[bytes]:
        return getattr(self._process, name)


@contextlib.contextmanager
def _refusing_crash(reason: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _undrawn(reason) from error


def _undrawn(reason: str) -> RenderError:
    return RenderError(
        "E41",
        f"The face could not be drawn: {reason}.",
        "Install Mesa's EGL library (Debian: libegl1 libgl1-mesa-dri) and try again.",
    )


def worker_environment() -> dict[str, str]:
    """For the workers: this package on the path, and one thread each, since there are several."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LP_NUM_THREADS": "0"}
    return {**os.environ, "PYTHONPATH": path, **threads}
