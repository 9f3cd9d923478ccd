"""`python -m benchmarks.face_sheet OUT.png`: the face in all emotions and mouth shapes.

The expressions are textbook ones (Ekman, Friesen & Hager, Facial Action Coding System, 2002): the
sheet shows what the face can say, whatever a model makes of a voice.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from verhm.face.rendering import Renderer
from verhm.face.rig import load_face
from verhm.labels import EMOTIONS, MORPHS

INTENSITIES: Final = (0.33, 0.67, 1.0)
CROP: Final = 0.8  # share of the picture that is shown, around the face

# Action units as ARKit morphs; a name without a side stands for both sides.
EXPRESSIONS: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "calm": {"mouthSmile": 0.22, "eyeBlink": 0.16, "eyeSquint": 0.10, "mouthDimple": 0.08},
    "happy": {
        "mouthSmile": 0.85,
        "cheekSquint": 0.85,
        "eyeSquint": 0.35,
        "mouthUpperUp": 0.50,
        "mouthLowerDown": 0.30,
        "jawOpen": 0.14,
        "browOuterUp": 0.10,
    },
    "sad": {
        "browInnerUp": 1.0,
        "browDown": 0.25,
        "mouthFrown": 0.85,
        "mouthShrugLower": 0.45,
        "eyeBlink": 0.22,
        "eyeLookDown": 0.25,
        "cheekSquint": 0.15,
    },
    "angry": {
        "browDown": 1.0,
        "noseSneer": 0.35,
        "eyeSquint": 0.35,
        "eyeWide": 0.35,
        "mouthPress": 0.35,
        "mouthFrown": 0.55,
        "mouthRollLower": 0.40,
        "mouthRollUpper": 0.35,
        "jawForward": 0.25,
    },
    "fearful": {
        "browInnerUp": 1.0,
        "browOuterUp": 0.35,
        "browDown": 0.25,
        "eyeWide": 1.0,
        "mouthStretch": 0.85,
        "mouthLowerDown": 0.45,
        "jawOpen": 0.18,
    },
    "disgust": {
        "noseSneer": 1.0,
        "mouthUpperUp": 0.75,
        "browDown": 0.55,
        "cheekSquint": 0.60,
        "eyeSquint": 0.45,
        "mouthFrown": 0.45,
        "mouthShrugLower": 0.40,
    },
    "surprised": {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "jawOpen": 0.55},
}
VISEMES: Final[dict[str, dict[str, float]]] = {
    "p b m": {"mouthPress": 0.5, "mouthRollLower": 0.25, "mouthRollUpper": 0.2},
    "f v": {"mouthRollLower": 0.75, "mouthUpperUp": 0.25, "jawOpen": 0.06},
    "t d n": {"jawOpen": 0.10, "mouthLowerDown": 0.25, "mouthUpperUp": 0.10},
    "s z": {"jawOpen": 0.03, "mouthStretch": 0.35, "mouthLowerDown": 0.35, "mouthUpperUp": 0.2},
    "ee": {"jawOpen": 0.10, "mouthSmile": 0.35, "mouthStretch": 0.4, "mouthLowerDown": 0.3},
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


def draw_sheet(expressions: np.ndarray, size: int) -> Image.Image:
    """A picture of (K, M) expressions in rising intensity and of the mouth shapes.

    Args:
        expressions: one per emotion
        size: of each face, px
    """
    whole = round(size / CROP / 2) * 2
    left, top = round(whole * (1 - CROP) / 2), round(whole * 0.08)

    def draw_face(weights: np.ndarray) -> np.ndarray:
        return renderer.draw(weights)[top : top + size, left : left + size]

    with Renderer(load_face(), whole) as renderer:
        rows = [
            [(f"{label} {share:.0%}", draw_face(weights * np.float32(share)))
             for label, weights in zip(EMOTIONS, expressions, strict=True)]
            for share in INTENSITIES
        ]  # fmt: skip
        rows.append([(name, draw_face(morph_weights(on))) for name, on in VISEMES.items()])
    sheet = Image.new("RGB", (size * len(EMOTIONS), size * len(rows)))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=size * 0.07)
    for row, faces in enumerate(rows):
        for column, (name, picture) in enumerate(faces):
            corner = (column * size, row * size)
            sheet.paste(Image.fromarray(picture), corner)
            place = (corner[0] + size * 0.03, corner[1] + size * 0.90)
            draw.text(
                place, name, font=font, fill="white", stroke_width=2, stroke_fill=(30, 36, 42)
            )
    return sheet


def main() -> None:
    """Read the arguments, draw, say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--size", type=int, default=320, help="of each face, px")
    options = parser.parse_args()
    textbook = np.stack([morph_weights(EXPRESSIONS[label]) for label in EMOTIONS])
    draw_sheet(textbook, options.size).save(options.output)
    print(options.output)


if __name__ == "__main__":
    main()
