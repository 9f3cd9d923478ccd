"""The base mesh shaped to one identity, with morphs that fit it."""

from dataclasses import dataclass

import numpy as np

from training.face.identity import Identity, shape
from training.face.source import AnnyData, BaseMesh
from training.face.transfer import carry_morphs
from verhm.labels import MORPHS

EYES = ("helper-l-eye", "helper-r-eye")


@dataclass(frozen=True, eq=False)
class Sculpture:
    """An identity's base mesh.

    Attributes:
        identity: who it is
        positions: (V, 3) neutral, its eyes where all identities' are
        morphs: (M, V, 3)
    """

    identity: Identity
    positions: np.ndarray
    morphs: np.ndarray


def sculpt(data: AnnyData, mesh: BaseMesh, identities: tuple[Identity, ...]) -> list[Sculpture]:
    """Shape the base mesh to each identity; the morphs were made for one like the first."""
    morphs = data.morphs(len(mesh.positions))
    first = identities[0]
    usual = shape(data, mesh.positions, first) + lean(first, morphs)
    made = [Sculpture(first, usual, morphs)]
    eyes = np.unique(np.concatenate([mesh.quads[name] for name in EYES]))
    for identity in identities[1:]:
        bare = shape(data, mesh.positions, identity)
        positions = bare + lean(identity, morphs)
        # People differ in height; their pictures are taken with the eyes at one height.
        positions += usual[eyes].mean(axis=0) - positions[eyes].mean(axis=0)
        made.append(Sculpture(identity, positions, carry_morphs(morphs, usual, positions)))
    return made


def lean(identity: Identity, morphs: np.ndarray) -> np.ndarray:
    """(V, 3) what an identity's neutral face has of the morphs."""
    weights = np.array([identity.bias.get(name, 0.0) for name in MORPHS])
    return np.einsum("m,mvc->vc", weights, morphs)
