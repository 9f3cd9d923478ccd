"""What lies in a glTF document."""

import numpy as np
import pygltflib as gltf

COMPONENTS = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
COLUMNS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
HEAD = ("skin", "teeth", "gums", "tongue", "lashes")


def stored(document, view: int, component: int, shape: tuple) -> np.ndarray:
    start = document.bufferViews[view].byteOffset or 0
    kind, count = np.dtype(COMPONENTS[component]), int(np.prod(shape))
    return np.frombuffer(document.binary_blob(), kind, count, start).reshape(shape)


def values(document, index: int) -> np.ndarray:
    """(N, C) of an accessor, sparse or not."""
    accessor = document.accessors[index]
    shape = (accessor.count, COLUMNS[accessor.type])
    if accessor.bufferView is not None:
        return stored(document, accessor.bufferView, accessor.componentType, shape)
    dense = np.zeros(shape, np.float32)
    if sparse := accessor.sparse:
        kind = sparse.indices.componentType
        rows = stored(document, sparse.indices.bufferView, kind, (sparse.count,))
        shape = (sparse.count, shape[1])
        dense[rows] = stored(document, sparse.values.bufferView, gltf.FLOAT, shape)
    return dense


def node(document, name: str):
    return next(node for node in document.nodes if node.name == name)


def primitive(document, name: str):
    return document.meshes[node(document, name).mesh].primitives[0]


def channel(document, name: str) -> np.ndarray:
    """What the animation gives a node, frame by frame."""
    (animation,) = document.animations
    (found,) = (
        channel
        for channel in animation.channels
        if document.nodes[channel.target.node].name == name
    )
    sampler = animation.samplers[found.sampler]
    assert sampler.interpolation == "LINEAR"
    return values(document, sampler.output)


def corners(face, names) -> np.ndarray:
    return np.unique(np.concatenate([face.triangles[face.parts[name].triangles] for name in names]))
