"""FACEGOOD's facial motion capture: seven Mandarin recordings of one speaker with rig curves.

https://github.com/FACEGOOD/FACEGOOD-Audio2Face, MIT. The curves are values of the maker's own rig
in [0, 1], 116 channels at 30 frames per second; about twenty of them move, nearly all of the mouth.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verhm.labels import MORPHS

FRAME_RATE = 30.0  # Hz of the curves
TRAINING = ("1114_2_01", "1114_2_02", "1114_2_03", "1114_2_04", "1114_3_15")
VALIDATION = ("1114_2_05", "1114_3_16")

# Rig channel -> (ARKit morph, weight); a morph is the sum of what reaches it, cut at 1. Read off
# the channels' names, which follow FACS ("mouth stretch" is its action unit 27, the dropped jaw),
# and off when they move: mouth_stretch_c follows the voice's energy (r = 0.6 to 0.76). Of a rig's
# four funnel corners each stands for a quarter. Left out: channels that never leave 0.05, and
# tooth_d_d, which moves the teeth inside the mouth and has no ARKit morph.
MAPPING = {
    "mouth_stretch_c": (("jawOpen", 1.0),),
    "mouth_oh_c": (("jawOpen", 0.25), ("mouthFunnel", 0.5)),
    "mouth_oo_c": (("mouthPucker", 0.8), ("mouthFunnel", 0.2)),
    "mouth_funnel_dl": (("mouthFunnel", 0.25),),
    "mouth_funnel_dr": (("mouthFunnel", 0.25),),
    "mouth_funnel_ul": (("mouthFunnel", 0.25),),
    "mouth_funnel_ur": (("mouthFunnel", 0.25),),
    "mouth_pucker_l": (("mouthPucker", 0.5),),
    "mouth_pucker_r": (("mouthPucker", 0.5),),
    "mouth_lowerLipDepress_l": (("mouthLowerDownLeft", 1.0),),
    "mouth_lowerLipDepress_r": (("mouthLowerDownRight", 1.0),),
    "mouth_upperLipRaise_l": (("mouthUpperUpLeft", 1.0),),
    "mouth_upperLipRaise_r": (("mouthUpperUpRight", 1.0),),
    "mouth_suck_dl": (("mouthRollLower", 0.5),),
    "mouth_suck_dr": (("mouthRollLower", 0.5),),
    "mouth_suck_ul": (("mouthRollUpper", 0.5),),
    "mouth_suck_ur": (("mouthRollUpper", 0.5),),
    "mouth_press_l": (("mouthPressLeft", 1.0),),
    "mouth_press_r": (("mouthPressRight", 1.0),),
    "mouth_lipCornerPull_l": (("mouthSmileLeft", 1.0),),
    "mouth_lipCornerPull_r": (("mouthSmileRight", 1.0),),
    "mouth_lipStretch_l": (("mouthStretchLeft", 1.0),),
    "mouth_lipStretch_r": (("mouthStretchRight", 1.0),),
    "mouth_chinRaise_u": (("mouthShrugUpper", 1.0),),
}


@dataclass(frozen=True, eq=False)
class FaceClip:
    """One recording and its curves.

    Attributes:
        name: of the recording
        path: of its sound
        weights: (F, 52) ARKit morph weights in [0, 1] at 30 frames per second
    """

    name: str
    path: Path
    weights: np.ndarray


def read_facegood(folder: Path) -> list[FaceClip]:
    """All recordings, training ones first.

    Args:
        folder: with `bs_value_30fps.npz` and `wav/`
    """
    with np.load(folder / "bs_value_30fps.npz") as archive:
        channels = [str(name) for name in archive["bs_names"]]
        return [
            FaceClip(name, folder / "wav" / f"{name}.flac", to_arkit(archive[name], channels))
            for name in (*TRAINING, *VALIDATION)
        ]


def to_arkit(values: np.ndarray, channels: list[str]) -> np.ndarray:
    """Map rig values onto ARKit's morphs.

    Args:
        values: (F, C) rig values in [0, 1]
        channels: names of the C channels

    Returns:
        (F, 52) morph weights in [0, 1], in the order of `MORPHS`
    """
    weights = np.zeros((len(values), len(MORPHS)), dtype=np.float32)
    for channel, targets in MAPPING.items():
        for morph, share in targets:
            weights[:, MORPHS.index(morph)] += share * values[:, channels.index(channel)]
    return weights.clip(0.0, 1.0)
