"""The face as Wavefront OBJ files, one per frame."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from verhm.face.exchange.meshes import METRE, NOTICE, hair
from verhm.face.rig import FaceModel
from verhm.stages import Progress, Stage, no_progress
from verhm.types import MorphSequence

_FRAMES: Final = "frame-*.obj"
_MATERIALS: Final = "face.mtl"
_TEXTURE: Final = "face.png"
_HAIR: Final = "hair.obj"


def write_obj_sequence(
    face: FaceModel, morphs: MorphSequence, folder: Path, progress: Progress = no_progress
) -> None:
    """Write frame-000001.obj and so on, about 4 MB each; only positions differ among them.

    Beside them lie face.mtl and face.png, which all share, and hair.obj, as hair never moves.
    An earlier sequence in the folder is removed. Memory does not grow with the length.

    Args:
        face: the face
        morphs: its weights over time
        folder: made when it is missing
        progress: told the share of frames done; may raise `Cancelled`
    """
    remove_obj_sequence(folder)
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(face.texture).save(folder / _TEXTURE)
    (folder / _MATERIALS).write_text(_materials(face), encoding="ascii")
    _write(folder / _HAIR, _hair(face))
    surface = _surface(face)
    for frame, weights in enumerate(morphs.weights):
        progress(Stage.SAVE, frame / len(morphs.weights))
        positions = _lines("v", face.vertices(weights) * METRE)
        _write(folder / f"frame-{frame + 1:06d}.obj", (positions, surface))


def remove_obj_sequence(folder: Path) -> None:
    """Remove what `write_obj_sequence` wrote, and the folder when nothing else is in it."""
    if not folder.is_dir():
        return
    for path in (*folder.glob(_FRAMES), *(folder / name for name in (_MATERIALS, _TEXTURE, _HAIR))):
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _write(path: Path, content: Iterable[str]) -> None:
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"# {NOTICE}\n# metres\nmtllib {_MATERIALS}\n")
        file.writelines(content)


def _surface(face: FaceModel) -> str:
    """Everything that no frame changes: texture corners, then each part's triangles."""
    lines = [_lines("vt", face.uv), "usemtl face\n"]
    for name, span in face.parts.items():
        corners = face.triangles[span.triangles].ravel()
        # OBJ counts from 1.
        pairs = np.column_stack([face.corner_vertex[corners], corners]).ravel() + 1
        lines.append(f"g {name.replace(' ', '_')}\n")
        lines.append("f %d/%d %d/%d %d/%d\n" * (len(corners) // 3) % tuple(pairs.tolist()))
    return "".join(lines)


def _hair(face: FaceModel) -> Iterable[str]:
    mesh = hair(face)
    yield _lines("v", mesh.positions)
    yield "usemtl hair\ng hair\n"
    indices = (mesh.triangles.ravel() + 1).tolist()
    yield "f %d %d %d\n" * len(mesh.triangles) % tuple(indices)


def _materials(face: FaceModel) -> str:
    red, green, blue = face.hair
    return (
        f"newmtl face\nKd 1 1 1\nmap_Kd {_TEXTURE}\n\n"
        f"newmtl hair\nKd {red:.4f} {green:.4f} {blue:.4f}\n"
    )


def _lines(keyword: str, values: np.ndarray) -> str:
    """A line per row of (N, C) values."""
    line = " ".join([keyword, *["%.6f"] * values.shape[1]]) + "\n"
    return line * len(values) % tuple(values.ravel().tolist())
