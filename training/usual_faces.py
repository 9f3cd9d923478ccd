"""How strongly actors' faces move in each emotion, of which the limits of a face are made.

`python -m training.usual_faces --data FOLDER` prints the tables `FULL_STRENGTH`, `LEAST` and `MOST`
of `verhm.model.expression`, to be written there.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from training.corpora.ravdess import read_ravdess
from training.targets import action_unit_offsets
from training.train import ACTION_UNITS as TABLE
from verhm.labels import EMOTIONS
from verhm.model.expression import ACTION_UNITS

_FULL: Final = 98  # percent of clips that are weaker
_LEAST_FULL: Final = 0.15  # of a muscle that hardly moves in any clip
_MIDDLE: Final = (25, 75)  # percent


@dataclass(frozen=True, eq=False)
class UsualFaces:
    """What is usual, for A action units and K emotions.

    Attributes:
        full_strength: (A,) intensity above neutral that counts as full strength
        least: (K, A) lower quartile in that unit, at most 0
        most: (K, A) upper quartile in that unit, at least 0
    """

    full_strength: np.ndarray
    least: np.ndarray
    most: np.ndarray


def usual_faces(offsets: np.ndarray, emotions: Sequence[str]) -> UsualFaces:
    """Tell what is usual in each emotion.

    Args:
        offsets: (C, A) intensities of clips above the same actor's neutral
        emotions: (C,) of the clips
    """
    full = np.maximum(np.percentile(offsets, _FULL, axis=0), _LEAST_FULL).round(2)
    told = np.array(emotions)
    quartiles = np.array(
        [np.percentile(offsets[told == each] / full, _MIDDLE, axis=0) for each in EMOTIONS]
    )
    return UsualFaces(full, quartiles[:, 0].clip(max=0.0), quartiles[:, 1].clip(min=0.0))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m training.usual_faces")
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    data = parser.parse_args().data
    clips = tuple(read_ravdess(data / "ravdess"))
    usual = usual_faces(action_unit_offsets(data / TABLE, clips), [clip.emotion for clip in clips])
    for name in ("full_strength", "least", "most"):
        print(f"{name.upper()}:")
        for unit, row in zip(ACTION_UNITS, getattr(usual, name).T, strict=True):
            print(f"  {unit}  " + " ".join(f"{each:5.2f}" for each in np.atleast_1d(row)))


if __name__ == "__main__":
    main()
