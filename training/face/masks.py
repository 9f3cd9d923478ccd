"""Which vertices of the shipped face are lips, and which its upper part.

`python -m training.face.masks` writes them to `masks.json` beside this file. Errors of vertices are
only comparable when they are of the same ones, so the lists are kept and not made anew.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from verhm.face.rig import FaceModel, load_face
from verhm.labels import MORPHS

WRITTEN: Final = Path(__file__).with_name("masks.json")

_LIPS_SHINE: Final = 0.5  # gloss from which skin is lip: halfway from skin (0.25) to lips (0.75)
_UPPER_MORPHS: Final = ("brow", "eyeBlink", "eyeSquint", "eyeWide")
_LEAST_MOTION: Final = 0.1  # share of a morph's largest displacement
_SOCKET: Final = 1.02  # of an eyeball's radius; nearer skin lies behind the lids, out of sight


@dataclass(frozen=True)
class Masks:
    """Vertices of a face, by index, ascending.

    Attributes:
        lips: the red of both lips, as far inside as it is painted and shines
        upper_face: lids, the skin around the eyes, brows and the forehead that they move
    """

    lips: tuple[int, ...]
    upper_face: tuple[int, ...]


def find_masks(face: FaceModel) -> Masks:
    """Read the masks off a rig.

    Lips are the skin that shines as lips do. The upper face is the skin that a morph of brows or
    lids moves by a tenth of its largest displacement or more, no lower than the eyeballs reach,
    less the hidden skin around the eyeballs. Only vertices that some morph moves are in a mask.
    """
    skin = face.parts["skin"].vertices
    is_skin = (face.moving >= skin.start) & (face.moving < skin.stop)
    moving, places = face.moving[is_skin], face.neutral[face.moving[is_skin]]
    is_lip = face.gloss[moving] > _LIPS_SHINE
    lowest = min(eye.centre[1] - eye.radius for eye in face.eyes)
    is_upper = _largest_share(face)[is_skin] >= _LEAST_MOTION
    is_upper &= (places[:, 1] > lowest) & ~is_lip
    for eye in face.eyes:
        is_upper &= np.linalg.norm(places - eye.centre, axis=1) > _SOCKET * eye.radius
    return Masks(tuple(moving[is_lip].tolist()), tuple(moving[is_upper].tolist()))


def _largest_share(face: FaceModel) -> np.ndarray:
    """(A,) how much a morph of brows or lids moves each moving vertex, its farthest one being 1."""
    columns = [index for index, name in enumerate(MORPHS) if name.startswith(_UPPER_MORPHS)]
    offsets = face.offsets[:, columns].toarray().reshape(len(face.moving), 3, len(columns))
    distances = np.linalg.norm(offsets, axis=1)
    return (distances / distances.max(axis=0)).max(axis=1)


def read_masks() -> Masks:
    """The written masks of the shipped face."""
    lists = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return Masks(**{name: tuple(indices) for name, indices in lists.items()})


def main() -> None:
    """Write the masks of the shipped face."""
    rows = (f'  "{name}": {list(ids)}' for name, ids in asdict(find_masks(load_face())).items())
    WRITTEN.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    print(WRITTEN)


if __name__ == "__main__":
    main()
