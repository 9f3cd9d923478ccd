"""What a browser needs to turn the head as the video does: shares, and the still layers' relief."""

from typing import Any, Final

import numpy as np

from verhm.face.camera import Camera
from verhm.face.head import LARGEST, PIVOT, Neck
from verhm.face.relief import CELLS, Relief, triangles
from verhm.face.rig import FaceModel
from verhm.face.viewing.mesh import ViewMesh, fixed_point, indices

_PIXELS: Final = 512  # a relief is the same at any size, but for rounding
_ANGLE: Final = 32_767  # of a 16-bit number that stands for the largest angle


def pack_angles(head: np.ndarray) -> np.ndarray:
    """(F, 6) bytes for (F, 3) radians: shares of LARGEST in 16 bits, beyond which none is shown."""
    shares = np.rint((head / LARGEST).clip(-1, 1) * _ANGLE).astype("<i2")
    return shares.view(np.uint8).reshape(len(head), -1)


def turning_arrays(face: FaceModel, mesh: ViewMesh) -> dict[str, np.ndarray]:
    """How far each corner turns with the head, and the grid on which the still layers turn.

    `cell` are triangles of the grid that ever change, `open_cell` those of them where something
    behind the face may show, `every_cell` all of it; `shirt` are those triangles that stay in front
    of what moves.
    """
    relief = Relief.of(face, Camera(_PIXELS))
    lively = relief.turns | relief.covered
    is_shirt = np.zeros(len(face.neutral), dtype=bool)
    is_shirt[face.parts["shirt"].vertices] = True
    shirt = mesh.triangles[is_shirt[mesh.vertices[mesh.triangles[:, 0]]]]
    return {
        "share": fixed_point(Neck.of(face).share(face.neutral[mesh.vertices]), np.uint16),
        "shirt": indices(shirt),
        "grid_point": relief.points.astype(np.float32),
        "grid_share": relief.share.astype(np.float32),
        "cell": indices(triangles(lively)),
        "open_cell": indices(triangles(lively & ~relief.hidden)),
        "every_cell": indices(triangles(np.ones((CELLS, CELLS), dtype=bool))),
    }


def head_limits() -> dict[str, Any]:
    """How far the head turns at most, in radians, about which point, and what stands for that."""
    return {"largest": LARGEST.tolist(), "pivot": PIVOT.tolist(), "full": _ANGLE}
