"""Morph weights and the head's motion as NumPy arrays."""

import json
from pathlib import Path
from typing import Final

import numpy as np

from verhm.types import MorphSequence

HEAD: Final = "head.npy"
_TURNS: Final = ("bent down", "turned to the person's left", "tilted to the person's right")


def write_morphs_npy(morphs: MorphSequence, path: Path) -> None:
    """Write (F, M) float32 weights, and beside them the head and what arrays cannot say themselves.

    `head.npy` holds (F, 3) float32 radians. The JSON of the same name as the weights holds
    `frame_rate` (per second), `names` of the M columns, and the `head`'s file and columns.
    """
    np.save(path, morphs.weights.astype(np.float32), allow_pickle=False)
    np.save(path.with_name(HEAD), morphs.head.astype(np.float32), allow_pickle=False)
    about = {
        "frame_rate": morphs.frame_rate,
        "names": list(morphs.names),
        "head": {"file": HEAD, "names": _TURNS, "unit": "rad"},
    }
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
