"""From encoder frames to the mouth that speaks them."""

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
MOUTH_COLUMNS = [MORPHS.index(name) for name in MOUTH_MORPHS]


class MouthSynthesizer(nn.Module):
    """Content of speech to mouth morphs, frame by frame.

    Convolutions see about a third of a second to each side: enough for the next sound's shape,
    too little to learn the training speaker's sentences by heart.

    Args:
        features: D of the encoder frames
        width: channels inside
        dropout: share of the features hidden in training
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, features: int, width: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.reduce = nn.Linear(features, width)
        self.dropout = nn.Dropout(dropout)
        self.mix = nn.ModuleList(
            nn.Conv1d(width, width, kernel_size=5, padding=2 * dilation, dilation=dilation)
            for dilation in (1, 2, 4)
        )
        self.write = nn.Conv1d(width, len(MOUTH_MORPHS), kernel_size=3, padding=1)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(B, F, D) encoder frames to (B, F, M') weights of `MOUTH_MORPHS` in [0, 1]."""
        return self.write_freely(frames).clamp(0.0, 1.0)

    def write_freely(self, frames: torch.Tensor) -> torch.Tensor:
        """The same without the limits, for training.

        A clamp or sigmoid has no gradient left once a mostly resting morph is at rest.
        """
        hidden = self.reduce((frames - self.mean) / self.scale)
        hidden = self.dropout(nn.functional.gelu(hidden)).transpose(1, 2)
        for convolution in self.mix:
            hidden = hidden + self.dropout(nn.functional.gelu(convolution(hidden)))
        return self.write(hidden).transpose(1, 2)
