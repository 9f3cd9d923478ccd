"""From what is said, and how, to the mouth that says it."""

import torch
from torch import nn

from verhm.labels import MORPHS

# What the mouth's training curves move; every other morph of the mouth stays at rest in speech.
MOUTH_MORPHS = (
    "jawOpen",
    "mouthFunnel",
    "mouthPucker",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
)
_HEADS = 4
_REACH = 12  # emotion tokens (0.5 s) to each side that a frame asks
MOUTH_COLUMNS = [MORPHS.index(name) for name in MOUTH_MORPHS]


class MouthSynthesizer(nn.Module):
    """Content frames ask, emotion tokens answer, and mouth morphs come out frame by frame.

    Convolutions see about a third of a second of content to each side: enough for the next sound's
    shape, too little to learn the training speaker's sentences by heart.

    Args:
        features: D of the content frames and of the emotion tokens
        width: channels inside
        pace: frames to an emotion token
        dropout: share of the features hidden in training
    """

    mean: torch.Tensor
    scale: torch.Tensor
    neutral: torch.Tensor
    spread: torch.Tensor

    def __init__(self, features: int, width: int, pace: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.pace = pace
        for name, value in (("mean", 0.0), ("scale", 1.0), ("neutral", 0.0), ("spread", 1.0)):
            self.register_buffer(name, torch.full((features,), value))
        self.reduce = nn.Linear(features, width)
        self.attend = nn.MultiheadAttention(
            width, _HEADS, kdim=features, vdim=features, batch_first=True
        )
        self.dropout = nn.Dropout(dropout)
        self.mix = nn.ModuleList(
            nn.Conv1d(width, width, kernel_size=5, padding=2 * dilation, dilation=dilation)
            for dilation in (1, 2, 4)
        )
        self.write = nn.Conv1d(width, len(MOUTH_MORPHS), kernel_size=3, padding=1)

    def forward(
        self, content: torch.Tensor, emotion: torch.Tensor, intensity: float = 1.0
    ) -> torch.Tensor:
        """Show speech.

        Args:
            content: (B, F, D) frames
            emotion: (B, T, D) tokens, T = ⌈F / pace⌉
            intensity: 0 for neutral speech of the same words, 1 as it was spoken, 2 for twice as
                far from neutral

        Returns:
            (B, F, M') weights of `MOUTH_MORPHS` in [0, 1]
        """
        return self.write_freely(content, emotion, intensity).clamp(0.0, 1.0)

    def write_freely(
        self, content: torch.Tensor, emotion: torch.Tensor, intensity: float = 1.0
    ) -> torch.Tensor:
        """The same without the limits, for training.

        A clamp or sigmoid has no gradient left once a mostly resting morph is at rest.
        """
        hidden = nn.functional.gelu(self.reduce((content - self.mean) / self.scale))
        memory = intensity * (emotion - self.neutral) / self.spread
        answer, _ = self.attend(
            hidden, memory, memory, attn_mask=self._far(hidden, memory), need_weights=False
        )
        hidden = self.dropout(hidden + answer).transpose(1, 2)
        for convolution in self.mix:
            hidden = hidden + self.dropout(nn.functional.gelu(convolution(hidden)))
        return self.write(hidden).transpose(1, 2)

    def _far(self, hidden: torch.Tensor, memory: torch.Tensor) -> torch.Tensor:
        """(F, T) bool: tokens too far from a frame for it to ask them."""
        frames = torch.arange(hidden.shape[1], device=hidden.device) // self.pace
        tokens = torch.arange(memory.shape[1], device=hidden.device)
        return (frames[:, None] - tokens[None]).abs() > _REACH
