"""How the demonstration's face moves: the mouth as the voice is loud, the expression as posed."""

import numpy as np

from verhm.face.motion import compose
from verhm.labels import MORPHS
from verhm.settings import AnalysisSettings
from verhm.types import Acoustics, EmotionTimeline, MorphSequence, SpeechActivity

_QUIET, _LOUD = -45.0, -20.0  # dBFS between which the mouth opens
_OPENING = {"jawOpen": 0.45, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3}

# Posed after the prototypes of Ekman & Friesen (Facial Action Coding System, 1978).
_POSES = {
    "neutral": {},
    "calm": {
        "mouthSmileLeft": 0.12,
        "mouthSmileRight": 0.12,
        "eyeSquintLeft": 0.1,
        "eyeSquintRight": 0.1,
    },
    "happy": {
        "mouthSmileLeft": 0.7,
        "mouthSmileRight": 0.7,
        "cheekSquintLeft": 0.5,
        "cheekSquintRight": 0.5,
    },
    "sad": {
        "browInnerUp": 0.7,
        "mouthFrownLeft": 0.6,
        "mouthFrownRight": 0.6,
        "mouthShrugLower": 0.3,
    },
    "angry": {
        "browDownLeft": 0.8,
        "browDownRight": 0.8,
        "mouthPressLeft": 0.4,
        "mouthPressRight": 0.4,
        "noseSneerLeft": 0.3,
        "noseSneerRight": 0.3,
    },
    "fearful": {
        "browInnerUp": 0.6,
        "browOuterUpLeft": 0.3,
        "browOuterUpRight": 0.3,
        "eyeWideLeft": 0.6,
        "eyeWideRight": 0.6,
        "mouthStretchLeft": 0.5,
        "mouthStretchRight": 0.5,
    },
    "disgust": {
        "noseSneerLeft": 0.7,
        "noseSneerRight": 0.7,
        "mouthUpperUpLeft": 0.4,
        "mouthUpperUpRight": 0.4,
    },
    "surprised": {
        "browInnerUp": 0.7,
        "browOuterUpLeft": 0.7,
        "browOuterUpRight": 0.7,
        "eyeWideLeft": 0.6,
        "eyeWideRight": 0.6,
        "jawOpen": 0.25,
    },
}


def morphs_for(
    duration: float,
    timeline: EmotionTimeline,
    activity: SpeechActivity,
    acoustics: Acoustics,
    settings: AnalysisSettings,
) -> MorphSequence:
    """A face for made-up probabilities: each window's poses, as likely as they are."""
    poses = np.array([_weights(_POSES[label]) for label in timeline.labels])
    times = np.arange(round(duration * settings.frame_rate)) / settings.frame_rate
    opening = np.interp(times, acoustics.times, acoustics.loudness)
    opening = np.clip((opening - _QUIET) / (_LOUD - _QUIET), 0.0, 1.0)
    mouth = opening[:, None] * _weights(_OPENING)[None, :]
    return compose(mouth, timeline.probabilities @ poses, timeline, activity, settings, acoustics)


def _weights(named: dict[str, float]) -> np.ndarray:
    """(M,) morph weights."""
    weights = np.zeros(len(MORPHS))
    for name, weight in named.items():
        weights[MORPHS.index(name)] = weight
    return weights
