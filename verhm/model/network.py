"""The whole network in one forward, shared by training and inference."""

from dataclasses import dataclass

import torch
from torch import nn

from verhm.labels import EMOTIONS
from verhm.model.classifier import STATISTICS, EmotionClassifier, pool
from verhm.model.encoder import Encoder
from verhm.model.expression import ExpressionDecoder
from verhm.model.features import LogMel
from verhm.model.synthesizer import MouthSynthesizer


@dataclass(frozen=True)
class NetworkSettings:
    """The network's sizes; saved with every checkpoint."""

    layers: int = 3  # of the encoder
    width: int = 512  # of the encoder's frames
    heads: int = 8  # of the encoder's attention
    pooled: tuple[int, ...] = (0, 1, 2)  # encoder layers that tell the emotion
    embedding: int = 300  # size of the emotion embedding
    mouth_layer: int = 1  # encoder layer that tells the mouth
    mouth_width: int = 96  # channels of the mouth's convolutions

    @property
    def statistics(self) -> int:
        """Features that describe a window."""
        return len(self.pooled) * STATISTICS * self.width


@dataclass(frozen=True, eq=False)
class Windows:
    """Which frames of a batch of segments belong to which window.

    Attributes:
        segment: (N,) index of each window's segment within the batch
        first: (N,) first frame within that segment
        length: frames per window
    """

    segment: torch.Tensor
    first: torch.Tensor
    length: int

    def of(self, frames: torch.Tensor) -> torch.Tensor:
        """Gather (B, F, …) frames into (N, length, …)."""
        offsets = torch.arange(self.length, device=frames.device)
        return frames[self.segment[:, None], self.first[:, None] + offsets]


@dataclass(frozen=True, eq=False)
class Output:
    """What the network says about a batch of segments.

    Attributes:
        embedding: (N, E) emotion embedding of each window
        logits: (N, K), not calibrated
        mouth: (B, F, M') weights of `MOUTH_MORPHS` in [0, 1]
    """

    embedding: torch.Tensor
    logits: torch.Tensor
    mouth: torch.Tensor


class VoiceNetwork(nn.Module):
    """Separates how something is said from what is said, and shows both on a face."""

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        self.log_mel = LogMel()
        self.encoder = Encoder(settings.layers, settings.width, settings.heads)
        self.classifier = EmotionClassifier(settings.statistics, settings.embedding, len(EMOTIONS))
        self.synthesizer = MouthSynthesizer(settings.width, settings.mouth_width)
        self.expression = ExpressionDecoder(settings.embedding, len(EMOTIONS))

    def forward(
        self,
        samples: torch.Tensor,
        speech: torch.Tensor,
        windows: Windows,
        usual: torch.Tensor | float = 0.0,
    ) -> Output:
        """Encode segments once, and read every window and every frame off that.

        Args:
            samples: (B, 320 F) sound at 16 kHz
            speech: (B, F) bool, whether somebody speaks
            windows: N of them
            usual: (E,) embedding of the speaker; 0 is that of all voices
        """
        layers = self.encode(samples)
        embedding, logits = self.classifier(self.describe(layers, speech, windows), usual)
        return Output(embedding, logits, self.synthesizer(layers[self.settings.mouth_layer]))

    def encode(self, samples: torch.Tensor) -> list[torch.Tensor]:
        """(B, 320 F) samples to one (B, F, D) output per encoder layer."""
        return self.encoder(self.log_mel(samples))

    def describe(
        self, layers: list[torch.Tensor], speech: torch.Tensor, windows: Windows
    ) -> torch.Tensor:
        """(N, S) statistics of each window's speech in the pooled layers."""
        spoken = windows.of(speech)
        return torch.cat(
            [pool(windows.of(layers[layer]), spoken) for layer in self.settings.pooled], dim=-1
        )
