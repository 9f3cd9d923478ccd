"""How far two moving faces lie apart, vertex by vertex, in millimetres of the shipped face.

`python -m training.vertices TRUTH.csv FOUND.csv` compares two `morphs.csv` in the columns of Live
Link Face, frame by frame: what was captured with what a voice was made into.

All errors are of Euclidean distances, so that they are in mm. Published code often squares them
(mm²), and every rig and mask is another one: compare figures only if all three are the same.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.face.masks import Masks, read_masks
from verhm.errors import RequestError
from verhm.face.rig import FaceModel, load_face
from verhm.labels import MORPHS

_MILLIMETRES: Final = 100.0  # of the rig's lengths, which are decimetres
_FRAMES_AT_ONCE: Final = 100  # about 50 MB of vertices


@dataclass(frozen=True)
class VertexErrors:
    """How far a face is from the true one, in mm; 0 for equal faces.

    Attributes:
        lve: lip vertex error, mean over frames of the largest distance of a lip vertex (Richard et
            al. 2021, MeshTalk, doi:10.48550/arXiv.2104.08223)
        eve: emotional vertex error, the same of the upper face (Peng et al. 2023, EmoTalk,
            doi:10.48550/arXiv.2303.11089)
        fdd: upper-face dynamics deviation (Xing et al. 2023, CodeTalker,
            doi:10.48550/arXiv.2301.02379); above 0 the true upper face is the livelier one
        lae: lip average error, mean over frames and lip vertices of the distance
    """

    lve: float
    eve: float
    fdd: float
    lae: float


def largest_error(truth: np.ndarray, found: np.ndarray) -> float:
    """Mean over frames of the largest distance: the LVE of lips, the EVE of an upper face.

    Args:
        truth: (F, V, 3) positions
        found: (F, V, 3), in the same unit
    """
    return float(np.linalg.norm(truth - found, axis=2).max(axis=1).mean())


def average_error(truth: np.ndarray, found: np.ndarray) -> float:
    """Mean over frames and vertices of the distance: the LAE of lips.

    Args:
        truth: (F, V, 3) positions
        found: (F, V, 3), in the same unit
    """
    return float(np.linalg.norm(truth - found, axis=2).mean())


def dynamics_deviation(truth: np.ndarray, found: np.ndarray) -> float:
    """Mean over vertices of σ(‖truth‖) - σ(‖found‖), σ over time: the FDD of an upper face.

    Args:
        truth: (F, V, 3) motion, which is the position less that in the neutral face
        found: (F, V, 3), in the same unit
    """
    return _livelier(np.array([_moments(motion) for motion in (truth, found)]))


def vertex_errors(
    face: FaceModel,
    masks: Masks,
    truth: np.ndarray,
    found: np.ndarray,
    at_once: int = _FRAMES_AT_ONCE,
) -> VertexErrors:
    """Show two sequences on a face and compare them, however long they are in bounded memory.

    Args:
        face: to show them on
        masks: of that face
        truth: (F, M) morph weights, F at least 1
        found: (F, M)
        at_once: frames

    Raises:
        ValueError: the sequences have no frames, or not equally many
    """
    if not len(truth) == len(found) > 0:
        raise ValueError(f"{len(truth)} and {len(found)} frames cannot be compared")
    lve = eve = lae = 0.0
    moments = np.zeros((2, 2, len(masks.upper_face)))  # of truth and found: mean, mean square
    for start in range(0, len(truth), at_once):
        part = [weights[start : start + at_once] for weights in (truth, found)]
        share = len(part[0]) / len(truth)
        lips = [move(face, masks.lips, weights) for weights in part]
        upper = [move(face, masks.upper_face, weights) for weights in part]
        lve += share * largest_error(*lips)
        eve += share * largest_error(*upper)
        lae += share * average_error(*lips)
        moments += share * np.array([_moments(motion) for motion in upper])
    return VertexErrors(lve, eve, _livelier(moments), lae)


def move(face: FaceModel, vertices: tuple[int, ...], weights: np.ndarray) -> np.ndarray:
    """How far morphs move vertices from where they are in the neutral face.

    Args:
        face: whose
        vertices: N of those that a morph moves; none of an eyeball
        weights: (F, M)

    Returns:
        (F, N, 3) mm
    """
    rows = 3 * np.searchsorted(face.moving, vertices)[:, None] + np.arange(3)
    motion = weights.astype(float) @ face.offsets[rows.ravel()].toarray().T
    return _MILLIMETRES * motion.reshape(len(weights), len(vertices), 3)


def _moments(motion: np.ndarray) -> np.ndarray:
    """(2, V) mean over time of each vertex's distance from neutral, and of its square."""
    distance = np.linalg.norm(motion, axis=2)
    return np.array([distance.mean(axis=0), np.square(distance).mean(axis=0)])


def _livelier(moments: np.ndarray) -> float:
    """Mean over vertices of how much more the first deviates over time; (2, 2, V) `_moments`."""
    mean, square = moments[:, 0], moments[:, 1]
    deviation = np.sqrt(np.maximum(square - mean**2, 0.0))  # rounding can go below 0
    return float((deviation[0] - deviation[1]).mean())


def read_morphs(path: Path) -> np.ndarray:
    """(F, M) weights of a CSV in the columns of Live Link Face; others than the morphs are ignored.

    Raises:
        RequestError: E70 when there is no such table, or it lacks a morph or a number
    """
    names = [name[0].upper() + name[1:] for name in MORPHS]
    try:
        weights = pd.read_csv(path, usecols=names)[names].to_numpy(float)
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error
    if not (len(weights) and np.isfinite(weights).all()):
        raise _unreadable(path)
    return weights


def _unreadable(path: Path) -> RequestError:
    return RequestError(
        "E70",
        f"{path} holds no morphs that can be read.",
        "Name a CSV with a column for each of the 52 morphs, as Live Link Face writes it.",
    )


def compare_files(truth: Path, found: Path) -> VertexErrors:
    """Compare two `morphs.csv` on the shipped face.

    Raises:
        RequestError: E70 when one cannot be read, E71 when one has more frames
    """
    sequences = read_morphs(truth), read_morphs(found)
    counts = [len(weights) for weights in sequences]
    if counts[0] != counts[1]:
        raise RequestError(
            "E71",
            f"The files have {counts[0]} and {counts[1]} frames.",
            "Give both the same frame rate, start and end.",
        )
    return vertex_errors(load_face(), read_masks(), *sequences)


def format_table(errors: VertexErrors, masks: Masks) -> str:
    """Each error with its unit, formula and mask."""
    lips, upper = f"{len(masks.lips)} lip vertices", f"{len(masks.upper_face)} of the upper face"
    rows = {
        "LVE": (errors.lve, f"mean over frames of max ‖x - y‖ over {lips}"),
        "LAE": (errors.lae, f"mean of ‖x - y‖ over frames and {lips}"),
        "EVE": (errors.eve, f"mean over frames of max ‖x - y‖ over {upper}"),
        "FDD": (errors.fdd, f"mean of σ(‖x - n‖) - σ(‖y - n‖), σ over time, over {upper}"),
    }
    lines = [f"{name}  {value:8.3f} mm  {formula}" for name, (value, formula) in rows.items()]
    return "\n".join([*lines, "x: true, y: found, n: neutral positions on the shipped face"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.vertices", description=__doc__)
    parser.add_argument("truth", type=Path, help="morphs.csv of what is right")
    parser.add_argument("found", type=Path, help="morphs.csv of what is judged")
    options = parser.parse_args()
    try:
        errors = compare_files(options.truth, options.found)
    except RequestError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    print(format_table(errors, read_masks()))


if __name__ == "__main__":
    main()
