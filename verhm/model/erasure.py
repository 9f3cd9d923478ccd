"""Taking out of a vector what a linear reader could learn from it about a concept."""

import torch
from torch import nn


class Erasure(nn.Module):
    """Closed-form linear erasure.

    x - A B (x - mean) leaves no linear trace of the concept and changes x as little as any map
    that does (LEACE: Belrose et al. 2023, doi:10.48550/arXiv.2306.03819, theorem 4.3). A reader
    that is not linear may still find some.

    Args:
        width: D, of the vectors
        rank: of what is taken out: one less than the concept has values
    """

    mean: torch.Tensor
    reader: torch.Tensor
    writer: torch.Tensor

    def __init__(self, width: int, rank: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("reader", torch.zeros(rank, width))
        self.register_buffer("writer", torch.zeros(width, rank))

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """(…, D) vectors to (…, D) without the concept."""
        return vectors - (vectors - self.mean) @ self.reader.T @ self.writer.T
