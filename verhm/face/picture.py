"""Puts layers together: background, caption, one layer over another."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_TOP: Final = (228, 232, 237)
_BOTTOM: Final = (199, 207, 215)
# Of a face's texture for each pixel across a picture. Half the picture's width shows half of the
# texture's, so a pixel of the face still has more than one texel.
_LEAST_TEXELS: Final = 1.5


def background(size: int) -> np.ndarray:
    """(size, size, 3) float32 in [0, 255]: a plain studio wall, brighter behind the head."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    away = np.hypot(x - 0.5, (y - 0.42) * 0.9)[..., None]
    share = np.clip(away / 0.75, 0, 1) ** 1.4
    wall = np.array(_TOP, np.float32) * (1 - share) + np.array(_BOTTOM, np.float32) * share
    # A trace of noise, so that 8 bits show no bands.
    noise = np.random.default_rng(0).triangular(-1, 0, 1, (size, size, 1))
    return wall + noise.astype(np.float32)


def over(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """A premultiplied (H, W, 4) layer in [0, 255] over (H, W, 3) or (H, W, 4)."""
    through = 1 - top[..., 3:] / 255
    return top[..., : bottom.shape[2]] + through * bottom


def as_fine_as_shown(texture: np.ndarray, size: int) -> np.ndarray:
    """A face's (H, W, 3) uint8 texture, halved if pictures of (size, size) show no more of it."""
    height, width = texture.shape[:2]
    if width < 2 * _LEAST_TEXELS * size:
        return texture
    halved = Image.fromarray(texture).resize((width // 2, height // 2), Image.Resampling.LANCZOS)
    return np.asarray(halved)


def caption_layer(size: int, text: str, heading: str = "") -> np.ndarray:
    """(size, size, 4) premultiplied float32: a band of words at the bottom, see `caption_band`."""
    layer = np.zeros((size, size, 4), np.float32)
    band = caption_band(size, size, text, heading)
    layer[size - len(band) :] = band
    return layer


def caption_band(width: int, size: int, text: str, heading: str = "") -> np.ndarray:
    """(height, width, 4) premultiplied float32: words on a dark band.

    Args:
        width: of the picture that they go below, px
        size: of the face in the video, px; the letters grow with it
        text: at the left, or at the right of a heading, or below it where there is no room
        heading: says which picture it is
    """
    line = max(16, round(size * 0.058))
    font, margin = ImageFont.load_default(size=line * 0.56), size * 0.035
    words = [each for each in (heading, text) if each]
    room = sum(font.getlength(each) for each in words) + margin * (len(words) + 1)
    lines = 1 if room <= width else len(words)
    layer = Image.new("RGBA", (width, line * min(lines, len(words))), (28, 34, 40, 190))
    draw = ImageDraw.Draw(layer)
    for number, each in enumerate(words):
        row = number if lines > 1 else 0
        is_right = lines == 1 and number > 0
        place = (width - margin if is_right else margin, (row + 0.5) * line)
        draw.text(place, each, font=font, fill="white", anchor="rm" if is_right else "lm")
    pixels = np.asarray(layer, np.float32).copy()
    pixels[..., :3] *= pixels[..., 3:] / 255
    return pixels
