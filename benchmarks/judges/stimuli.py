"""The faces that are shown to the judges."""

from typing import Final

import numpy as np
import torch

from benchmarks.face_sheet import VISEMES, morph_weights, sure_expressions
from verhm.face.motion import close_lids, join
from verhm.labels import EMOTIONS, MORPHS
from verhm.model.checkpoint import load
from verhm.model.expression import express

# What is swept, and the muscle that pulls against it.
SWEPT: Final = {
    **{"jawOpen": "mouthPress", "mouthSmile": "mouthFrown"},
    **{"browInnerUp": "browDown", "eyeBlink": "eyeWide"},
}
STEPS: Final = 9
MIXTURES: Final = 40
_SEED: Final = 0


def prototypes(strength: float) -> np.ndarray:
    """(K, M) each emotion by its prototype alone, in a pause of speech."""
    return silent((sure_expressions() * strength).clip(0, 1))


def silent(expressions: np.ndarray) -> np.ndarray:
    """(K, M) expressions on a face that says nothing."""
    return join(np.zeros_like(expressions), expressions, np.zeros((len(expressions), 1)))


def measured() -> np.ndarray:
    """(K, M) each emotion as the shipped model shows it for a sure finding in an average voice.

    To the prototype comes what the model expects an actor's face to do.
    """
    network, sure = load(device="cpu").network, np.eye(len(EMOTIONS))
    with torch.inference_mode():
        average = torch.zeros(len(EMOTIONS), network.expression.components)
        units = network.expression(average, torch.from_numpy(sure).float())
    return express(units.numpy(), sure)


def speaking(expressions: np.ndarray) -> np.ndarray:
    """(V, K, M) each expression on a mouth that says each viseme."""
    talking = np.ones((len(expressions), 1))
    return np.stack(
        [join(np.tile(mouth, (len(expressions), 1)), expressions, talking) for mouth in _mouths()]
    )


def sweep(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(S, M) a morph alone over its whole range, and (S,) its weights."""
    shares = np.linspace(0, 1, STEPS)
    return np.stack([morph_weights({name: share}) for share in shares]), shares


def mixtures(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(N, M) a morph over its range on faces as the app may show them, and (N,) its weights.

    Each face blends two emotions at any strength on a viseme said at any strength, blinks in one
    of four, and has the morph at a weight drawn evenly from its range in place of what it had.
    What pulls against the morph is no stronger than that leaves room for: both at full strength
    are not seen on people, and show as neither.
    """
    rng = np.random.default_rng([_SEED, list(SWEPT).index(name)])
    mouths = _mouths()
    shares = np.zeros((MIXTURES, len(EMOTIONS)))
    for row in shares:
        row[rng.choice(len(EMOTIONS), 2, replace=False)] = rng.dirichlet([1, 1])
    feeling = shares @ sure_expressions() * rng.uniform(0, 1, (MIXTURES, 1))
    speech = mouths[rng.integers(len(mouths), size=MIXTURES)] * rng.uniform(0, 1, (MIXTURES, 1))
    lids = np.where(rng.random((MIXTURES, 1)) < 0.25, rng.uniform(0, 1, (MIXTURES, 1)), 0.0)
    faces = close_lids(join(speech, feeling, np.ones((MIXTURES, 1))), lids)
    weights = rng.uniform(0, 1, MIXTURES)
    faces[:, _columns(name)] = weights[:, None]
    against = _columns(SWEPT[name])
    faces[:, against] = np.minimum(faces[:, against], 1 - weights[:, None])
    return faces, weights


def _columns(name: str) -> list[int]:
    """Of a morph on both sides."""
    return [column for column, morph in enumerate(MORPHS) if morph.startswith(name)]


def _mouths() -> np.ndarray:
    """(V, M) the visemes."""
    return np.stack([morph_weights(shape) for shape in VISEMES.values()])
