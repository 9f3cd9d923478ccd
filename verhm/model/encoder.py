"""The trunk: the lower layers of a pretrained speech encoder; the only user of transformers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from verhm import torchaudio_support
from verhm.model.features import BANDS, LONGEST, SAMPLES_PER_FRAME, LogMel

torchaudio_support.install()

from transformers import AutoConfig, AutoModel, WhisperConfig  # noqa: E402
from transformers.models.whisper.modeling_whisper import (  # noqa: E402
    WhisperEncoder,
    WhisperEncoderLayer,
)

WHISPER: Final = "whisper"
WAVEFORM_KINDS: Final = ("wav2vec2", "hubert", "wavlm")
_KINDS: Final = (WHISPER, *WAVEFORM_KINDS)
_RECEPTIVE = 400  # samples that the first frame of the waveform encoders sees


@dataclass(frozen=True)
class EncoderSettings:
    """Which trunk, and how much of it; saved with every checkpoint.

    Attributes:
        kind: of the encoder, as transformers names it
        layers: kept, from below
        width: D, of each frame
        heads: of the attention
        config: transformers' own, for all kinds but Whisper
    """

    kind: str = WHISPER
    layers: int = 3
    width: int = 512
    heads: int = 8
    config: dict[str, Any] = field(default_factory=dict)


class Encoder(nn.Module, ABC):
    """The first layers of a speech encoder, 50 frames a second, for segments of up to 12 s."""

    is_spectral: bool  # whether it looks at the log-mel spectrogram

    @abstractmethod
    def features(self, samples: torch.Tensor) -> torch.Tensor:
        """(B, 320 F) samples at 16 kHz to what the encoder sees of them."""

    @abstractmethod
    def forward(self, seen: torch.Tensor) -> list[torch.Tensor]:
        """What was seen, to one (B, F, D) output per layer."""


class SpectrogramEncoder(Encoder):
    """Whisper's.

    The stock forward insists on 30 s of input; taking the first rows of its position table gives
    the same features for a shorter stretch, without the cost of padding.
    """

    is_spectral = True

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__()
        self.log_mel = LogMel()
        self.whisper = WhisperEncoder(_whisper_config(settings))
        # The stock output norm belongs above the last layer; the lower ones are used as they are.
        self.whisper.layer_norm = nn.Identity()  # type: ignore[assignment]

    def features(self, samples: torch.Tensor) -> torch.Tensor:
        """(B, 320 F) samples to (B, 80, 2F) log-mel bands."""
        return self.log_mel(samples)

    def forward(self, seen: torch.Tensor) -> list[torch.Tensor]:
        """(B, 80, 2F) log-mel bands to one (B, F, D) output per layer."""
        whisper = self.whisper
        hidden = nn.functional.gelu(whisper.conv1(seen))
        hidden = nn.functional.gelu(whisper.conv2(hidden)).permute(0, 2, 1)
        hidden = hidden + whisper.embed_positions.weight[: hidden.shape[1]]
        outputs = []
        for layer in whisper.layers:
            hidden = layer(hidden, None)
            outputs.append(hidden)
        return outputs


class WaveformEncoder(Encoder):
    """Wav2vec2's, HuBERT's or WavLM's."""

    is_spectral = False

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__()
        config = AutoConfig.for_model(settings.kind).from_dict(settings.config)
        config.num_hidden_layers = settings.layers
        # In single precision, whatever the pretrained one was saved in.
        self.model = AutoModel.from_config(config).float()

    def features(self, samples: torch.Tensor) -> torch.Tensor:
        """(B, 320 F) samples to (B, 320 F + 80) of mean 0 and deviation 1, for F frames."""
        centred = samples - samples.mean(dim=-1, keepdim=True)
        level = centred.std(dim=-1, keepdim=True).clamp(min=1e-7)
        beyond = _RECEPTIVE - SAMPLES_PER_FRAME
        return nn.functional.pad(centred / level, (beyond // 2, beyond // 2))

    def forward(self, seen: torch.Tensor) -> list[torch.Tensor]:
        """(B, 320 F + 80) samples to one (B, F, D) output per layer."""
        return list(self.model(seen, output_hidden_states=True).hidden_states[1:])


def make_encoder(settings: EncoderSettings) -> Encoder:
    """An encoder that knows nothing yet.

    Raises:
        ValueError: for a kind that is not known
    """
    _require_known(settings.kind)
    return SpectrogramEncoder(settings) if settings.kind == WHISPER else WaveformEncoder(settings)


def make_layers(width: int, heads: int, count: int) -> nn.ModuleList:
    """Transformer layers as Whisper's encoder has them; each takes (B, T, D) and a mask.

    The mask is (B, 1, T, T) bool, True where the first may look at the second.
    """
    config = _whisper_config(EncoderSettings(layers=count, width=width, heads=heads))
    return nn.ModuleList(WhisperEncoderLayer(config) for _ in range(count))


def read_encoder(source: Path | str, layers: int) -> tuple[EncoderSettings, Encoder]:
    """Take the lower layers of a pretrained encoder.

    Args:
        source: folder as `transformers` saved it, or the name of a model it keeps in its cache;
            nothing is downloaded
        layers: how many to keep

    Raises:
        ValueError: for a kind that is not known
        OSError: when there is no such model here
    """
    config = AutoConfig.from_pretrained(source, local_files_only=True)
    kind = config.model_type
    _require_known(kind)
    width = config.hidden_size
    if kind == WHISPER:
        settings = EncoderSettings(kind, layers, width, config.encoder_attention_heads)
        return settings, _read_whisper(source, settings, "WhisperEncoder" in config.architectures)
    heads = config.num_attention_heads
    settings = EncoderSettings(kind, layers, width, heads, config.to_diff_dict())
    encoder = make_encoder(settings)
    whole = AutoModel.from_pretrained(source, dtype=torch.float32, local_files_only=True)
    _copy(whole.state_dict(), encoder.model)  # type: ignore[arg-type]
    return settings, encoder.eval()


def _require_known(kind: str) -> None:
    if kind not in _KINDS:
        raise ValueError(f"the kind of encoder {kind!r} is not one of {_KINDS}")


def _whisper_config(settings: EncoderSettings) -> WhisperConfig:
    config = WhisperConfig(
        d_model=settings.width,
        num_mel_bins=BANDS,
        encoder_layers=settings.layers,
        encoder_attention_heads=settings.heads,
        encoder_ffn_dim=4 * settings.width,
        max_source_positions=LONGEST,
    )
    config._attn_implementation = "sdpa"
    return config


def _read_whisper(source: Path | str, settings: EncoderSettings, is_bare: bool) -> Encoder:
    kind = WhisperEncoder if is_bare else AutoModel
    whole = kind.from_pretrained(source, dtype=torch.float32, local_files_only=True)
    if not is_bare:
        whole = whole.get_encoder()
    weights = whole.state_dict()
    encoder = SpectrogramEncoder(settings)
    positions = len(encoder.whisper.embed_positions.weight)
    weights["embed_positions.weight"] = weights["embed_positions.weight"][:positions]
    _copy(weights, encoder.whisper)
    return encoder.eval()


def _copy(weights: dict[str, torch.Tensor], into: nn.Module) -> None:
    """Fill a module with the weights of the same names; the upper layers' are left over."""
    into.load_state_dict({name: weights[name] for name in into.state_dict()}, strict=True)
