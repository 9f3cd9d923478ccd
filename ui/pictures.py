"""What can be seen in a recording that has arrived or is kept, or beside it."""

import contextlib
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from storage.content import Content
from storage.failures import coded_os_errors
from storage.models import MediaKind
from storage.repository import Repository
from storage.scratch import Scratch
from ui.received import Filmed, Received
from verhm.audio.media import FILMS
from verhm.audio.picture_copy import copy_in_step, holds_picture
from verhm.audio.sniffing import choose_demuxer
from verhm.errors import AudioError, VaultError

log = logging.getLogger(__name__)
_CHUNK: Final = 1 << 20  # bytes
_PASSING: Final = ("E10", "E16")  # what does not lie in the picture
_INDEX: Final = 1 << 22  # bytes that an index adds to two hours of picture, at most


@contextlib.contextmanager
def in_step(filmed: Filmed, scratch: Scratch) -> Iterator[Path | None]:
    """A camera's picture as it is kept: on the voice's clock, and such that players can seek in it.

    Args:
        filmed: as the browser recorded it
        scratch: where it lies meanwhile

    Yields:
        the file, for as long as the block lasts; None where nothing can be shown of it

    Raises:
        AudioError: E10 there is no ffmpeg, E16 it took too long: another try may find more
        StorageError: E50 not writable, E51 no room
    """
    with contextlib.ExitStack() as stack:
        try:
            film = stack.enter_context(_lent(filmed, scratch))
            folder = stack.enter_context(scratch.folder(film.stat().st_size + _INDEX))
            picture = folder / f"picture{filmed.suffix}"
            copy_in_step(film, picture, filmed.start)
        except (AudioError, VaultError) as error:
            if error.code in _PASSING:
                raise
            log.warning("A camera's picture is left out: %s", error.code)
            picture = None
        yield picture


def is_film(received: Received, scratch: Scratch) -> bool | None:
    """Whether a recording has a moving picture; None of a format that never has one."""
    with received.open() as stream:
        if choose_demuxer(stream) not in FILMS:
            return None
    with _lent(received, scratch) as path:
        return holds_picture(path)


def camera_picture(repository: Repository, session_id: str) -> Content | None:
    """What the camera saw of a session, on the voice's clock; None where it was not filmed.

    Raises:
        StorageError: E53 no such session, E57 when the actor may not see it
    """
    kept = repository.media_of(session_id, MediaKind.CAMERA)
    return None if kept is None else repository.content(kept.id)


@contextlib.contextmanager
def _lent(received: Received, scratch: Scratch) -> Iterator[Path]:
    """A path that ffmpeg can read it from."""
    if not received.is_sealed:
        yield received.path
        return
    room = received.path.stat().st_size
    with scratch.file(room, f"received{received.suffix}") as path:
        with coded_os_errors(), received.open() as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
        yield path
