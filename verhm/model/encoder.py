"""The trunk: the lower layers of Whisper's encoder; the only user of transformers."""

from pathlib import Path

import torch
from torch import nn

from verhm import torchaudio_support
from verhm.model.features import BANDS, LONGEST

torchaudio_support.install()

from transformers import WhisperConfig  # noqa: E402
from transformers.models.whisper.modeling_whisper import WhisperEncoder  # noqa: E402


class Encoder(nn.Module):
    """The first layers of a Whisper encoder, for stretches of up to 12 s of any length.

    The stock forward insists on 30 s of input; taking the first rows of its position table gives
    the same features for a shorter stretch, without the cost of padding.

    Args:
        layers: how many transformer layers
        width: D, of each frame
        heads: of the attention
    """

    def __init__(self, layers: int = 4, width: int = 512, heads: int = 8) -> None:
        super().__init__()
        config = WhisperConfig(
            d_model=width,
            num_mel_bins=BANDS,
            encoder_layers=layers,
            encoder_attention_heads=heads,
            encoder_ffn_dim=4 * width,
            max_source_positions=LONGEST,
        )
        config._attn_implementation = "sdpa"
        self.whisper = WhisperEncoder(config)
        # The stock output norm belongs above the sixth layer; the lower ones are used as they are.
        self.whisper.layer_norm = nn.Identity()  # type: ignore[assignment]
        self.width = width

    def forward(self, mel: torch.Tensor) -> list[torch.Tensor]:
        """(B, 80, 2F) log-mel bands to one (B, F, D) output per layer."""
        whisper = self.whisper
        hidden = nn.functional.gelu(whisper.conv1(mel))
        hidden = nn.functional.gelu(whisper.conv2(hidden)).permute(0, 2, 1)
        hidden = hidden + whisper.embed_positions.weight[: hidden.shape[1]]
        outputs = []
        for layer in whisper.layers:
            hidden = layer(hidden, None)
            outputs.append(hidden)
        return outputs


def from_whisper(folder: Path, layers: int) -> Encoder:
    """Take the lower layers and the first positions of a pretrained Whisper encoder.

    Args:
        folder: as `transformers` saved it
        layers: how many to keep
    """
    whole = WhisperEncoder.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    config = whole.config
    encoder = Encoder(layers, config.d_model, config.encoder_attention_heads)
    weights = whole.state_dict()
    kept = {name: weights[name] for name in encoder.whisper.state_dict()}
    positions = len(encoder.whisper.embed_positions.weight)
    kept["embed_positions.weight"] = kept["embed_positions.weight"][:positions]
    encoder.whisper.load_state_dict(kept, strict=True)
    return encoder.eval()
