"""The whole network in one forward, shared by training and inference."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from verhm.labels import EMOTIONS
from verhm.model.branch import PACE, EmotionBranch, merge
from verhm.model.classifier import StatisticsEmbedding
from verhm.model.encoder import EncoderSettings, make_encoder
from verhm.model.erasure import Erasure
from verhm.model.expression import ExpressionDecoder
from verhm.model.pooling import STATISTICS, Windows, pool
from verhm.model.synthesizer import MouthSynthesizer

_STATEMENTS = 2  # of RAVDESS, which the emotion embedding must not tell apart


@dataclass(frozen=True)
class NetworkSettings:
    """The network's sizes; saved with every checkpoint."""

    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    pooled: tuple[int, ...] = (0, 1, 2)  # encoder layers whose statistics tell the emotion
    components: int = 300  # of these statistics in the emotion embedding
    trunk: int = 1  # encoder layer that both branches stand on
    branch_layers: int = 2  # of the emotion branch's own
    branch_embedding: int = 256  # its part of the emotion embedding
    mouth_width: int = 96  # channels of the mouth's convolutions

    @property
    def statistics(self) -> int:
        """Features that describe a window."""
        return len(self.pooled) * STATISTICS * self.encoder.width

    @property
    def embedding(self) -> int:
        """E, size of the emotion embedding."""
        return self.components + self.branch_embedding


def read_sizes(values: dict[str, Any]) -> NetworkSettings:
    """Settings from what `dataclasses.asdict` and JSON made of them.

    Raises:
        KeyError, TypeError: when they are of another version
    """
    encoder, pooled = EncoderSettings(**values["encoder"]), tuple(values["pooled"])
    return NetworkSettings(**{**values, "encoder": encoder, "pooled": pooled})


@dataclass(frozen=True, eq=False)
class Output:
    """What the network says about a batch of segments.

    Attributes:
        embedding: (N, E) emotion embedding of each window, in which the speaker still is
        logits: (N, K), not calibrated
        novelty: (N,) distance from the training windows; about 1 for speech like theirs
        content: (B, F, D) what is said
        emotion: (B, T, D) how it is said
    """

    embedding: torch.Tensor
    logits: torch.Tensor
    novelty: torch.Tensor
    content: torch.Tensor
    emotion: torch.Tensor


class VoiceNetwork(nn.Module):
    """Separates how something is said from what is said, and shows both on a face."""

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        width = settings.encoder.width
        self.encoder = make_encoder(settings.encoder)
        self.statistics = StatisticsEmbedding(settings.statistics, settings.components)
        self.branch = EmotionBranch(
            width, settings.encoder.heads, settings.branch_layers, settings.branch_embedding
        )
        self.erase_statement = Erasure(settings.embedding, _STATEMENTS - 1)
        self.classify = nn.Linear(settings.embedding, len(EMOTIONS))
        self.compare = nn.Linear(settings.embedding, len(EMOTIONS))
        self.erase_emotion = Erasure(width, len(EMOTIONS) - 1)
        self.synthesizer = MouthSynthesizer(width, settings.mouth_width, PACE)
        self.expression = ExpressionDecoder(settings.components, len(EMOTIONS))

    def forward(
        self,
        samples: torch.Tensor,
        speech: torch.Tensor,
        windows: Windows,
        usual: torch.Tensor | None = None,
    ) -> Output:
        """Encode segments once, and read every window and every frame off that.

        Args:
            samples: (B, 320 F) sound at 16 kHz
            speech: (B, F) bool, whether somebody speaks
            windows: N of them
            usual: (E,) embedding of the speaker, see `verhm.model.baseline`; None when unknown
        """
        return self.read(self.encoder.features(samples), speech, windows, usual)

    def read(
        self,
        seen: torch.Tensor,
        speech: torch.Tensor,
        windows: Windows,
        usual: torch.Tensor | None = None,
    ) -> Output:
        """The same, from what the encoder sees of the sound."""
        layers = self.encoder(seen)
        known = self.statistics(self.describe(layers, speech, windows))
        frames = layers[self.settings.trunk]
        tokens = merge(frames, speech)
        levels = self.branch(tokens)
        learned = self.branch.embed_statistics(
            self.branch.describe(levels, tokens.speech, windows.at_pace(PACE))
        )
        embedding = self.erase_statement(torch.cat([known, learned], dim=-1))
        return Output(
            embedding,
            self.classify(embedding) if usual is None else self.compare(embedding - usual),
            known.square().mean(dim=-1),
            self.erase_emotion(frames),
            levels[-1],
        )

    def describe(
        self, layers: list[torch.Tensor], speech: torch.Tensor, windows: Windows
    ) -> torch.Tensor:
        """(N, S) statistics of each window's speech in the pooled layers."""
        spoken = windows.of(speech)
        return torch.cat(
            [pool(windows.of(layers[layer]), spoken) for layer in self.settings.pooled], dim=-1
        )
