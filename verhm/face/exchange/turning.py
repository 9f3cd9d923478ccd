"""The head's motion for other programs: two joints, between which the neck bends as in videos."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pygltflib as gltf
from scipy.spatial.transform import Rotation

from verhm.face.exchange.container import Container
from verhm.face.exchange.meshes import METRE
from verhm.face.head import LARGEST, PIVOT, Neck, rotation

_WHOLE: Final = 255  # of a vertex's weights, which must add up to it


@dataclass(frozen=True, eq=False)
class Skin:
    """The joints of an exported head.

    Attributes:
        index: of the skin
        shoulders: node that keeps still and carries the head's
        head: node that turns
    """

    index: int
    shoulders: int
    head: int

    @classmethod
    def add(cls, container: Container, neck: Neck, carried: list[int]) -> Self:
        """Add joints that do not turn yet.

        Args:
            container: gets two nodes and the skin
            neck: begins at the joint of the shoulders
            carried: nodes that turn with the head as one piece; they are placed from PIVOT
        """
        pivot = (PIVOT * METRE).astype(float)
        base = np.array([0, neck.collar * float(METRE), 0])
        at = (pivot - base).tolist()
        head = container.node(gltf.Node(name="head joint", translation=at, children=carried))
        shoulders = container.node(
            gltf.Node(name="shoulders joint", translation=base.tolist(), children=[head])
        )
        back = np.tile(np.eye(4), (2, 1, 1))
        back[:, 3, :3] = -base, -pivot  # glTF writes matrices column by column
        skins = container.document.skins
        skins.append(
            gltf.Skin(
                name="neck",
                joints=[shoulders, head],
                skeleton=shoulders,
                inverseBindMatrices=container.samples(back.reshape(2, 16)),
            )
        )
        return cls(len(skins) - 1, shoulders, head)


def bind(container: Container, attributes: gltf.Attributes, share: np.ndarray) -> None:
    """Let vertices follow the head's joint by their (N,) shares, and the shoulders' by the rest."""
    follows = np.rint(_WHOLE * share).astype(np.uint8)
    joints, weights = np.zeros((2, len(share), 4), np.uint8)
    joints[:, 1] = follows > 0  # a joint without weight must be the first
    weights[:, 0], weights[:, 1] = _WHOLE - follows, follows
    attributes.JOINTS_0 = container.vertices(joints, are_indices=True)
    attributes.WEIGHTS_0 = container.vertices(weights)


def head_quaternions(head: np.ndarray) -> np.ndarray:
    """(F, 4) rotations x, y, z, w for (F, 3) radians, as far as a video shows them; w >= 0."""
    turns = np.array([rotation(angles) for angles in np.clip(head, -LARGEST, LARGEST)])
    return Rotation.from_matrix(turns).as_quat(canonical=True)
