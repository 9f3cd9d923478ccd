"""The still face's picture as a coarse relief, so that it can turn with the head as one piece."""

import itertools
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy import ndimage

from verhm.face.camera import Box, Camera, bounding_box
from verhm.face.easing import ease
from verhm.face.head import LARGEST, PIVOT, Neck, turned
from verhm.face.rig import FaceModel
from verhm.face.surface import split_layers

CELLS: Final = 64  # along a side of the picture
_WALL: Final = 0.2  # dm beside the head within which the wall stretches
_BORDER: Final = 4  # cells along the picture's edge within which everything comes to a stop
_SOFTER: Final = 0.8  # cells; nothing tears at edges, as the jaw's over the neck
_REACH: Final = (1, 2, 4, 8, 16, 32)  # cells, over which gaps are filled
_LEAST: Final = 1e-3  # share that is seen at all
_ASIDE: Final = 1  # cells by which several morphs together may reach further than each
_INWARDS: Final = 5  # cells from the outline up to which turns and morphs may show what is behind


@dataclass(frozen=True, eq=False)
class Relief:
    """A grid of points that show at the corners of a picture's cells.

    Attributes:
        points: (N, 3) dm, row by row
        share: (N,) of the head's turn that each goes along with; 0 along the picture's edge
        covered: (CELLS, CELLS) where something that a morph moves may show
        hidden: (CELLS, CELLS) where always something does, so that nothing behind it is ever seen
    """

    points: np.ndarray
    share: np.ndarray
    covered: np.ndarray
    hidden: np.ndarray

    @classmethod
    def of(cls, face: FaceModel, camera: Camera) -> Self:
        """Look where the still parts of a face are, hair included, and what surrounds them."""
        points, shares = _still(face)
        at = _corner(camera, points)
        shape = (CELLS + 1, CELLS + 1)
        depth, share, known = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
        depth[at], share[at], known[at] = points[:, 2], shares, True
        shown = known.copy()
        shown[_corner(camera, face.neutral)] = True
        depth, share = (_soft(_filled(each, known)) for each in (depth, share))
        share *= _fading(ndimage.binary_fill_holes(shown), camera)
        share[share < _LEAST] = 0
        behind = _behind(camera, depth)
        return cls(behind, share.astype(np.float32).ravel(), *_covered(face, camera))

    @property
    def turns(self) -> np.ndarray:
        """(CELLS, CELLS) which cells turn with the head."""
        share = self.share.reshape(CELLS + 1, CELLS + 1) > 0
        return share[:-1, :-1] | share[1:, :-1] | share[:-1, 1:] | share[1:, 1:]


def corners() -> np.ndarray:
    """(N, 2) where the cells' corners are in the picture, from its upper left, in [0, 1]."""
    across, down = np.meshgrid(*[np.linspace(0, 1, CELLS + 1)] * 2)
    return np.column_stack([across.ravel(), down.ravel()]).astype(np.float32)


def triangles(cells: np.ndarray) -> np.ndarray:
    """(T, 3) corners of the chosen (CELLS, CELLS) cells' triangles."""
    rows, columns = np.nonzero(cells)
    a = rows * (CELLS + 1) + columns
    b, c, d = a + 1, a + CELLS + 1, a + CELLS + 2
    return np.concatenate([np.column_stack([a, c, b]), np.column_stack([b, c, d])])


def _still(face: FaceModel) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) points of hair and of skin that keeps still, the frontmost last, and their shares.

    Below the jaw the neck behind it counts; above, hair lies on skin that moves.
    """
    surface = face.vertex_triangles
    counts = np.zeros(len(face.neutral), dtype=bool)
    counts[surface[split_layers(face).still]] = True
    counts[face.parts["skin"].vertices] |= face.neutral[face.parts["skin"].vertices, 1] > PIVOT[1]
    counts[face.inside] = False
    neck, skin, hair = Neck.of(face), face.neutral[counts], face.strands.reshape(-1, 3)
    points = np.concatenate([skin, hair])
    share = np.concatenate([neck.share(skin), neck.share_of_hair(hair)])
    order = np.argsort(points[:, 2])
    return points[order], share[order]


def _covered(face: FaceModel, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Where what morphs move may show, and where it always does; see `Relief`."""
    moving = np.unique(face.vertex_triangles[split_layers(face).drawn])
    ever = np.zeros((CELLS + 1, CELLS + 1), dtype=bool)
    always = ~ever
    for weights in np.eye(face.offsets.shape[1], dtype=np.float32):
        touched = np.zeros_like(ever)
        touched[_corner(camera, face.vertices(weights)[moving])] = True
        filled = ndimage.binary_fill_holes(ndimage.binary_closing(touched, iterations=2))
        ever |= filled
        always &= filled
    covered = ndimage.binary_dilation(ever, iterations=1 + _ASIDE)
    hidden = ndimage.binary_erosion(always, iterations=_INWARDS)
    return covered[:-1, :-1], hidden[:-1, :-1]


def _corner(camera: Camera, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cells' corners that points are next to."""
    columns, rows = np.rint(camera.project(points).T * CELLS / camera.size).astype(int)
    return rows.clip(0, CELLS), columns.clip(0, CELLS)


def _filled(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Values with gaps filled from as near as possible."""
    filled, is_open, share = np.where(known, values, 0.0), ~known, known.astype(float)
    for reach in _REACH:
        near = ndimage.gaussian_filter(share, reach, mode="constant")
        total = ndimage.gaussian_filter(np.where(known, values, 0.0), reach, mode="constant")
        is_near = is_open & (near > 0.01)
        filled[is_near] = total[is_near] / near[is_near]
        is_open &= ~is_near
    return filled


def _soft(values: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter(values, _SOFTER, mode="nearest")


def _fading(shown: np.ndarray, camera: Camera) -> np.ndarray:
    """1 on the person, falling to 0 on the wall around and along the picture's edge."""
    cell = camera.distance * camera.size / camera.focal_length / CELLS  # dm
    away = ndimage.distance_transform_edt(~shown) * cell / _WALL
    inwards = np.minimum(np.arange(CELLS + 1), np.arange(CELLS, -1, -1)) / _BORDER
    return ease(np.minimum(1 - away, np.minimum(inwards[:, None], inwards[None, :])))


def _behind(camera: Camera, depth: np.ndarray) -> np.ndarray:
    """(N, 3) the points of given depth that show at the cells' corners."""
    pixels = np.linspace(0, camera.size, CELLS + 1)
    scale = camera.focal_length / (camera.distance - depth)
    x = (pixels[None, :] - camera.size / 2) / scale
    y = camera.height - (pixels[:, None] - camera.size / 2) / scale
    return np.stack([x, y, depth], axis=2).reshape(-1, 3).astype(np.float32)


def moving_box(face: FaceModel, camera: Camera) -> Box:
    """The pixels that something may reach that some morph moves, however the head is turned."""
    moving = face.is_moving
    share = Neck.of(face).share(face.neutral)[moving]
    morphs = np.eye(face.offsets.shape[1], dtype=np.float32)
    posed = np.stack([face.vertices(weights)[moving] for weights in morphs])
    # In place of all poses, the box in space that each vertex keeps to.
    ends = np.stack([posed.min(axis=0), posed.max(axis=0)])
    corners = [ends[list(each), :, range(3)].T for each in itertools.product((0, 1), repeat=3)]
    angles = LARGEST * list(itertools.product((-1, 1), repeat=3))
    pixels = [
        camera.project(turned(corner, share, angle)) for corner in corners for angle in angles
    ]
    size = camera.size
    return bounding_box(np.concatenate(pixels), size, margin=round(0.02 * size))
