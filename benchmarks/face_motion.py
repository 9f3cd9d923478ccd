"""A minute of face as the app composes it: all emotions, every mouth shape, pauses, blinks."""

from typing import Final

import numpy as np

from benchmarks.face_sheet import VISEMES, morph_weights
from verhm.face.motion import compose
from verhm.labels import EMOTIONS, MORPHS
from verhm.settings import AnalysisSettings
from verhm.types import EmotionTimeline, MorphSequence, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

# Textbook faces (Ekman, Friesen & Hager, Facial Action Coding System, 2002), as strong as they get.
FACES: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "calm": {"mouthSmile": 0.25, "eyeBlink": 0.18, "eyeSquint": 0.1, "mouthDimple": 0.1},
    "happy": {
        "mouthSmile": 1.0,
        "cheekSquint": 1.0,
        "eyeSquint": 0.4,
        "mouthUpperUp": 0.5,
        "mouthLowerDown": 0.3,
        "jawOpen": 0.15,
    },
    "sad": {
        "browInnerUp": 1.0,
        "browDown": 0.25,
        "mouthFrown": 1.0,
        "mouthShrugLower": 0.5,
        "eyeBlink": 0.25,
        "eyeLookDown": 0.3,
    },
    "angry": {
        "browDown": 1.0,
        "noseSneer": 0.5,
        "eyeSquint": 0.4,
        "eyeWide": 0.4,
        "mouthPress": 0.6,
        "mouthFrown": 0.6,
        "mouthRollLower": 0.4,
        "jawForward": 0.3,
    },
    "fearful": {
        "browInnerUp": 1.0,
        "browOuterUp": 0.5,
        "eyeWide": 1.0,
        "mouthStretch": 1.0,
        "mouthLowerDown": 0.5,
        "jawOpen": 0.2,
    },
    "disgust": {
        "noseSneer": 1.0,
        "mouthUpperUp": 0.8,
        "browDown": 0.6,
        "cheekSquint": 0.6,
        "eyeSquint": 0.5,
        "mouthFrown": 0.5,
    },
    "surprised": {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "jawOpen": 0.6},
}
SOUND = 0.13  # s, mean length of a speech sound
STAY = 3.5  # s that an emotion lasts
PAUSE_EVERY, PAUSE = 6.0, 0.9  # s


def speaking_through_emotions(seconds: float = 60.0, seed: int = 0) -> MorphSequence:
    """Someone who speaks, feels one emotion after the other at full strength, pauses and blinks."""
    settings, rng = AnalysisSettings(seed=seed), np.random.default_rng(seed)
    times = np.arange(round(seconds * settings.frame_rate)) / settings.frame_rate
    starts, ends = window_bounds(seconds, settings.window, settings.hop)
    order = rng.permutation(np.tile(np.arange(len(EMOTIONS)), 1 + int(seconds / STAY / 8)))
    which = order[((starts + ends) / 2 / STAY).astype(int)]
    faces = np.stack([morph_weights(FACES[str(name)]) for name in EMOTIONS])
    probabilities = np.full((len(starts), len(EMOTIONS)), 0.02)
    probabilities[np.arange(len(starts)), which] = 1 - 0.02 * (len(EMOTIONS) - 1)
    timeline = EmotionTimeline(starts, ends, probabilities, (WindowStatus.OK,) * len(starts))
    pauses = np.arange(PAUSE_EVERY, seconds, PAUSE_EVERY)
    spans = np.column_stack([np.concatenate([[0.0], pauses + PAUSE]), np.append(pauses, seconds)])
    activity = SpeechActivity(spans[spans[:, 1] > spans[:, 0]])
    return compose(_mouth(times, rng), faces[which], timeline, activity, settings)


def _mouth(times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(F, M) one mouth shape after the other, each reached as fast as speech goes."""
    ends = np.cumsum(rng.gamma(16.0, SOUND / 16.0, int(2 * times[-1] / SOUND) + 4))
    shapes = np.stack([morph_weights(shape) for shape in VISEMES.values()])
    said = shapes[rng.integers(0, len(shapes), len(ends))]
    return np.stack(
        [np.interp(times, ends, said[:, column]) for column in range(len(MORPHS))], axis=1
    )
