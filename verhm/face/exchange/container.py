"""A glTF document and its bytes, built up accessor by accessor."""

from pathlib import Path
from typing import Final

import numpy as np
import pygltflib as gltf

_COMPONENTS: Final = {
    np.dtype(np.uint8): gltf.UNSIGNED_BYTE,
    np.dtype(np.uint16): gltf.UNSIGNED_SHORT,
    np.dtype(np.uint32): gltf.UNSIGNED_INT,
    np.dtype(np.float32): gltf.FLOAT,
}
_TYPES: Final = {1: gltf.SCALAR, 2: gltf.VEC2, 3: gltf.VEC3, 4: gltf.VEC4, 16: gltf.MAT4}


class Container:
    """A document whose arrays lie in one buffer.

    Attributes:
        document: everything but the arrays
    """

    def __init__(self, asset: gltf.Asset) -> None:
        self.document = gltf.GLTF2(asset=asset)
        self._bytes = bytearray()

    def view(self, data: bytes, target: int | None = None) -> int:
        """Put bytes into the buffer; pygltflib moves them to borders of four when it writes."""
        views = self.document.bufferViews
        start, length = len(self._bytes), len(data)
        views.append(gltf.BufferView(buffer=0, byteOffset=start, byteLength=length, target=target))
        self._bytes.extend(data)
        return len(views) - 1

    def vertices(
        self, values: np.ndarray, has_bounds: bool = False, are_indices: bool = False
    ) -> int:
        """Put in (N, C) attributes; bytes that are no indices stand for [0, 1]."""
        values = np.ascontiguousarray(values)
        accessor = _accessor(values, has_bounds)
        accessor.normalized = values.dtype == np.uint8 and not are_indices
        accessor.bufferView = self.view(values.tobytes(), gltf.ARRAY_BUFFER)
        return self._append(accessor)

    def triangles(self, triangles: np.ndarray) -> int:
        """Put in (T, 3) indices."""
        indices = _narrow(triangles.ravel())
        accessor = _accessor(indices)
        accessor.bufferView = self.view(indices.tobytes(), gltf.ELEMENT_ARRAY_BUFFER)
        return self._append(accessor)

    def samples(self, values: np.ndarray, has_bounds: bool = False) -> int:
        """Put in (N,) or (N, C) values of an animation, or matrices of 16."""
        values = np.ascontiguousarray(values, np.float32)
        accessor = _accessor(values, has_bounds)
        accessor.bufferView = self.view(values.tobytes())
        return self._append(accessor)

    def offsets(self, offsets: np.ndarray, has_bounds: bool = False) -> int:
        """Put in (N, 3) offsets of which most are 0: only the others are stored."""
        offsets = np.ascontiguousarray(offsets, np.float32)
        accessor = _accessor(offsets, has_bounds)
        rows = np.flatnonzero(offsets.any(axis=1))
        if len(rows):  # without anything stored all are 0
            indices = _narrow(rows, len(offsets))
            accessor.sparse = gltf.Sparse(
                count=len(rows),
                indices=gltf.AccessorSparseIndices(
                    bufferView=self.view(indices.tobytes()),
                    componentType=_COMPONENTS[indices.dtype],
                ),
                values=gltf.AccessorSparseValues(bufferView=self.view(offsets[rows].tobytes())),
            )
        return self._append(accessor)

    def node(self, node: gltf.Node) -> int:
        """Add a node."""
        self.document.nodes.append(node)
        return len(self.document.nodes) - 1

    def mesh(self, mesh: gltf.Mesh) -> int:
        """Add a mesh."""
        self.document.meshes.append(mesh)
        return len(self.document.meshes) - 1

    def write(self, path: Path) -> None:
        """Write a GLB."""
        self.document.buffers = [gltf.Buffer(byteLength=len(self._bytes))]
        self.document.set_binary_blob(bytes(self._bytes))
        self.document.save_binary(path)

    def _append(self, accessor: gltf.Accessor) -> int:
        self.document.accessors.append(accessor)
        return len(self.document.accessors) - 1


def _accessor(values: np.ndarray, has_bounds: bool = False) -> gltf.Accessor:
    columns = values.reshape(len(values), -1)
    return gltf.Accessor(
        byteOffset=None,
        componentType=_COMPONENTS[values.dtype],
        count=len(values),
        type=_TYPES[columns.shape[1]],
        min=columns.min(axis=0).tolist() if has_bounds else [],
        max=columns.max(axis=0).tolist() if has_bounds else [],
    )


def _narrow(indices: np.ndarray, count: int | None = None) -> np.ndarray:
    """In 16 bits where all `count` indices fit; the last value is reserved."""
    count = int(indices.max()) + 1 if count is None else count
    return indices.astype(np.uint16 if count < 65_536 else np.uint32)
