"""The face in all emotions and mouth shapes.

`python -m benchmarks.face_sheet OUT.png [--avatar NAME] [--size 320]`

Each emotion as the app shows it when it is sure of it, at three strengths, and twelve visemes.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from verhm.face.rendering import Renderer
from verhm.face.rig import DEFAULT, FaceModel, load_face
from verhm.labels import EMOTIONS, MORPHS
from verhm.model.expression import ACTION_UNITS, express

INTENSITIES: Final = (0.33, 0.67, 1.0)
CROP: Final = 0.8  # share of the picture that is shown, around the face
COLUMNS: Final = len(EMOTIONS)

# Mouth shapes of speech: the groups of MPEG-4 (Tekalp & Ostermann 2000, table 4) in ARKit morphs. A
# name without a side stands for both sides.
VISEMES: Final[dict[str, dict[str, float]]] = {
    "p b m": {"mouthPress": 0.5, "mouthRollLower": 0.25, "mouthRollUpper": 0.2},
    "f v": {"mouthRollLower": 0.6, "mouthUpperUp": 0.25, "jawOpen": 0.03},
    "th": {"jawOpen": 0.12, "mouthLowerDown": 0.2, "mouthUpperUp": 0.1, "tongueOut": 0.25},
    "t d n l": {"jawOpen": 0.10, "mouthLowerDown": 0.25, "mouthUpperUp": 0.10},
    "k g": {"jawOpen": 0.16, "mouthLowerDown": 0.15, "mouthUpperUp": 0.05},
    "s z": {"jawOpen": 0.05, "mouthStretch": 0.35, "mouthLowerDown": 0.45, "mouthUpperUp": 0.3},
    "sh ch j": {"jawOpen": 0.08, "mouthFunnel": 0.5, "mouthPucker": 0.2},
    "r": {"jawOpen": 0.10, "mouthPucker": 0.35, "mouthFunnel": 0.2},
    "ee": {"jawOpen": 0.14, "mouthSmile": 0.3, "mouthStretch": 0.4, "mouthLowerDown": 0.4},
    "ah": {"jawOpen": 0.50, "mouthLowerDown": 0.15},
    "oh": {"jawOpen": 0.35, "mouthPucker": 0.5, "mouthFunnel": 0.35},
    "oo": {"jawOpen": 0.10, "mouthPucker": 0.85, "mouthFunnel": 0.3},
}


def morph_weights(named: dict[str, float]) -> np.ndarray:
    """(M,) weights from names with or without a side."""
    weights = np.zeros(len(MORPHS), np.float32)
    for name, weight in named.items():
        for side in ("", "Left", "Right"):
            if name + side in MORPHS:
                weights[MORPHS.index(name + side)] = weight
    return weights


def sure_expressions() -> np.ndarray:
    """(K, M) what the app adds to a face for each emotion alone, by its prototype."""
    sure = np.eye(len(EMOTIONS))
    return express(np.zeros((len(sure), len(ACTION_UNITS))), sure).astype(np.float32)


def sheet_faces() -> list[tuple[str, np.ndarray]]:
    """Name and (M,) weights of each face on the sheet, row by row."""
    emotions = list(zip(EMOTIONS, sure_expressions(), strict=True))
    faces = [
        (f"{label} {share:.0%}", weights * share)
        for share in INTENSITIES
        for label, weights in emotions
    ]
    return faces + [(name, morph_weights(shape)) for name, shape in VISEMES.items()]


def draw_sheet(face: FaceModel, shown: list[tuple[str, np.ndarray]], size: int) -> Image.Image:
    """A picture of named faces in rows of eight.

    Args:
        face: whose
        shown: names and (M,) weights
        size: of each face, px
    """
    whole = round(size / CROP / 2) * 2
    left, top = round(whole * (1 - CROP) / 2), round(whole * 0.08)
    rows = -(-len(shown) // COLUMNS)
    sheet = Image.new("RGB", (size * COLUMNS, size * rows), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=size * 0.07)
    with Renderer(face, whole) as renderer:
        for place, (name, weights) in enumerate(shown):
            x, y = place % COLUMNS * size, place // COLUMNS * size
            picture = renderer.draw(weights.astype(np.float32))
            sheet.paste(Image.fromarray(picture[top : top + size, left : left + size]), (x, y))
            corner, ink = (x + size * 0.03, y + size * 0.90), (30, 36, 42)
            draw.text(corner, name, font=font, fill="white", stroke_width=2, stroke_fill=ink)
    return sheet


def main() -> None:
    """Read the arguments, draw, say where."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.face_sheet")
    parser.add_argument("output", type=Path)
    parser.add_argument("--size", type=int, default=320, help="of each face, px")
    parser.add_argument("--avatar", default=DEFAULT, help=f"whose face ({DEFAULT})")
    options = parser.parse_args()
    face = load_face(name=options.avatar)
    draw_sheet(face, sheet_faces(), options.size).save(options.output)
    print(options.output)


if __name__ == "__main__":
    main()
