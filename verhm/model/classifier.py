"""From statistics of the trunk's layers to a part of the emotion embedding."""

import torch
from torch import nn


class StatisticsEmbedding(nn.Module):
    """Pooled statistics of several encoder layers to their principal components.

    Args:
        features: S, statistics per window
        embedding: E
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, features: int, embedding: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.embed = nn.Linear(features, embedding, bias=False)

    def forward(self, statistics: torch.Tensor) -> torch.Tensor:
        """(N, S) to (N, E), whose axes have mean 0 and variance 1 over the training windows."""
        return self.embed((statistics - self.mean) / self.scale)
