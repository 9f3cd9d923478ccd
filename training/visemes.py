"""Teaching lips to meet, from speech whose sounds are known.

One captured speaker closes the lips too seldom in m, b and p to teach it for all voices. Speech of
other voices comes without a face, so a trained mouth shows it, and is corrected only where there
is no doubt: in these sounds the lips touch (viseme 1 of MPEG-4: Tekalp and Ostermann, Face and 2-D
mesh animation in MPEG-4, Signal Processing: Image Communication 15, 2000, table 4).
"""

import numpy as np
from torch import nn

from training.mouth import BILABIALS, MouthLesson, SpokenLesson, show
from training.synthesised_speech import Phoneme
from verhm.model.features import FRAME_RATE
from verhm.model.synthesizer import MOUTH_MORPHS

_CLOSED = {
    "mouthPressLeft": 0.1,
    "mouthPressRight": 0.1,
    "mouthRollLower": 0.15,
    "mouthRollUpper": 0.15,
}
_REACH = 0.05  # s; how far a closure is felt in the sounds around it


def teach_closures(network: nn.Module, lessons: list[SpokenLesson]) -> list[MouthLesson]:
    """What a mouth shows for speech, with lips that meet where they must.

    Args:
        network: a trained mouth, from content and emotion to (B, F, M') weights
        lessons: of speech whose sounds are known
    """
    return [
        MouthLesson(one.heard, close_lips(show(network, one.heard), one.phonemes))
        for one in lessons
    ]


def close_lips(mouth: np.ndarray, phonemes: tuple[Phoneme, ...]) -> np.ndarray:
    """Blend a mouth into closed lips around each m, b and p.

    The blend is the dominance of Cohen and Massaro (Modeling coarticulation in synthetic visual
    speech, 1993), with a Gaussian of the distance to the sound.

    Args:
        mouth: (F, M') weights of `MOUTH_MORPHS` in [0, 1], 50 frames per second
        phonemes: what is said when

    Returns:
        (F, M') weights in [0, 1], float32
    """
    times = np.arange(len(mouth)) / FRAME_RATE
    dominance = np.zeros(len(mouth))
    for phoneme in phonemes:
        if phoneme.symbol.startswith(BILABIALS):
            distance = np.maximum(phoneme.start - times, times - phoneme.end).clip(0.0)
            dominance = np.maximum(dominance, np.exp(-((distance / _REACH) ** 2)))
    closed = np.array([_CLOSED.get(name, 0.0) for name in MOUTH_MORPHS])
    share = dominance[:, None]
    return (mouth * (1 - share) + closed * share).astype(np.float32)
