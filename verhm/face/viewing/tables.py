"""The face's light as tables, read off the functions that light the video.

The browser looks light up here, vertex by vertex, instead of knowing formulas of its own, so that
the face has one light, written down once, in `verhm.face.shading`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from verhm.face.rig import Eye
from verhm.face.shading import KEY, VIEW, fold, lid_shadow, mouth_light, shade

MAP_SIZE: Final = 128  # of the light map; a texel is less than two degrees wide


@dataclass(frozen=True, eq=False)
class Table:
    """A function of two numbers, constant beyond its borders.

    Attributes:
        values: (R, C) float32
        rows: what the first and the last row stand for
        columns: what the first and the last column stand for
    """

    values: np.ndarray
    rows: tuple[float, float]
    columns: tuple[float, float]


def light_map(size: int = MAP_SIZE) -> np.ndarray:
    """(size, size, 4) light on a surface, for each normal of an octahedral map.

    The first three are the matt light per channel, the last is the sheen at full gloss. The map's
    middle faces the viewer; its first row is y = -1.
    """
    normals = octahedral_normals(size).reshape(-1, 3)
    full, none = np.ones(len(normals), np.float32), np.zeros(len(normals), np.float32)
    matt = shade(normals, full, none)
    sheen = (shade(normals, full, full) - matt).mean(axis=1)
    return np.column_stack([matt, sheen]).reshape(size, size, 4).astype(np.float32)


def octahedral_normals(size: int) -> np.ndarray:
    """(size, size, 3) unit normals at the middles of an octahedral map's texels."""
    along = (np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(along, along)
    z = 1 - np.abs(x) - np.abs(y)
    # The corners hold the half that faces away, folded over.
    folded = np.where(z < 0, (1 - np.abs(y)) * np.copysign(1, x), x)
    y = np.where(z < 0, (1 - np.abs(x)) * np.copysign(1, y), y)
    normals = np.stack([folded, y, z], axis=2)
    return normals / np.linalg.norm(normals, axis=2, keepdims=True)


def surface_look(light: np.ndarray, gloss: np.ndarray) -> np.ndarray:
    """(V, 4) what each vertex makes of the light map: factors of the matt light, and of the sheen.

    Args:
        light: (V,) how much of the surrounding light arrives
        gloss: (V,) how much the surface shines
    """
    towards = KEY.towards + VIEW
    normals = np.repeat(towards[None] / np.linalg.norm(towards), len(light), axis=0)
    full, none = np.ones_like(light), np.zeros_like(light)
    matt = shade(normals, light, none)
    shines = (shade(normals, light, gloss) - matt).mean(axis=1)
    most = shade(normals, full, none)
    return np.column_stack([matt / most, shines / (shade(normals, full, full) - most).mean(axis=1)])


def fold_tint() -> np.ndarray:
    """(3,) how much a fold of depth 1 changes each channel."""
    return fold(np.ones((1, 3)), np.ones(1))[0] - 1


def lid_table(eye: Eye) -> Table:
    """How dark the lid makes an eyeball.

    Rows are the depth below the lid's edge, columns the place across, both in radii.
    """
    depths, places = (-0.1, 0.9), (-1.1, 1.1)
    below, across = np.meshgrid(np.linspace(*depths, 201), np.linspace(*places, 45), indexing="ij")
    ball = np.zeros((below.size, 3), np.float32)
    ball[:, 0] = eye.centre[0] + eye.radius * across.ravel()
    ball[:, 1] = -eye.radius * below.ravel()
    far = eye.centre[0] + 2 * eye.radius * np.array([-1, 1])
    edge = np.column_stack([far, np.zeros(2), np.zeros(2)])
    shadow = lid_shadow(ball, eye, edge).reshape(below.shape)
    return Table(shadow.astype(np.float32), depths, places)


def mouth_table() -> Table:
    """How much light falls into the mouth: rows are the lips' gap, columns their push, in dm."""
    gaps, pushes = (-0.02, 0.10), (-0.04, 0.16)
    values = [
        [mouth_light(float(gap), float(push)) for push in np.linspace(*pushes, 101)]
        for gap in np.linspace(*gaps, 121)
    ]
    return Table(np.array(values, np.float32), gaps, pushes)
