"""From encoder frames to emotions: what a window sounds like, and which emotion that is."""

import torch
from torch import nn

STATISTICS = 2  # mean, deviation
_FEWEST = 12  # frames of speech (0.24 s); with fewer, the whole window is described


def pool(frames: torch.Tensor, speech: torch.Tensor) -> torch.Tensor:
    """Describe each window by its frames of speech.

    Pauses say more about the recording than about the voice, so they are left out; a window
    (nearly) without speech is described whole, for want of anything else.

    Args:
        frames: (N, F, D) encoder frames of N windows
        speech: (N, F) bool, whether somebody speaks

    Returns:
        (N, 2 D) mean and standard deviation over time
    """
    is_enough = speech.sum(dim=1, keepdim=True) >= _FEWEST
    used = (speech | ~is_enough).unsqueeze(-1)
    count = used.sum(dim=1)
    mean = (frames * used).sum(dim=1) / count
    variance = ((frames - mean.unsqueeze(1)).square() * used).sum(dim=1) / count
    return torch.cat([mean, variance.sqrt()], dim=-1)


class EmotionClassifier(nn.Module):
    """Pooled statistics of several encoder layers to an emotion embedding and emotion logits.

    Args:
        features: D, statistics per window
        embedding: E, size of the emotion embedding
        emotions: K
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, features: int, embedding: int, emotions: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.embed = nn.Linear(features, embedding)
        self.classify = nn.Linear(embedding, emotions)

    def forward(
        self, statistics: torch.Tensor, usual: torch.Tensor | float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Embed windows, and classify what is unusual about them.

        Args:
            statistics: (N, D)
            usual: (E,) embedding of the speaker, see `verhm.model.baseline`; 0 is that of all
                voices

        Returns:
            (N, E) embedding, in which the speaker still is, and (N, K) logits
        """
        embedding = self.embed((statistics - self.mean) / self.scale)
        return embedding, self.classify(embedding - usual)
