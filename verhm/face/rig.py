"""The face: a mesh with ARKit morphs, read once from the shipped asset."""

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

from verhm.errors import RenderError
from verhm.labels import MORPHS

SHIPPED: Final = Path(__file__).parents[2] / "pretrained"
FORMAT: Final = 1


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
        lid: (N,) vertices along the edge of the upper lid, by ascending x
    """

    vertices: slice
    centre: np.ndarray
    radius: float
    gaze: tuple[int, int, int, int]
    lid: np.ndarray


@dataclass(frozen=True, eq=False)
class FaceModel:
    """A head with morphs; lengths are decimetres, x to the person's left, y up, z forward.

    Attributes:
        name: of the avatar
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
        moving: (A,) vertices that some morph moves
        offsets: (3 A, M) sparse; weights → offsets of the moving vertices
    """

    name: str
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
    moving: np.ndarray
    offsets: sparse.csr_array

    def vertices(self, weights: np.ndarray) -> np.ndarray:
        """(V, 3) positions for (M,) morph weights: linear in them, but for the turning eyeballs."""
        posed = self.neutral.copy()
        posed[self.moving] += (self.offsets @ weights).reshape(-1, 3)
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


def load_face(folder: Path = SHIPPED) -> FaceModel:
    """Read a face; each folder is read once per process.

    Args:
        folder: holds face.safetensors and face.json

    Raises:
        RenderError: E40, the files are missing or damaged
    """
    return _load(folder.resolve())


@functools.lru_cache(maxsize=4)
def _load(folder: Path) -> FaceModel:
    try:
        config = json.loads((folder / "face.json").read_text(encoding="utf-8"))
        data = (folder / "face.safetensors").read_bytes()
    except (OSError, ValueError) as error:
        raise _unusable("The face's files are missing or cannot be read.") from error
    if hashlib.sha256(data).hexdigest() != config.get("sha256") or config.get("format") != FORMAT:
        raise _unusable("The face's files are damaged or belong to another version.")
    try:
        return _build(config, load(data))
    except (KeyError, ValueError, IndexError, OSError, SafetensorError) as error:
        raise _unusable("The face's files do not fit together.") from error


def _unusable(cause: str) -> RenderError:
    return RenderError("E40", cause, "Fetch the project's files again.")


def _build(config: dict[str, Any], tensors: dict[str, np.ndarray]) -> FaceModel:
    if tuple(config["morphs"]) != MORPHS:
        raise ValueError("the face has other morphs")
    neutral = tensors["positions"]
    parts = {part["name"]: _span(part) for part in config["parts"]}
    moving, offsets = _offsets(tensors, len(neutral))
    return FaceModel(
        name=config["name"],
        neutral=neutral,
        corner_vertex=tensors["corner_vertex"],
        uv=tensors["uv"],
        triangles=tensors["triangles"],
        light=tensors["light"].astype(np.float32),
        gloss=tensors["gloss"].astype(np.float32),
        folds=_columns(tensors, "fold", len(neutral)),
        texture=np.asarray(Image.open(io.BytesIO(tensors["texture"].tobytes())).convert("RGB")),
        strands=tensors["strands"].astype(np.float32),
        strand_tone=tensors["strand_tone"].astype(np.float32),
        hair=np.array(config["hair"], np.float32) / 255,
        parts=parts,
        eyes=(
            _eye(neutral, parts["left eye"], "Left", tensors["left_lid"]),
            _eye(neutral, parts["right eye"], "Right", tensors["right_lid"]),
        ),
        lips=(int(tensors["lips"][0]), int(tensors["lips"][1])),
        moving=moving,
        offsets=offsets,
    )


def _span(part: dict[str, Any]) -> Span:
    return Span(*(slice(*part[key]) for key in ("vertices", "corners", "triangles")))


def _eye(neutral: np.ndarray, span: Span, side: str, lid: np.ndarray) -> Eye:
    points = neutral[span.vertices]
    # The ball is round about its axis: its rings' centres lie on it, and the last ring is widest.
    centre = np.array([*points[:, :2].mean(axis=0), 0.0], np.float32)
    widest = np.argmax(np.hypot(*(points[:, :2] - centre[:2]).T))
    centre[2] = points[widest, 2]
    radius = float(np.hypot(*(points[widest, :2] - centre[:2])))
    left, right = ("Out", "In") if side == "Left" else ("In", "Out")
    gaze = tuple(MORPHS.index(f"eyeLook{way}{side}") for way in ("Up", "Down", left, right))
    return Eye(span.vertices, centre, radius, gaze, lid)  # type: ignore[arg-type]


def _columns(tensors: dict[str, np.ndarray], name: str, rows: int) -> sparse.csr_array:
    """(rows, M) sparse matrix from one run of rows and values per morph."""
    matrix = sparse.csc_array(
        (
            tensors[f"{name}_value"].astype(np.float32),
            tensors[f"{name}_row"],
            tensors[f"{name}_start"],
        ),
        shape=(rows, len(MORPHS)),
    )
    return matrix.tocsr()


def _offsets(tensors: dict[str, np.ndarray], vertices: int) -> tuple[np.ndarray, sparse.csr_array]:
    """The moving vertices and the matrix from weights to their offsets."""
    matrix = _columns(tensors, "offset", 3 * vertices)
    moving = np.flatnonzero(np.diff(matrix.indptr).reshape(-1, 3).any(axis=1))
    rows = (3 * moving[:, None] + np.arange(3)).ravel()
    return moving, matrix[rows]
