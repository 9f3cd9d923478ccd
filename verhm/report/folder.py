"""The folder that results are written to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verhm.errors import RequestError


@contextmanager
def results_folder(folder: Path) -> Iterator[None]:
    """Make a folder, and write into it.

    Raises:
        RequestError: E72 when it cannot be made, or something in it cannot be written
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise RequestError(
            "E72",
            f"The results could not be written: {error.strerror}.",
            "Choose a folder that you may write to, on a disk with free space.",
        ) from error
