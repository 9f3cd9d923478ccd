"""A face, and a stretch of its motion, as bytes for the browser.

The face is a safetensors file (8 bytes of length, JSON, raw arrays); what is no array is JSON in
its metadata under "about". The motion is one byte per morph and frame, and
three numbers of 16 bits for the head.
"""

import io
import json
from typing import Any, Final

import numpy as np
from PIL import Image
from safetensors.numpy import save

from verhm.face.camera import Camera
from verhm.face.collisions import settle
from verhm.face.hair import ribbons
from verhm.face.head import Neck
from verhm.face.picture import background
from verhm.face.rig import Eye, FaceModel, gaze_rotation
from verhm.face.viewing.mesh import (
    ViewMesh,
    contact_arrays,
    fixed_point,
    motion_arrays,
    sort_mesh,
    surface_arrays,
)
from verhm.face.viewing.tables import Table, fold_tint, lid_table, light_map, mouth_table
from verhm.face.viewing.turning import head_limits, pack_angles, turning_arrays
from verhm.labels import MORPHS
from verhm.types import MorphSequence

_WALL: Final = 128  # px; the wall is so smooth that more would show nothing
_FULL: Final = 255  # byte of a weight of 1


def pack_frames(morphs: MorphSequence) -> bytes:
    """A face over time, frame by frame: M bytes of settled weights, 6 of the head's angles.

    A weight is right to 1/510, an angle to a thousandth of a degree.
    """
    weights = fixed_point(settle(morphs.weights), np.uint8)
    return np.concatenate([weights, pack_angles(morphs.head)], axis=1).tobytes()


def bytes_per_frame(morphs: int) -> int:
    """Length of a frame of `pack_frames`."""
    return morphs + len(pack_angles(np.zeros((1, 3)))[0])


def pack_face(face: FaceModel) -> bytes:
    """Everything that is needed to draw a face, in one file; the same for the same face."""
    mesh, lids, mouth = sort_mesh(face), lid_table(face.eyes[0]), mouth_table()
    strands, hair_box = _hair(face)
    arrays = {
        **surface_arrays(face, mesh),
        **motion_arrays(face, mesh),
        **contact_arrays(face, mesh),
        **strands,
        **_eyes(face, mesh),
        **turning_arrays(face, mesh),
        "skin": np.frombuffer(_jpeg(face.texture), np.uint8),
        "wall": np.rint(background(_WALL)).clip(0, 255).astype(np.uint8),
        "lights": light_map(),
        "lid_shadow": lids.values,
        "mouth_light": mouth.values,
    }
    about = {
        "name": face.name,
        "morphs": list(MORPHS),
        "full": _FULL,
        "moving": mesh.moving,
        "drawn": mesh.drawn,
        "lively": mesh.lively,
        "coarse_corners": mesh.coarse_corners,
        "camera": _camera(),
        "eyes": [_eye(eye) for eye in face.eyes],
        "lips": mesh.first[list(face.lips)].tolist(),
        "fold": fold_tint().tolist(),
        "lid_shadow": _scales(lids),
        "mouth_light": _scales(mouth),
        "hair": hair_box,
        "head": head_limits(),
    }
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return save(contiguous, {"about": json.dumps(about)})


def _camera() -> dict[str, float]:
    camera = Camera(size=1)
    return {"height": camera.height, "distance": camera.distance, "zoom": camera.focal_length}


def _eyes(face: FaceModel, mesh: ViewMesh) -> dict[str, np.ndarray]:
    """The corners of each eyeball, and those along its upper lid."""
    arrays = {}
    for number, eye in enumerate(face.eyes):
        ball = mesh.first[eye.vertices]
        arrays[f"ball{number}"] = ball[ball >= 0].astype(np.uint32)
        arrays[f"lid{number}"] = mesh.first[eye.lid].astype(np.uint32)
    return arrays


def _eye(eye: Eye) -> dict[str, Any]:
    """How an eyeball turns: about its centre, by these angles at full weight."""
    _, down, left, _ = eye.gaze
    across, nod = gaze_rotation(eye, _only(left)), gaze_rotation(eye, _only(down))
    return {
        "centre": eye.centre.tolist(),
        "radius": eye.radius,
        "gaze": list(eye.gaze),
        "across": float(np.arctan2(across[0, 2], across[0, 0])),
        "down": float(np.arctan2(nod[2, 1], nod[2, 2])),
    }


def _only(morph: int) -> np.ndarray:
    weights = np.zeros(len(MORPHS))
    weights[morph] = 1
    return weights


def _scales(table: Table) -> dict[str, Any]:
    return {"shape": table.values.shape, "rows": table.rows, "columns": table.columns}


def _hair(face: FaceModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Strands as points with direction, width, colour and share of the head's turn.

    Any first part of them covers the head.
    """
    count, points = face.strands.shape[:2]
    order = np.random.default_rng(0).permutation(count)
    strands = face.strands[order]
    made = ribbons(face, Camera(size=1))
    edges = made.positions.reshape(count, points, 2, 3)[order]
    widths = np.linalg.norm(edges[:, :, 1] - edges[:, :, 0], axis=2) / 2
    colours = made.colours.reshape(count, points, 2, 3)[order, :, 0]
    along = np.gradient(strands, axis=1) if count else strands
    along = along / np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
    low = strands.min(axis=(0, 1)) if count else np.zeros(3)
    span = np.maximum(np.ptp(strands, axis=(0, 1)), 1e-6) if count else np.ones(3)
    widest = float(widths.max(initial=1e-6))
    shares = Neck.of(face).share_of_hair(strands)[..., None]
    where = np.concatenate([(strands - low) / span, widths[..., None] / widest], axis=2)
    arrays = {
        "strand_point": fixed_point(where, np.uint16),
        "strand_along": np.rint(127 * along).astype(np.int8),
        "strand_colour": fixed_point(np.concatenate([colours, shares], axis=2), np.uint8),
    }
    box = {"low": low.tolist(), "span": span.tolist(), "widest": widest, "points": points}
    return arrays, box


def _jpeg(texture: np.ndarray) -> bytes:
    picture = io.BytesIO()
    Image.fromarray(texture).save(picture, "JPEG", quality=95, subsampling=0)
    return picture.getvalue()
