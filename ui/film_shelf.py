"""Where films for export lie until they are taken along.

In an encrypted data folder they are sealed as soon as they are drawn, with a key that is in memory
only: what a program leaves behind that is killed, nobody can open.
"""

import shutil
from pathlib import Path

from storage.content import Content
from storage.failures import coded_os_errors, missing
from storage.files import MediaFiles
from storage.keys import new_key
from storage.scratch import Scratch, shred

_TYPE = "video/mp4"


class FilmShelf:
    """One folder per film.

    Args:
        work: folder that is emptied at every start and stop
        scratch: where films are written while they are drawn
        is_sealing: whether they are sealed afterwards
    """

    def __init__(self, work: Path, scratch: Scratch, is_sealing: bool) -> None:
        self._work = work
        self._scratch = scratch
        self._key = new_key() if is_sealing else None
        self._folders: dict[str, Path] = {}
        self._finished: dict[str, Content] = {}

    def begin(self, film_id: str, room: int) -> Path:
        """A folder to draw a film in; raises E50 and E51."""
        folder = self._folders[film_id] = self._scratch.make(room)
        return folder

    def finish(self, film_id: str, path: Path) -> None:
        """Put a film that is drawn where it stays for now; raises E50 and E51."""
        if self._key is None:
            with coded_os_errors():
                size, files = path.stat().st_size, MediaFiles(path.parent.parent)
            self._finished[film_id] = Content(path, files, path.parent.name, _TYPE, size, "")
            return
        files = MediaFiles(self._work, self._key)
        with coded_os_errors(), path.open("rb") as source:
            stored = files.put(film_id, path.name, source)
        shred(path.parent)
        self._folders[film_id] = self._work / film_id
        kept = files.path(film_id, path.name)
        self._finished[film_id] = Content(kept, files, film_id, _TYPE, stored.bytes, stored.sha256)

    def content(self, film_id: str) -> Content:
        """What a finished film holds; raises E53 when it is gone."""
        content = self._finished.get(film_id)
        if content is None:
            raise missing("video")
        return content

    def remove(self, film_id: str) -> None:
        """Erase a film, finished or not; nothing happens if it is gone."""
        is_finished = self._finished.pop(film_id, None) is not None
        folder = self._folders.pop(film_id, None)
        if folder is not None and is_finished:  # sealed, or plain by choice
            shutil.rmtree(folder, ignore_errors=True)
        elif folder is not None:
            shred(folder)
