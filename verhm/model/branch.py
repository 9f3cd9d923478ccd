"""The emotion branch: own transformer layers above the trunk, at a calmer pace than its frames."""

from dataclasses import dataclass

import torch
from torch import nn

from verhm.model.encoder import make_layers
from verhm.model.pooling import Windows

PACE = 2  # encoder frames in a token of 40 ms; at the frames' own pace it learned less
_REACH = 38  # tokens (1.5 s) to each side that a token looks at in each layer
_FEWEST = 6  # tokens of speech (0.24 s); with fewer, the whole window is described
_CALM = 10.0  # divides attention scores, so that pooling begins as a mean and leaves it slowly


@dataclass(frozen=True, eq=False)
class Tokens:
    """Encoder frames, merged by `PACE`.

    Attributes:
        values: (B, T, D)
        speech: (B, T) bool, whether somebody speaks
    """

    values: torch.Tensor
    speech: torch.Tensor


def merge(frames: torch.Tensor, speech: torch.Tensor) -> Tokens:
    """Merge neighbouring frames: the mean of those with speech, or of all where there is none.

    Args:
        frames: (B, F, D); an incomplete last token is made of what there is
        speech: (B, F) bool
    """
    missing = -frames.shape[1] % PACE
    exists = nn.functional.pad(torch.ones_like(speech), (0, missing))
    frames = nn.functional.pad(frames, (0, 0, 0, missing)).unflatten(1, (-1, PACE))
    spoken = nn.functional.pad(speech, (0, missing)).unflatten(1, (-1, PACE))
    has_speech = spoken.any(dim=-1, keepdim=True)
    used = torch.where(has_speech, spoken, exists.unflatten(1, (-1, PACE))).unsqueeze(-1)
    return Tokens((frames * used).sum(dim=2) / used.sum(dim=2), has_speech.squeeze(-1))


class EmotionBranch(nn.Module):
    """Tokens to emotion tokens, and windows of these to a part of the emotion embedding.

    Pauses say more about the recording than about the voice: no token looks at one but itself,
    and windows are pooled over speech. In each layer a token looks 1.5 s to each side, about what
    a training clip holds, so that a clip and the middle of an hour are heard much alike.

    Args:
        width: D, of the trunk's frames
        heads: of the attention
        layers: own transformer layers
        embedding: E, size of what a window becomes
        dropout: share of stochastic depth and of hidden features, in training
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(
        self, width: int, heads: int, layers: int, embedding: int, dropout: float = 0.1
    ) -> None:
        super().__init__()
        levels = layers + 1
        self.layers = make_layers(width, heads, layers)
        scores = [nn.Linear(width, 1) for _ in range(levels)]
        for score in scores:
            nn.init.zeros_(score.weight)
            nn.init.zeros_(score.bias)
        self.attention = nn.ModuleList(scores)
        self.weights = nn.Parameter(torch.ones(levels))
        self.register_buffer("mean", torch.zeros(2 * levels * width))
        self.register_buffer("scale", torch.ones(2 * levels * width))
        self.embed = nn.Linear(2 * levels * width, embedding)
        self.dropout = nn.Dropout(dropout)
        self.depth = dropout

    def forward(self, tokens: Tokens) -> list[torch.Tensor]:
        """B sequences to one (B, T, D) per level: the tokens themselves and each layer's output."""
        mask = _neighbours(tokens.speech)
        hidden = self.dropout(tokens.values)
        levels = [hidden]
        for layer in self.layers:
            change = layer(hidden, mask) - hidden
            hidden = hidden + self._survivors(change) * change
            levels.append(hidden)
        return levels

    def describe(
        self, levels: list[torch.Tensor], speech: torch.Tensor, windows: Windows
    ) -> torch.Tensor:
        """Pool each window by attention over its tokens of speech.

        Mean and deviation under the attention's weights (Okabe et al. 2018, "Attentive Statistics
        Pooling for Deep Speaker Embedding", doi:10.21437/Interspeech.2018-993, eq. 4 and 5), of
        every level, each with a weight that is learned.

        Returns:
            (N, S) statistics
        """
        spoken = windows.of(speech)
        used = spoken | (spoken.sum(dim=1, keepdim=True) < _FEWEST)
        parts = []
        for level, score, weight in zip(levels, self.attention, self.weights, strict=True):
            inside = windows.of(level)
            scores = (score(inside).squeeze(-1) / _CALM).float()
            share = scores.masked_fill(~used, -torch.inf).softmax(dim=1).unsqueeze(-1)
            mean = (inside * share).sum(dim=1)
            variance = ((inside - mean.unsqueeze(1)).square() * share).sum(dim=1)
            parts += [weight * mean, weight * (variance + 1e-6).sqrt()]
        return torch.cat(parts, dim=-1)

    def embed_statistics(self, statistics: torch.Tensor) -> torch.Tensor:
        """(N, S) statistics to the (N, E) embedding."""
        return self.embed(self.dropout((statistics - self.mean) / self.scale))

    def _survivors(self, change: torch.Tensor) -> torch.Tensor | float:
        """Which sequences a layer changes (Huang et al. 2016, doi:10.1007/978-3-319-46493-0_39)."""
        if not self.training:
            return 1.0
        kept = torch.rand(len(change), 1, 1, device=change.device) >= self.depth
        return kept / (1 - self.depth)


def _neighbours(speech: torch.Tensor) -> torch.Tensor:
    """(B, 1, T, T) bool: tokens look at themselves and at speech in reach."""
    place = torch.arange(speech.shape[1], device=speech.device)
    distance = (place[:, None] - place[None]).abs()
    return ((distance <= _REACH) & speech[:, None, None]) | (distance == 0)
