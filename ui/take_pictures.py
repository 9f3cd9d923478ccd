"""The camera's pictures beside takes: each in a file of its own that grows while the take does.

Its name begins with the take's id. So whoever erases the take erases its picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ui.take_files import TakeFiles, is_picture
from verhm.errors import AudioError, RequestError

KINDS: Final = ("webm", "mp4")  # containers that browsers record
_FARTHEST: Final = 60_000  # ms between the beginnings of voice and picture; more is no measurement


@dataclass(frozen=True)
class TakePictures:
    """The pictures in the intake's folder; whoever calls it sees to it that nobody else does.

    Args:
        folder: of the intake
        files: how they lie there
        largest: bytes that one may have; 2 h have about half a GiB
    """

    folder: Path
    files: TakeFiles
    largest: int

    def add_piece(self, take_id: str, kind: str, start: int, offset: int, piece: bytes) -> int:
        """Keep a piece; sending one twice does no harm.

        Args:
            take_id: of a take that is there
            kind: container, of KINDS
            start: ms of the voice at the first frame; the first piece decides
            offset: bytes of the picture before this piece
            piece: as the browser's recorder gave it out

        Returns:
            bytes of the picture that a power cut does not lose

        Raises:
            RequestError: E63 when an earlier piece is missing, or it cannot be one
            AudioError: E18 when the picture has become too large
        """
        path = self.path(take_id)
        length = 0 if path is None else self.files.length(path)
        if not 0 <= offset <= length or kind not in KINDS or abs(start) > _FARTHEST:
            raise RequestError("E63", "A piece of the picture is missing.", "Send it again.")
        if offset + len(piece) > self.largest:
            raise AudioError(
                "E18",
                f"The picture is larger than {self.largest / 2**30:g} GiB.",
                "The voice is recorded on without it.",
            )
        if path is None:
            path = self.folder / f"{take_id}.{start}.{kind}"
            self.files.begin(path)
        self.files.append(path, offset, piece)
        return self.files.length(path)

    def path(self, take_id: str) -> Path | None:
        """Where a take's picture lies; None where it has none."""
        found = self.folder.glob(f"{take_id}.*")
        return next((path for path in found if is_picture(path)), None)

    def finish(self, take_id: str) -> None:
        """Let nothing more be added to a take's picture; doing so twice does no harm."""
        path = self.path(take_id)
        if path is not None:
            self.files.finish(path, self.files.length(path))

    def beside(self, takes: Iterable[Path]) -> list[Path]:
        """Where the pictures of some takes lie."""
        found = (self.path(take.name[:32]) for take in takes)
        return [path for path in found if path is not None]
