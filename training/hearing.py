"""Speech as the tuned network hears it: what is said, and how."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from training.cache import Examples
from training.erasure import FittedErasure, fit_erasure
from training.mouth import Heard
from verhm.model.branch import EmotionBranch, merge
from verhm.model.network import NetworkSettings
from verhm.model.pooling import STATISTICS


@dataclass(frozen=True, eq=False)
class Listener:
    """The two branches above the trunk.

    Attributes:
        branch: tuned
        erasure: of the emotion from the content
    """

    branch: EmotionBranch
    erasure: FittedErasure

    @torch.inference_mode()
    def hear(self, frames: np.ndarray, speech: np.ndarray) -> Heard:
        """Take apart a stretch of speech.

        Args:
            frames: (F, D) of the trunk
            speech: (F,) bool, whether somebody speaks
        """
        values = torch.from_numpy(frames.astype(np.float32))[None]
        tokens = merge(values, torch.from_numpy(speech)[None])
        emotion = self.branch(tokens)[-1][0].numpy().astype(np.float16)
        return Heard(self.erasure(frames.astype(np.float32)).astype(np.float16), emotion)

    def hear_neutrally(self, frames: np.ndarray, speech: np.ndarray, neutral: np.ndarray) -> Heard:
        """The same words, as if they had been said neutrally.

        Args:
            frames: (F, D) of the trunk
            speech: (F,) bool
            neutral: (D,) emotion token
        """
        heard = self.hear(frames, speech)
        return replace(heard, emotion=np.broadcast_to(neutral, heard.emotion.shape))


def content_erasure(examples: Examples, settings: NetworkSettings) -> FittedErasure:
    """What to take out of the trunk's frames for a clip's mean not to tell its emotion.

    Args:
        examples: of the training speakers
        settings: which layers' statistics they hold
    """
    clips = examples.where(examples.is_original & ~examples.is_window)
    return fit_erasure(content_means(clips, settings), clips.labels)


def content_means(examples: Examples, settings: NetworkSettings) -> np.ndarray:
    """(N, D) mean of the trunk's frames of speech in each row."""
    width = settings.encoder.width
    start = settings.pooled.index(settings.trunk) * STATISTICS * width
    return examples.statistics[:, start : start + width]
