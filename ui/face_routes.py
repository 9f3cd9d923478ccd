"""Where the turning face gets what it is drawn from: the face once, its motion minute by minute."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from storage.failures import missing
from storage.models import MediaKind, Run
from storage.repository import Repository
from ui.context import AppContext
from ui.user import signed_in
from verhm.face.rig import FaceModel, load_face
from verhm.face.viewing.payload import bytes_per_frame, pack_face, pack_frames
from verhm.settings import VideoSettings

PIECE: Final = 60.0  # s of motion in one answer
_KEPT: Final = 64_000_000  # bytes of motion that stay in memory; two hours are 13 million
_KEPT_FACES: Final = 4  # packed; 11 MB each at most
# A face is found by the hash of its content, so that no copy of it is ever out of date.
_FOREVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
_BYTES: Final = "application/octet-stream"


def routes(context: AppContext) -> APIRouter:
    """`/face/{sha256}`; `/motion/{run}` says what there is, `/motion/{run}/{piece}` is a minute."""
    router = APIRouter(dependencies=[Depends(signed_in)])
    faces, motions = _Faces(), _Motions(context.repository)

    @router.get("/face/{sha256}")
    def face(sha256: str) -> Response:
        return Response(faces.content(sha256), media_type=_BYTES, headers=_FOREVER)

    @router.get("/motion/{run_id}")
    def motion(run_id: str) -> dict[str, Any]:
        run = context.repository.run(run_id)
        found = motions.of(run_id)
        return {
            "face": f"/face/{faces.address(face_of(run, context.preferences.avatar()))}",
            "frame_rate": found.frame_rate,
            "frames": found.frames,
            "morphs": found.morphs,
            "bytes": found.width,
            "piece": found.piece,
            "caption": caption_of(run),
        }

    @router.get("/motion/{run_id}/{piece}")
    def part(run_id: str, piece: int) -> Response:
        return Response(motions.of(run_id).part(piece), media_type=_BYTES)

    return router


def motion_url(run_id: str) -> str:
    """Where the browser finds how a run's face moves."""
    return f"/motion/{run_id}"


def face_of(run: Run, preferred: str) -> FaceModel:
    """The face that a run is shown with: its video's, or where none is wanted the preferred one."""
    return load_face(name=run.video_settings.avatar if run.video_settings else preferred)


def caption_of(run: Run) -> str:
    """The words that call a run's face synthetic; the usual ones where its video has none."""
    chosen = run.video_settings.caption if run.video_settings else ""
    return chosen or VideoSettings().caption


@dataclass(frozen=True)
class _Motion:
    """A run's motion as it is sent.

    Attributes:
        packed: its frames, one after the other
        morphs: how many there are
        frame_rate: Hz
    """

    packed: bytes
    morphs: int
    frame_rate: float

    @property
    def width(self) -> int:
        """Bytes of a frame."""
        return bytes_per_frame(self.morphs)

    @property
    def frames(self) -> int:
        return len(self.packed) // self.width

    @property
    def piece(self) -> int:
        """Frames in one answer."""
        return round(PIECE * self.frame_rate)

    def part(self, piece: int) -> bytes:
        """One minute; the last one may be shorter.

        Raises:
            StorageError: E53 when the run has no such minute
        """
        length = self.piece * self.width
        found = self.packed[max(0, piece) * length : max(0, piece + 1) * length]
        if not found:
            raise missing("motion")
        return found


@dataclass(eq=False)
class _Kept:
    """A run's place in memory.

    Attributes:
        session_id: whose it is
        reading: held by whoever reads it; others wait
        motion: None until it was read
    """

    session_id: str
    reading: threading.Lock = field(default_factory=threading.Lock)
    motion: _Motion | None = None


class _Motions:
    """The motion of the runs that were looked at last."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = threading.Lock()  # only for the dictionary: reading two hours takes seconds
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def of(self, run_id: str) -> _Motion:
        """A run's motion, read and checked once.

        Raises:
            StorageError: E52 when it is damaged, E53 when there is none (any more)
        """
        run = self._repository.run(run_id)
        self._forget_erased()
        with self._lock:
            kept = self._kept.setdefault(run_id, _Kept(run.session_id))
            self._kept.move_to_end(run_id)
        with kept.reading:
            if kept.motion is None:
                morphs = self._repository.morphs(run_id)
                count = morphs.weights.shape[1]
                kept.motion = _Motion(pack_frames(morphs), count, morphs.frame_rate)
            else:
                self._repository.note_look(run_id, MediaKind.MORPHS)
        self._forget_oldest()
        return kept.motion

    def _forget_oldest(self) -> None:
        with self._lock:
            read = [each.motion for each in self._kept.values() if each.motion]
            size = sum(len(motion.packed) for motion in read)
            while size > _KEPT and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                size -= len(oldest.motion.packed) if oldest.motion else 0

    def _forget_erased(self) -> None:
        """Nothing of an erased run stays in memory, also where nobody asks for it again."""
        with self._lock:
            sessions = {each.session_id for each in self._kept.values()}
        gone = sessions - self._repository.still_there(sessions)
        with self._lock:
            for run_id, kept in list(self._kept.items()):
                if kept.session_id in gone:
                    del self._kept[run_id]


class _Faces:
    """Faces as they are sent, by the hash of their content."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: dict[FaceModel, str] = {}
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def address(self, face: FaceModel) -> str:
        """SHA-256 of a face's file; packing it takes two or three seconds, once."""
        with self._lock:
            if self._addresses.get(face) not in self._contents:
                content = pack_face(face)
                self._addresses[face] = hashlib.sha256(content).hexdigest()
                self._contents[self._addresses[face]] = content
            self._contents.move_to_end(self._addresses[face])
            while len(self._contents) > _KEPT_FACES:
                self._contents.popitem(last=False)
            return self._addresses[face]

    def content(self, sha256: str) -> bytes:
        """A face's file.

        Raises:
            StorageError: E53 when there is none with this hash (any more)
        """
        with self._lock:
            if sha256 not in self._contents:
                raise missing("face")
            return self._contents[sha256]
