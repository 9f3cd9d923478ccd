"""The face: a mesh with ARKit morphs, read once from the shipped assets."""

import functools
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load
from scipy import sparse

from verhm.errors import RenderError, RequestError
from verhm.face.collisions import settle
from verhm.face.contact import Cover, Seams, find_cover
from verhm.labels import MORPHS
from verhm.settings import VideoSettings

SHIPPED: Final = Path(__file__).parents[2] / "pretrained"
FORMAT: Final = 2
DEFAULT: Final = VideoSettings.avatar


@dataclass(frozen=True)
class Span:
    """Where a part lies in the face's arrays."""

    vertices: slice
    corners: slice
    triangles: slice


@dataclass(frozen=True, eq=False)
class Eye:
    """A ball that turns.

    Attributes:
        vertices: its place among the face's vertices
        centre: (3,) dm
        radius: dm
        gaze: morph columns look up, down, to the person's left, to the person's right
        lid, lower_lid: (N,) vertices along the lids' edges, by ascending x
        cover: the skin that slides over the ball
    """

    vertices: slice
    centre: np.ndarray
    radius: float
    gaze: tuple[int, int, int, int]
    lid: np.ndarray
    lower_lid: np.ndarray
    cover: Cover


@dataclass(frozen=True, eq=False)
class FaceModel:
    """A head with morphs; lengths are decimetres, x to the person's left, y up, z forward.

    Attributes:
        name: of the avatar
        title: what people who choose it read
        neutral: (V, 3) positions with all morph weights 0
        corner_vertex: (C,) the vertex of each texture corner
        uv: (C, 2) texture corners in [0, 1] from the lower left
        triangles: (T, 3) texture corners
        light: (V,) how much of the surrounding light arrives, in [0, 1]
        gloss: (V,) how much the surface shines, in [0, 1]
        folds: (V, M) sparse; how much each morph darkens or lightens the skin by folding it
        texture: (H, W, 3) uint8
        strands: (H, P, 3) points along each hair, root first
        strand_tone: (H,) brightness of each hair, about 1
        hair: (3,) colour in [0, 1]
        parts: where each part lies
        eyes: the person's left and right one
        lips: the middle of the upper lip's lower and of the lower lip's upper edge
        inside: skin within the mouth and behind the lids
        seams: where lids and lips meet
        moving: (A,) vertices that some morph moves
        offsets: (3 A, M) sparse; weights → offsets of the moving vertices
    """

    name: str
    title: str
    neutral: np.ndarray
    corner_vertex: np.ndarray
    uv: np.ndarray
    triangles: np.ndarray
    light: np.ndarray
    gloss: np.ndarray
    folds: sparse.csr_array
    texture: np.ndarray
    strands: np.ndarray
    strand_tone: np.ndarray
    hair: np.ndarray
    parts: dict[str, Span]
    eyes: tuple[Eye, Eye]
    lips: tuple[int, int]
    inside: np.ndarray
    seams: Seams
    moving: np.ndarray
    offsets: sparse.csr_array

    def vertices(self, weights: np.ndarray) -> np.ndarray:
        """(V, 3) positions for (M,) morph weights: those of `linear`, but skin gives way to skin.

        Where a sum of morphs would move a lid or a lip through the other one, or a lid into the
        eyeball, it goes no further.
        """
        settled = settle(weights)
        offset = self.offsets @ settled
        excess = self.seams.excess(settled)
        if excess.any():
            offset += self.seams.relief @ excess
        posed = self._moved(offset, settled)
        for eye in self.eyes:
            eye.cover.slide(posed, eye.centre)
        return posed

    def folded(self, weights: np.ndarray) -> np.ndarray:
        """(V,) how much the skin of `vertices` is darkened or lightened by folding."""
        return self.folds @ settle(weights)

    def linear(self, weights: np.ndarray) -> np.ndarray:
        """(V, 3) positions as (M,) morph weights alone make them, but for the turning eyeballs."""
        return self._moved(self.offsets @ weights, weights)

    def _moved(self, offset: np.ndarray, weights: np.ndarray) -> np.ndarray:
        posed = self.neutral.copy()
        posed[self.moving] += offset.reshape(-1, 3)
        for eye in self.eyes:
            turn = gaze_rotation(eye, weights)
            posed[eye.vertices] = eye.centre + (posed[eye.vertices] - eye.centre) @ turn.T
        return posed

    @functools.cached_property
    def is_moving(self) -> np.ndarray:
        """(V,) whether some morph moves a vertex, the eyeballs included."""
        moves = np.zeros(len(self.neutral), dtype=bool)
        moves[self.moving] = True
        for eye in self.eyes:
            moves[eye.vertices] = True
        return moves

    @functools.cached_property
    def vertex_triangles(self) -> np.ndarray:
        """(T, 3) triangles by vertex instead of by texture corner."""
        return self.corner_vertex[self.triangles]


# How far an eye turns at full weight, degrees; adults comfortably reach 30 across and 25 up
# and down before they turn the head.
_ACROSS: Final = np.deg2rad(28)
_UP_DOWN: Final = np.deg2rad(20)


def gaze_rotation(eye: Eye, weights: np.ndarray) -> np.ndarray:
    """(3, 3) rotation of an eyeball for (M,) morph weights."""
    up, down, left, right = weights[list(eye.gaze)]
    yaw, pitch = _ACROSS * (left - right), _UP_DOWN * (down - up)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    return turn @ nod


def load_face(folder: Path = SHIPPED, name: str = DEFAULT) -> FaceModel:
    """Read an avatar's face; each is read once per process.

    Args:
        folder: holds face.json, face.safetensors and a file for each avatar
        name: of the avatar

    Raises:
        RenderError: E40, the files are missing or damaged
        RequestError: E71, there is no such avatar
    """
    return _load(folder.resolve(), name)


def avatar_titles(folder: Path = SHIPPED) -> dict[str, str]:
    """What people who choose an avatar read, by its name; the default is the first.

    Raises:
        RenderError: E40, the files are missing or damaged
    """
    try:
        return {avatar["name"]: avatar["title"] for avatar in _config(folder)["avatars"]}
    except (KeyError, TypeError) as error:
        raise _unusable("The face's files do not fit together.") from error


def refuse_unknown_avatar(name: str, folder: Path = SHIPPED) -> None:
    """Refuse an avatar that does not exist, before minutes of work.

    Raises:
        RenderError: E40, the files are missing or damaged
        RequestError: E71, there is no such avatar
    """
    known = avatar_titles(folder)
    if name not in known:
        raise RequestError(
            "E71", f"There is no avatar “{name[:40]}”.", f"Choose one of {', '.join(known)}."
        )


@functools.lru_cache(maxsize=8)
def _load(folder: Path, name: str) -> FaceModel:
    refuse_unknown_avatar(name, folder)
    config = _config(folder)
    avatar = next(each for each in config["avatars"] if each["name"] == name)
    try:
        common = _tensors(folder / "face.safetensors", config["sha256"])
        own = _tensors(folder / f"face-{name}.safetensors", avatar["sha256"])
        return _build(config, avatar, common, own)
    except (KeyError, ValueError, IndexError, TypeError, OSError, SafetensorError) as error:
        raise _unusable("The face's files do not fit together.") from error


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "face.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable("The face's files are missing or cannot be read.") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise _unusable("The face's files are damaged or belong to another version.")
    return config


def _tensors(path: Path, digest: str) -> dict[str, np.ndarray]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unusable("The face's files are missing or cannot be read.") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise _unusable("The face's files are damaged or belong to another version.")
    return load(data)


def _unusable(cause: str) -> RenderError:
    return RenderError("E40", cause, "Fetch the project's files again.")


def _build(
    config: dict[str, Any],
    avatar: dict[str, Any],
    common: dict[str, np.ndarray],
    own: dict[str, np.ndarray],
) -> FaceModel:
    if tuple(config["morphs"]) != MORPHS:
        raise ValueError("the face has other morphs")
    neutral = own["positions"]
    parts = {part["name"]: _span(part) for part in config["parts"]}
    matrix = _columns(common, "offset", len(neutral)) + _columns(own, "own", len(neutral))
    moving = np.flatnonzero(np.diff(matrix.indptr).reshape(-1, 3).any(axis=1))
    rows = (3 * moving[:, None] + np.arange(3)).ravel()
    return FaceModel(
        name=avatar["name"],
        title=avatar["title"],
        neutral=neutral,
        corner_vertex=common["corner_vertex"],
        uv=common["uv"],
        triangles=common["triangles"],
        light=own["light"].astype(np.float32),
        gloss=own["gloss"].astype(np.float32),
        folds=_columns(common, "fold", len(neutral)),
        texture=np.asarray(Image.open(io.BytesIO(own["texture"].tobytes())).convert("RGB")),
        strands=_strands(own),
        strand_tone=own["strand_tone"].astype(np.float32),
        hair=np.array(avatar["hair"], np.float32) / 255,
        parts=parts,
        eyes=(
            _eye(neutral, parts, "Left", common, matrix),
            _eye(neutral, parts, "Right", common, matrix),
        ),
        lips=(int(common["lips"][0]), int(common["lips"][1])),
        inside=common["inside"],
        seams=_seams(common, matrix, neutral, rows),
        moving=moving,
        offsets=matrix[rows],
    )


def _seams(
    common: dict[str, np.ndarray], matrix: sparse.csr_array, neutral: np.ndarray, rows: np.ndarray
) -> Seams:
    upper, lower = common["seam_upper"], common["seam_lower"]
    reach = (matrix[3 * upper + 1] - matrix[3 * lower + 1]).toarray()
    relief = _columns(common, "relief", len(neutral))[rows]
    return Seams(upper, lower, (neutral[upper] - neutral[lower])[:, 1], reach, relief)


def _strands(own: dict[str, np.ndarray]) -> np.ndarray:
    steps = own["strand_step"].astype(np.float32) * own["strand_scale"]
    root = own["strand_root"][:, None]
    return np.concatenate([root, root + np.cumsum(steps, axis=1)], axis=1)


def _span(part: dict[str, Any]) -> Span:
    return Span(*(slice(*part[key]) for key in ("vertices", "corners", "triangles")))


def _eye(
    neutral: np.ndarray,
    parts: dict[str, Span],
    side: str,
    common: dict[str, np.ndarray],
    matrix: sparse.csr_array,
) -> Eye:
    span = parts[f"{side.lower()} eye"]
    points = neutral[span.vertices]
    # The ball is round about its axis: its rings' centres lie on it, and the last ring is widest.
    centre = np.array([*points[:, :2].mean(axis=0), 0.0], np.float32)
    widest = np.argmax(np.hypot(*(points[:, :2] - centre[:2]).T))
    centre[2] = points[widest, 2]
    radius = float(np.hypot(*(points[widest, :2] - centre[:2])))
    left, right = ("Out", "In") if side == "Left" else ("In", "Out")
    gaze = tuple(MORPHS.index(f"eyeLook{way}{side}") for way in ("Up", "Down", left, right))
    lids = common[f"{side.lower()}_lid"], common[f"{side.lower()}_lower_lid"]
    skin = parts["skin"].vertices
    moves = (np.diff(matrix.indptr) > 0).reshape(-1, 3).any(axis=1)
    cover = find_cover(neutral[skin], centre, radius, moves[skin])
    return Eye(span.vertices, centre, radius, gaze, *lids, cover)  # type: ignore[arg-type]


def _columns(tensors: dict[str, np.ndarray], name: str, vertices: int) -> sparse.csr_array:
    """(C V, K) sparse matrix from runs of vertices and (C,) values, one run per column."""
    values, start = tensors[f"{name}_value"].astype(np.float32), tensors[f"{name}_start"]
    width = values.shape[1]
    rows = width * tensors[f"{name}_vertex"].astype(np.int32)[:, None] + np.arange(width)
    shape = (width * vertices, len(start) - 1)
    return sparse.csc_array((values.ravel(), rows.ravel(), width * start), shape=shape).tocsr()
