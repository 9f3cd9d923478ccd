"""The folder that results are written to."""

import tempfile
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
    except FileExistsError as error:
        raise RequestError(
            "E72", "Where the results should go, there is a file.", "Name a folder with --out."
        ) from error
    except OSError as error:
        raise RequestError(
            "E72",
            f"The results could not be written: {error.strerror}.",
            "Choose a folder that you may write to, on a disk with free space.",
        ) from error


def refuse_unwritable(folder: Path) -> None:
    """Refuse a folder in which nothing could be written once the work is done; makes nothing.

    Raises:
        RequestError: E72
    """
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    with results_folder(there), tempfile.TemporaryFile(dir=there):
        pass
