"""What is chosen in Settings and found again at the next start: kept in the data folder."""

import json
import os
import uuid
from pathlib import Path

from storage.failures import coded_os_errors
from verhm.errors import RenderError
from verhm.face.rig import avatar_titles, refuse_unknown_avatar
from verhm.settings import VideoSettings

FILE = "preferences.json"


class Preferences:
    """Reads and writes them; all windows and threads see what was chosen last.

    Args:
        folder: the app's data folder
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def avatar(self) -> str:
        """Whose face is drawn from now on; the default where nothing that can be used is kept."""
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            known = avatar_titles()
        except (OSError, ValueError, RenderError):  # no reason to keep anybody from an analysis
            return VideoSettings.avatar
        chosen = stored.get("avatar") if isinstance(stored, dict) else None
        return chosen if isinstance(chosen, str) and chosen in known else VideoSettings.avatar

    def choose_avatar(self, name: str) -> None:
        """Draw another face from now on; what is drawn already stays as it is.

        Raises:
            RequestError: E71 there is no such avatar
            RenderError: E40 the face's files are missing or damaged
            StorageError: E50 it cannot be kept, E51 the disk is full
        """
        refuse_unknown_avatar(name)
        unfinished = self._path.with_name(f"{uuid.uuid4()}.part")
        with coded_os_errors():
            try:
                with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                    json.dump({"avatar": name}, file)
                    file.flush()
                    os.fsync(file.fileno())
                unfinished.replace(self._path)
            finally:
                unfinished.unlink(missing_ok=True)
