"""Paints the skin: tone, blush, lips, lids, brows and the scalp under the hair."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from training.face.ageing import beard, lines, spots
from training.face.baking import SkinMap
from training.face.haircut import Line
from training.face.identity import Identity
from training.face.landmarks import Landmarks, ramp
from training.face.source import AnnyData

# Tints relative to the skin's tone; a line is redder than the skin that it darkens.
BEARD = np.array([0.72, 0.78, 0.84])
SPOT = np.array([0.80, 0.70, 0.62])
REDDER = np.array([0.75, 1.0, 1.05])


def paint_skin(data: AnnyData, skin: SkinMap, marks: Landmarks, identity: Identity) -> np.ndarray:
    """(H, W, 3) sRGB in [0, 255] of the skin's region."""
    rng = np.random.default_rng(7)
    tone = np.array(identity.skin, np.float32)
    colour = np.broadcast_to(tone, skin.position.shape).copy()
    colour *= (1 + _mottle(rng, skin.position))[..., None]
    for weight, tint in _blushes(data, skin, marks):
        colour = _mix(colour, weight, tone * (1 + identity.blush * (np.array(tint) - 1)))
    aged = np.random.default_rng(19)
    colour = _mix(colour, identity.beard * beard(skin.position, marks, aged), tone * BEARD)
    colour = _mix(colour, identity.spots * spots(skin.position, aged), tone * SPOT)
    colour = _lips(data, skin, marks, identity, colour, rng)
    colour *= (1 - identity.lines * lines(skin.position, marks))[..., None] ** REDDER
    scalp = _scalp(skin, marks, identity.haircut.line, rng) * (1 - skin.sample(data.mask("ears")))
    colour = _mix(colour, 0.8 * scalp, np.array(identity.hair) * 0.85)
    return _brows(colour, skin, marks, identity, rng)


def _mix(colour: np.ndarray, weight: np.ndarray, towards: np.ndarray) -> np.ndarray:
    return colour * (1 - weight[..., None]) + towards * weight[..., None]


def _noise(rng: np.random.Generator, size: tuple[int, ...], grain: float) -> np.ndarray:
    """Smooth noise of unit standard deviation and a grain in pixels."""
    field = ndimage.gaussian_filter(rng.normal(size=size), grain)
    return (field / field.std()).astype(np.float32)


def _clouds(rng: np.random.Generator, position: np.ndarray, grain: float) -> np.ndarray:
    """Smooth noise in space, so that it does not stretch where the texture does."""
    low = position.reshape(-1, 3).min(axis=0)
    steps = np.moveaxis((position - low) / grain, -1, 0) + 1
    grid = rng.normal(size=tuple(np.ceil(steps.reshape(3, -1).max(axis=1)).astype(int) + 3))
    field = ndimage.map_coordinates(grid, steps, order=2, mode="nearest")
    return (field / field.std()).astype(np.float32)


def _mottle(rng: np.random.Generator, position: np.ndarray) -> np.ndarray:
    """Uneven tone: patches, blotches and pores."""
    size = position.shape[:2]
    patches = 0.012 * _clouds(rng, position, 0.16) + 0.012 * _clouds(rng, position, 0.05)
    pores = 0.010 * _noise(rng, size, 1.1) - 0.03 * np.maximum(_noise(rng, size, 1.3) - 1.9, 0)
    return patches + pores


def _blob(skin: SkinMap, x: float, y: float, width: float, height: float) -> np.ndarray:
    """Bell around a point of the front of the face and its mirror image."""
    across, up, depth = np.moveaxis(skin.position, -1, 0)
    bell = np.exp(-(((np.abs(across) - x) / width) ** 2) - ((up - y) / height) ** 2)
    return bell * ramp(depth, 0.3, 0.8)


def _blushes(
    data: AnnyData, skin: SkinMap, marks: Landmarks
) -> Iterator[tuple[np.ndarray, tuple[float, float, float]]]:
    """Weights and tints, relative to the skin's tone, in the order they are laid on."""
    eye_x, eye_y, nose_y = marks.eye_x, marks.eye_y, marks.nose_y
    yield 0.30 * _blob(skin, 0, eye_y + 0.62, 0.5, 0.3), (1.03, 1.02, 0.96)
    yield 0.32 * _blob(skin, eye_x + 0.16, nose_y + 0.06, 0.24, 0.22), (1.0, 0.80, 0.78)
    yield 0.34 * _blob(skin, 0, nose_y + 0.02, 0.16, 0.13), (0.99, 0.78, 0.75)
    yield 0.22 * _blob(skin, 0, marks.mouth_y - 0.36, 0.2, 0.12), (1.0, 0.86, 0.83)
    yield 0.30 * _blob(skin, 0.36, marks.mouth_y - 0.2, 0.25, 0.22), (0.95, 0.95, 0.95)
    yield 0.26 * _blob(skin, eye_x - 0.02, eye_y - 0.13, 0.17, 0.06), (0.92, 0.82, 0.83)
    yield 0.20 * _blob(skin, eye_x + 0.01, eye_y + 0.08, 0.2, 0.06), (0.93, 0.80, 0.78)
    yield 0.30 * _blob(skin, eye_x - 0.17, eye_y, 0.05, 0.05), (0.95, 0.74, 0.72)
    yield 0.35 * skin.sample(data.mask("ears")), (1.0, 0.76, 0.72)
    yield 0.30 * skin.sample(data.mask("eyelids"), 3.0), (0.92, 0.80, 0.78)


def _lips(
    data: AnnyData,
    skin: SkinMap,
    marks: Landmarks,
    identity: Identity,
    colour: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Lips with a soft border, fine upright creases and a darker line where they meet."""
    mask = skin.sample(data.mask("lips"), 3.0)
    # The mask leaves out the wet inner side; it is lip too.
    whole = ndimage.grey_closing(mask, size=(61, 15))
    shape = ndimage.gaussian_filter(ramp(whole, 0.15, 0.85), 3.0)
    creases = ndimage.gaussian_filter(rng.normal(size=shape.shape), (9, 1.2))
    lips = np.array(identity.lips) * (1 + 0.025 * creases / creases.std())[..., None]
    lips *= (1 - 0.10 * ramp(skin.position[..., 1], marks.mouth_y - 0.02, marks.mouth_y + 0.1))[
        ..., None
    ]
    return colour * (1 - 0.86 * shape[..., None]) + lips * 0.86 * shape[..., None]


def hairline(position: np.ndarray, marks: Landmarks, line: Line) -> np.ndarray:
    """Signed height above the hairline, dm: positive on the scalp.

    Args:
        position: (…, 3) points of the neutral head
        marks: the landmarks
        line: heights above the eyes by angle
    """
    angle = np.degrees(np.arctan2(np.abs(position[..., 0]), position[..., 2] - 0.1))
    return position[..., 1] - marks.eye_y - PchipInterpolator(*np.array(line, float).T)(angle)


def _scalp(skin: SkinMap, marks: Landmarks, line: Line, rng: np.random.Generator) -> np.ndarray:
    """The dark of the roots, thinning out towards the hairline."""
    height = hairline(skin.position, marks, line)
    rough = 0.02 * _noise(rng, height.shape, 5) + 0.015 * _noise(rng, height.shape, 1.5)
    return ramp(height + rough, -0.01, 0.22)


def _brows(
    colour: np.ndarray,
    skin: SkinMap,
    marks: Landmarks,
    identity: Identity,
    rng: np.random.Generator,
) -> np.ndarray:
    """Single brow hairs over a faint shade."""
    hair = np.array(identity.brow or identity.hair, np.float32)
    shade = np.zeros(colour.shape[:2], np.float32)
    height, width = skin.covered.shape
    zoom = 3
    canvas = Image.new("L", (width * zoom, height * zoom // 2))
    draw = ImageDraw.Draw(canvas)
    front = (skin.position[..., 2] > 0.9) & (skin.position[..., 1] > marks.eye_y)
    rows, columns = np.nonzero(front)
    tree = cKDTree(skin.position[rows, columns, :2])
    for stroke, strength in _brow_hairs(marks, identity.brow_weight, rng):
        index = tree.query(stroke)[1]
        # The nearest pixel is a whole number: the remainder is put back from the local scale.
        found = np.column_stack([columns[index], rows[index]]).astype(float)
        found = ndimage.gaussian_filter1d(found, 0.8, axis=0, mode="nearest")
        points = [tuple(point) for point in (found + 0.5) * zoom]
        draw.line(points, fill=int(255 * strength), width=4)
    strokes = canvas.resize((width, height // 2), Image.Resampling.BOX)
    shade[: height // 2] = np.asarray(strokes, np.float32) / 255
    under = ndimage.gaussian_filter(shade, 4.0)
    colour = _mix(colour, np.minimum(0.75 * under, 0.6), hair * 1.1)
    return _mix(colour, 0.88 * ndimage.gaussian_filter(shade, 0.5), hair * 0.8)


def _brow_hairs(
    marks: Landmarks, weight: float, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, float]]:
    """(7, 2) points along each hair and its darkness."""
    for _ in range(round(620 * weight)):
        u = rng.beta(1.25, 1.3)  # 0 at the nose, 1 at the temple
        half = 0.042 * weight * (1 - 0.70 * u**1.6) * (0.6 + 0.4 * min(1.0, u / 0.2))
        v = rng.uniform(-1, 1)
        x = marks.eye_x - 0.165 + 0.40 * u
        y = marks.eye_y + 0.165 + brow_arch(u) + half * v
        lean = np.deg2rad(80 - 74 * min(1.0, u * 1.9) - 18 * u - 14 * v + rng.normal(0, 8))
        length = 0.062 * (1 - 0.40 * u) * rng.uniform(0.7, 1.15)
        steps = np.linspace(0, 1, 7)
        bend = lean - 0.6 * steps * (1 - 0.6 * u)
        path = np.column_stack([np.cos(bend), np.sin(bend)]).cumsum(axis=0) / 7 * length
        strength = rng.uniform(0.35, 0.75) * min(1.0, 0.45 + 2.6 * u) * (1 - 0.30 * u**3)
        for side in (1.0, -1.0):
            yield (np.array([x, y]) + path) * np.array([side, 1.0]), strength


def brow_arch(u: float) -> float:
    """Height of the brow's middle line at 0 (nose) to 1 (temple), dm."""
    return float(0.068 * np.sin(min(u, 1.0) * np.pi * 0.70) - 0.034 * u**3)
