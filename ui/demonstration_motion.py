"""How the demonstration's face moves: the mouth as the voice is loud, the expression as always."""

from typing import Final

import numpy as np

from verhm.face.motion import compose
from verhm.labels import MORPHS
from verhm.model.expression import ACTION_UNITS, express
from verhm.settings import AnalysisSettings
from verhm.types import Acoustics, EmotionTimeline, MorphSequence, SpeechActivity

_QUIET, _LOUD = -45.0, -20.0  # dBFS between which the mouth opens
_OPENING: Final = {"jawOpen": 0.45, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3}


def morphs_for(
    duration: float,
    timeline: EmotionTimeline,
    activity: SpeechActivity,
    acoustics: Acoustics,
    settings: AnalysisSettings,
) -> MorphSequence:
    """A face for made-up probabilities: the app's own expression of them, and a mouth that opens.

    No model has heard the voice, so only the prototypes of its emotions show, and nothing measured.
    """
    times = np.arange(round(duration * settings.frame_rate)) / settings.frame_rate
    opening = np.interp(times, acoustics.times, acoustics.loudness)
    opening = np.clip((opening - _QUIET) / (_LOUD - _QUIET), 0.0, 1.0)
    mouth = opening[:, None] * _weights(_OPENING)[None, :]
    nothing_measured = np.zeros((len(timeline), len(ACTION_UNITS)))
    expression = express(nothing_measured, timeline.probabilities)
    return compose(mouth, expression, timeline, activity, settings, acoustics)


def _weights(named: dict[str, float]) -> np.ndarray:
    """(M,) morph weights."""
    weights = np.zeros(len(MORPHS))
    for name, weight in named.items():
        weights[MORPHS.index(name)] = weight
    return weights
