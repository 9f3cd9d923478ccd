"""The face as Wavefront OBJ files, one per frame."""

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from verhm.errors import RequestError
from verhm.face.exchange.meshes import METRE, NOTICE, Mesh, hair
from verhm.face.head import LARGEST, Neck, turned
from verhm.face.rig import FaceModel
from verhm.stages import Progress, Stage, no_progress
from verhm.types import MorphSequence

_FRAMES: Final = "frame-*.obj"
_MATERIALS: Final = "face.mtl"
_TEXTURE: Final = "face.png"
_HAIR: Final = "hair.obj"  # that keeps still
_HAIRS: Final = "hair-*.obj"
_MOST: Final = 64e9  # bytes that a sequence may take


def refuse_large_sequence(face: FaceModel, morphs: MorphSequence) -> None:
    """Refuse what would fill a disk, before anything is written.

    Args:
        face: whose hair may weigh more than the face
        morphs: its motion

    Raises:
        RequestError: E71, with what it would take, and what can be done instead
    """
    frame = len(_lines("v", face.neutral)) + len(_surface(face))
    if morphs.head.any():
        strands = hair(face)
        frame += len(_lines("v", strands.positions)) + len(_ribbons(strands))
    size = frame * len(morphs.weights)
    if size > _MOST:
        raise RequestError(
            "E71",
            f"As OBJ files these {len(morphs.weights)} frames would take {size / 1e9:.0f} GB.",
            f"Export glb, which holds them in one small file, or a shorter recording or a lower "
            f"--fps: up to {_MOST / 1e9:.0f} GB are written.",
        )


def write_obj_sequence(
    face: FaceModel, morphs: MorphSequence, folder: Path, progress: Progress = no_progress
) -> None:
    """Write frame-000001.obj and so on, about 4 MB each; only positions differ among them.

    Beside them lie face.mtl and face.png, which all share, and the hair: where the head moves
    hair-000001.obj and so on, 12 to 19 MB each, otherwise one hair.obj, as no morph moves it.
    An earlier sequence in the folder is removed. Memory does not grow with the length.

    Args:
        face: the face
        morphs: its motion
        folder: made when it is missing
        progress: told the share of frames done; may raise `Cancelled`
    """
    remove_obj_sequence(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _write_all(face, morphs, folder, progress)
    except BaseException:  # a part of it may be tens of gigabytes
        remove_obj_sequence(folder)
        raise


def _write_all(face: FaceModel, morphs: MorphSequence, folder: Path, progress: Progress) -> None:
    Image.fromarray(face.texture).save(folder / _TEXTURE)
    (folder / _MATERIALS).write_text(_materials(face), encoding="ascii")
    neck, strands, moves = Neck.of(face), hair(face), bool(morphs.head.any())
    surface, ribbons = _surface(face), _ribbons(strands)
    still = strands.positions / METRE
    share, share_of_hair = neck.share(face.neutral), neck.share_of_hair(still)
    if not moves:
        _write(folder / _HAIR, still, ribbons)
    for frame, (weights, head) in enumerate(zip(morphs.weights, morphs.head, strict=True)):
        progress(Stage.SAVE, frame / len(morphs.weights))
        name, angles = f"{frame + 1:06d}.obj", np.clip(head, -LARGEST, LARGEST)
        posed = turned(face.vertices(weights), share, angles)
        _write(folder / f"frame-{name}", posed, surface)
        if moves:
            _write(folder / f"hair-{name}", turned(still, share_of_hair, angles), ribbons)


def remove_obj_sequence(folder: Path) -> None:
    """Remove what `write_obj_sequence` wrote, and the folder when nothing else is in it."""
    if not folder.is_dir():
        return
    frames = (*folder.glob(_FRAMES), *folder.glob(_HAIRS))
    for path in (*frames, *(folder / name for name in (_MATERIALS, _TEXTURE, _HAIR))):
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _write(path: Path, positions: np.ndarray, rest: str) -> None:
    """Write (V, 3) dm and what no frame changes."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"# {NOTICE}\n# metres\nmtllib {_MATERIALS}\n")
        file.write(_lines("v", positions * METRE))
        file.write(rest)


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


def _ribbons(strands: Mesh) -> str:
    """Likewise of the hair."""
    indices = (strands.triangles.ravel() + 1).tolist()
    return "usemtl hair\ng hair\n" + "f %d %d %d\n" * len(strands.triangles) % tuple(indices)


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
