"""What the command line writes for other programs."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from verhm.face.exchange.blender import write_blender_script
from verhm.face.exchange.npy import HEAD, write_morphs_npy
from verhm.face.exchange.obj import (
    refuse_large_sequence,
    remove_obj_sequence,
    write_obj_sequence,
)
from verhm.face.rig import DEFAULT, load_face
from verhm.stages import Progress, no_progress
from verhm.types import MorphSequence


def export_writers(
    morphs: MorphSequence,
    kinds: Collection[str],
    progress: Progress = no_progress,
    avatar: str = DEFAULT,
) -> dict[str, Callable[[Path], object]]:
    """Tell which files a results folder gets, and what writes each.

    Args:
        morphs: the face over time
        kinds: any of "glb", "obj", "npy" and "blender", which needs the GLB and so brings it
        progress: told the share of frames of a sequence of files
        avatar: whose face

    Raises:
        RenderError: E40, no face
        RequestError: E71, no such avatar, or so many frames that OBJ files would fill a disk
    """
    face = load_face(name=avatar)
    writers: dict[str, Callable[[Path], object]] = {}
    if "glb" in kinds or "blender" in kinds:
        from verhm.face.exchange.glb import write_glb  # nothing else needs what it loads

        writers["face.glb"] = partial(write_glb, face, morphs)
    if "obj" in kinds:
        refuse_large_sequence(face, morphs)
        writers["obj"] = partial(write_obj_sequence, face, morphs, progress=progress)
    if "npy" in kinds:
        writers["morphs.npy"] = partial(write_morphs_npy, morphs)
    if "blender" in kinds:
        writers["face-blender.py"] = partial(write_blender_script, "face.glb", morphs=morphs)
    return writers


def remove_exports(folder: Path) -> None:
    """Remove what earlier calls wrote into a results folder."""
    for name in ("face.glb", "morphs.npy", "morphs.json", HEAD, "face-blender.py"):
        (folder / name).unlink(missing_ok=True)
    remove_obj_sequence(folder / "obj")
