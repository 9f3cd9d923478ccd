"""Puts layers together: background, caption, supersampled layers over each other."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_TOP: Final = (228, 232, 237)
_BOTTOM: Final = (199, 207, 215)


def background(size: int) -> np.ndarray:
    """(size, size, 3) float32 in [0, 255]: a plain studio wall, brighter behind the head."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    away = np.hypot(x - 0.5, (y - 0.42) * 0.9)[..., None]
    share = np.clip(away / 0.75, 0, 1) ** 1.4
    wall = np.array(_TOP, np.float32) * (1 - share) + np.array(_BOTTOM, np.float32) * share
    # A trace of noise, so that 8 bits show no bands.
    noise = np.random.default_rng(0).triangular(-1, 0, 1, (size, size, 1))
    return wall + noise.astype(np.float32)


def shrink(picture: np.ndarray, zoom: int) -> np.ndarray:
    """Mean over blocks of zoom x zoom pixels of a (zoom H, zoom W, C) uint8 picture, float32."""
    if zoom == 1:
        return picture.astype(np.float32)
    height, width, channels = picture.shape
    blocks = picture.reshape(height // zoom, zoom, width // zoom, zoom, channels)
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def over(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """A premultiplied (H, W, 4) layer in [0, 255] over (H, W, 3) or (H, W, 4)."""
    through = 1 - top[..., 3:] / 255
    return top[..., : bottom.shape[2]] + through * bottom


def caption_layer(size: int, text: str) -> np.ndarray:
    """(size, size, 4) premultiplied float32: a line of text on a dark band at the bottom."""
    layer = Image.new("RGBA", (size, size))
    if text:
        band = max(16, round(size * 0.058))
        draw = ImageDraw.Draw(layer)
        draw.rectangle((0, size - band, size, size), fill=(28, 34, 40, 190))
        font = ImageFont.load_default(size=band * 0.56)
        middle = (size * 0.035, size - band / 2)
        draw.text(middle, text, font=font, fill=(255, 255, 255, 255), anchor="lm")
    pixels = np.asarray(layer, np.float32).copy()
    pixels[..., :3] *= pixels[..., 3:] / 255
    return pixels
