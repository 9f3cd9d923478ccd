"""Paints the small regions of the atlas: irises, teeth, gums, tongue, insides, cloth."""

import numpy as np
from scipy import ndimage

from training.face.atlas import REGIONS
from training.face.eyes import IRIS, spread_of
from training.face.identity import Identity


def paint_patches(atlas: np.ndarray, identity: Identity) -> None:
    """Fill all regions but the skin, in place; a margin keeps neighbours from bleeding in."""
    rng = np.random.default_rng(11)
    made = {
        "iris": _eye(rng, 256, np.array(identity.iris, np.float32)),
        "mouth": _plain((112, 46, 44), rng, 0.05),
        "socket": _plain((196, 124, 112), rng, 0.02),
        "tongue": _tongue(rng),
        "tooth": _tooth(),
        "gum": _plain((196, 108, 104), rng, 0.05),
        "lash": _plain((30, 22, 20), rng, 0.0),
        "shirt": _plain(identity.shirt, rng, 0.02),
    }
    for name, patch in made.items():
        left, top, right, bottom = REGIONS[name]
        margin = 7
        padded = np.pad(patch, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
        atlas[top - margin : bottom + margin, left - margin : right + margin] = padded


def _plain(colour: tuple[float, ...], rng: np.random.Generator, grain: float) -> np.ndarray:
    noise = ndimage.gaussian_filter(rng.normal(size=(112, 112)), 2.5)
    return np.array(colour, np.float32) * (1 + grain * noise / noise.std())[..., None]


def _eye(rng: np.random.Generator, size: int, iris: np.ndarray) -> np.ndarray:
    """White, limbus, iris with spokes and collarette, pupil; the centre looks forward."""
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size * 2 - 1
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    edge = spread_of(IRIS)
    share = (radius / edge) ** (1 / 0.6)
    colour = np.array([232, 226, 219], np.float32) * np.ones((size, size, 1), np.float32)
    colour *= 1 - np.array([0.02, 0.10, 0.12]) * np.clip((radius - edge) / 0.45, 0, 1)[..., None]
    spokes = sum(
        amplitude * np.sin(angle * count + phase)
        for count, amplitude, phase in zip(
            (23, 37, 59, 91), (0.10, 0.10, 0.08, 0.06), rng.uniform(0, 6.28, 4), strict=True
        )
    )
    bright = (
        1.05 + spokes * np.clip(share * 1.6, 0, 1) + 0.30 * np.exp(-(((share - 0.52) / 0.13) ** 2))
    )
    bright *= 1 - 0.55 * np.clip((share - 0.72) / 0.28, 0, 1) ** 1.5
    colour = _over(colour, iris * bright[..., None], share, 1.0, 0.09)
    colour = _over(colour, np.array([14.0, 11.0, 10.0]), share, 0.36, 0.06)
    # The window that the eye mirrors, and its faint bounce on the other side.
    flat_x, flat_y = share * np.cos(angle), share * np.sin(angle)
    for at_x, at_y, width, strength in ((-0.32, -0.24, 0.16, 1.0), (0.38, 0.40, 0.2, 0.18)):
        away = np.hypot(flat_x - at_x, flat_y - at_y) / width
        spot = (strength * np.clip(1.5 - 1.2 * away, 0, 1))[..., None]
        colour = colour * (1 - spot) + 255.0 * spot
    return colour.clip(0, 255)


def _over(
    under: np.ndarray, top: np.ndarray, share: np.ndarray, edge: float, soft: float
) -> np.ndarray:
    weight = np.clip((edge + soft - share) / (2 * soft), 0, 1)[..., None]
    return under * (1 - weight) + top * weight


def _tongue(rng: np.random.Generator) -> np.ndarray:
    patch = _plain((190, 96, 94), rng, 0.05)
    groove = np.exp(-(((np.linspace(0, 1, 112) - 0.5) / 0.04) ** 2))
    return patch * (1 - 0.14 * groove)[None, :, None]


def _tooth() -> np.ndarray:
    """Warmer at the gum, greyer and clearer at the edge, darker between neighbours."""
    along = np.linspace(1, 0, 112)[:, None, None]
    across = np.abs(np.linspace(-1, 1, 112))[None, :, None]
    colour = np.array([236, 228, 214], np.float32) * (1 - along) + along * np.array([226, 208, 184])
    colour = colour * (1 - 0.16 * np.clip((across - 0.78) / 0.22, 0, 1) ** 2)
    return colour * (1 - 0.10 * np.clip((0.12 - along) / 0.12, 0, 1))
