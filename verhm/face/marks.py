"""The emotions' marks, as on the screen: a shape each, so that colour alone says nothing."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from verhm.report import look

_FINE: Final = 8  # times finer drawn than shown
_EDGE: Final = 0.58  # opacity of the edge that keeps pale marks apart from white

# Corners in a square from -6 to 6; neutral is a circle and calm an outlined square.
_CORNERS: Final = {
    "calm": "-4.6 -4.6 4.6 -4.6 4.6 4.6 -4.6 4.6",
    "happy": "0 -5.4 5.6 4.6 -5.6 4.6",
    "sad": "0 5.4 5.6 -4.6 -5.6 -4.6",
    "angry": "0 -5.8 5.8 0 0 5.8 -5.8 0",
    "fearful": "-2 -5.4 2 -5.4 2 -2 5.4 -2 5.4 2 2 2 2 5.4 -2 5.4 -2 2 -5.4 2 -5.4 -2 -2 -2",
    "disgust": "-5.5 0 -2.8 -4.8 2.8 -4.8 5.5 0 2.8 4.8 -2.8 4.8",
    "surprised": "0 -5.9 1.6 -1.9 5.8 -1.7 2.5 1 3.6 5.2 0 2.8 -3.6 5.2 -2.5 1 -5.8 -1.7 -1.6 -1.9",
}


def draw_mark(emotion: str, size: int) -> Image.Image:
    """(size, size) picture of an emotion's mark, on nothing."""
    fine = size * _FINE
    picture = Image.new("RGBA", (fine, fine))
    draw, colour = ImageDraw.Draw(picture), look.COLOURS[emotion]
    scale, line = fine / 12, max(1, round(0.09 * fine))
    if emotion not in _CORNERS:
        corners = [round(scale * 1), round(scale * 11)]
        draw.ellipse((corners[0], corners[0], corners[1], corners[1]), fill=colour)
        return picture.resize((size, size), Image.Resampling.BOX)
    numbers = np.array(_CORNERS[emotion].split(), float).reshape(-1, 2)
    points = [(float(x), float(y)) for x, y in (numbers + 6) * scale]
    if emotion == look.HATCHED:
        draw.polygon(points, fill=look.PAPER, outline=colour, width=line)
        for x in np.linspace(points[0][0], points[1][0], 4)[1:3]:
            draw.line((float(x), points[0][1], float(x), points[2][1]), fill=colour, width=line)
    else:
        ink = look.INK + f"{round(255 * _EDGE):02x}"
        draw.polygon(points, fill=colour)
        layer = Image.new("RGBA", (fine, fine))
        ImageDraw.Draw(layer).polygon(points, outline=ink, width=round(0.055 * fine))
        picture.alpha_composite(layer)
    return picture.resize((size, size), Image.Resampling.BOX)
