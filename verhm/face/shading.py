"""Light on skin, eyes and hair, as colours per vertex; pure arithmetic, no OpenGL."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from verhm.face.rig import Eye


def _unit(*direction: float) -> np.ndarray:
    return np.array(direction, np.float32) / np.float32(np.linalg.norm(direction))


@dataclass(frozen=True, eq=False)
class Light:
    """A distant light.

    Attributes:
        towards: (3,) unit vector from the face to the light
        colour: (3,) strength per channel
        wrap: (3,) how far round the form each channel reaches, 0 = to the terminator; red is
            scattered farthest under skin
    """

    towards: np.ndarray
    colour: np.ndarray
    wrap: np.ndarray


_SKIN_WRAP: Final = np.array([0.55, 0.38, 0.32], np.float32)
KEY: Final = Light(_unit(-0.55, 0.62, 0.85), np.array([0.66, 0.64, 0.61], np.float32), _SKIN_WRAP)
FILL: Final = Light(_unit(0.85, 0.15, 0.75), np.array([0.17, 0.18, 0.20], np.float32), _SKIN_WRAP)
RIM: Final = Light(_unit(0.75, 0.45, -0.65), np.array([0.16, 0.17, 0.18], np.float32), _SKIN_WRAP)
SKY: Final = np.array([0.36, 0.37, 0.39], np.float32)
GROUND: Final = np.array([0.25, 0.22, 0.21], np.float32)
VIEW: Final = _unit(0, 0, 1)


@dataclass(frozen=True, eq=False)
class Surface:
    """What points of a surface make of the light that falls on them.

    Attributes:
        bounce: (V, 3) share of it that is thrown back evenly
        sheen: (V,) strength of the soft gleam
    """

    bounce: np.ndarray
    sheen: np.ndarray

    @classmethod
    def of(cls, light: np.ndarray, gloss: np.ndarray) -> Self:
        """From how much of the surrounding light arrives (V,), and the gloss (V,)."""
        # Light that has bounced between folds is redder than what falls on them first.
        bounce = light[:, None] ** np.array([0.75, 0.95, 1.0], np.float32)
        return cls(bounce, 0.34 * gloss * light)

    def shade(self, normals: np.ndarray) -> np.ndarray:
        """(V, 3) factors for the albedo, about 0 to 1.2, for (V, 3) unit normals."""
        up = 0.5 + 0.5 * normals[:, 1:2]
        colour = GROUND + (SKY - GROUND) * up
        for lamp in (KEY, FILL, RIM):
            cosine = (normals @ lamp.towards)[:, None]
            colour += np.maximum((cosine + lamp.wrap) * (lamp.colour / (1 + lamp.wrap)), 0)
        colour *= self.bounce
        half = KEY.towards + VIEW
        sheen = np.maximum(normals @ (half / np.linalg.norm(half)), 0)
        for _ in range(4):
            sheen *= sheen  # at last to the sixteenth
        colour += (self.sheen * sheen)[:, None]
        return colour


def shade(normals: np.ndarray, light: np.ndarray, gloss: np.ndarray) -> np.ndarray:
    """Colour factors for a matt surface with a soft sheen.

    Args:
        normals: (V, 3) unit
        light: (V,) how much of the surrounding light arrives
        gloss: (V,) strength of the sheen

    Returns:
        (V, 3) factors for the albedo, about 0 to 1.2
    """
    return Surface.of(light, gloss).shade(normals)


def lid_shadow(points: np.ndarray, eye: Eye, lid: np.ndarray) -> np.ndarray:
    """How dark the upper lid and its lashes make the eyeball.

    Args:
        points: (N, 3) of the eyeball
        eye: the eyeball
        lid: (L, 3) the upper lid's edge as it is posed, by ascending x

    Returns:
        (N,) factors in [0, 1]
    """
    edge = np.interp(points[:, 0], lid[:, 0], lid[:, 1])
    below = (edge - points[:, 1]) / (0.62 * eye.radius)
    shadow = 0.52 + 0.48 * np.clip(below, 0, 1) ** 0.7
    # The ball also darkens towards the corners, where the lids close around it.
    across = (points[:, 0] - eye.centre[0]) / eye.radius
    return (shadow * (1 - 0.38 * np.abs(across) ** 2.2)).astype(np.float32)


def fold(colours: np.ndarray, shades: np.ndarray) -> np.ndarray:
    """(V, 3) colour factors with (V,) folds put in, which are redder than what they darken."""
    return colours * (1 + shades[:, None] * np.array([0.72, 1.0, 1.05], np.float32))


def mouth_light(gap: float, forward: float) -> float:
    """How much light falls on teeth and tongue.

    Args:
        gap: between the lips, dm
        forward: how far the lips are pushed out, dm

    Returns:
        factor in [0, 1]
    """
    between = 0.30 + 0.70 * float(np.clip(gap / 0.03, 0, 1))
    return between * (1 - 0.5 * float(np.clip(forward / 0.08, 0, 1)))


def shade_hair(tangents: np.ndarray, normals: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Colour factors along hairs (Kajiya & Kay 1989).

    Args:
        tangents: (H, P, 3) unit, along the hair
        normals: (H, P, 3) unit, of the head below
        depth: (H, P) 0 at the surface of the hair to 1 at the scalp

    Returns:
        (H, P, 3)
    """
    half = KEY.towards + VIEW
    half /= np.linalg.norm(half)
    facing = np.clip(normals @ KEY.towards * 0.5 + 0.55, 0, 1)
    along = tangents @ KEY.towards
    diffuse = np.sqrt(np.maximum(1 - along**2, 0)) * facing
    gleam = np.sqrt(np.maximum(1 - (tangents @ half) ** 2, 0)) ** 60 * facing
    rim = np.clip(normals @ RIM.towards, 0, 1)
    open_ = (1 - 0.62 * depth)[..., None]
    base = 0.50 + 0.62 * diffuse[..., None] + 0.35 * rim[..., None]
    return (base + 0.85 * gleam[..., None] * np.array([1.0, 0.92, 0.82])) * open_
