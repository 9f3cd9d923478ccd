"""Morph weights as a NumPy array."""

import json
from pathlib import Path

import numpy as np

from verhm.types import MorphSequence


def write_morphs_npy(morphs: MorphSequence, path: Path) -> None:
    """Write (F, M) float32 weights, and beside them what the array cannot say of itself.

    The JSON of the same name holds `frame_rate` (per second) and `names` of the M columns.
    """
    np.save(path, morphs.weights.astype(np.float32), allow_pickle=False)
    about = {"frame_rate": morphs.frame_rate, "names": list(morphs.names)}
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
