"""`python -m training.face.portraits --out ui/assets`: a small picture of each avatar."""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from verhm.face.rendering import Renderer
from verhm.face.rig import avatar_titles, load_face
from verhm.labels import MORPHS

DRAWN: Final = 640  # px; more than shown, so that hair is fine
SHOWN: Final = 224  # px; twice what the page gives it
CROP: Final = (0.10, 0.06, 0.90, 0.86)  # of the picture: left, top, right, bottom
FRIENDLY: Final = {"mouthSmile": 0.25, "cheekSquint": 0.15}  # on both sides


def draw_portrait(name: str) -> Image.Image:
    """An avatar's head, with the trace of a smile."""
    weights = np.zeros(len(MORPHS), np.float32)
    for morph, weight in FRIENDLY.items():
        for side in ("Left", "Right"):
            weights[MORPHS.index(morph + side)] = weight
    with Renderer(load_face(name=name), DRAWN) as renderer:
        picture = Image.fromarray(renderer.draw(weights))
    box = tuple(round(share * DRAWN) for share in CROP)
    return picture.crop(box).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)  # type: ignore[arg-type]


def main() -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for avatar-NAME.jpg")
    folder = parser.parse_args().out
    for name in avatar_titles():
        path = folder / f"avatar-{name}.jpg"
        draw_portrait(name).save(path, quality=88, optimize=True)
        print(path)


if __name__ == "__main__":
    main()
