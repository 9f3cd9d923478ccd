"""What the face heads are taught."""

from pathlib import Path

import numpy as np

from training.corpora.clip import Clip
from training.corpora.facegood import FRAME_RATE as CURVE_RATE
from training.corpora.ravdess import read_action_units
from verhm.model.expression import ACTION_UNITS
from verhm.model.features import FRAME_RATE
from verhm.model.synthesizer import MOUTH_COLUMNS


def action_unit_offsets(path: Path, clips: tuple[Clip, ...]) -> np.ndarray:
    """How far each clip's face moved from the same actor's neutral.

    Faces differ at rest more than most expressions move them, so absolute intensities would
    mostly tell the actor.

    Args:
        path: of the table of action units
        clips: of RAVDESS

    Returns:
        (C, A) OpenFace intensities above the actor's mean over neutral clips
    """
    names, table = read_action_units(path)
    columns = [names.index(unit) for unit in ACTION_UNITS]
    values = np.array([table[clip.name][columns] for clip in clips])
    speakers = np.array([clip.speaker for clip in clips])
    is_neutral = np.array([clip.emotion == "neutral" for clip in clips])
    rest = {name: values[(speakers == name) & is_neutral].mean(axis=0) for name in set(speakers)}
    return values - np.array([rest[name] for name in speakers])


def mouth_targets(weights: np.ndarray, speed: float, frames: int) -> np.ndarray:
    """Place curves on the encoder's frames.

    Args:
        weights: (F', 52) at 30 frames per second
        speed: of the copy of the recording that the frames are of
        frames: F

    Returns:
        (F, M') mouth weights at the encoder's 50 frames per second
    """
    times, known = np.arange(frames) / FRAME_RATE * speed, np.arange(len(weights)) / CURVE_RATE
    return np.stack(
        [np.interp(times, known, weights[:, column]) for column in MOUTH_COLUMNS], axis=1
    ).astype(np.float32)
