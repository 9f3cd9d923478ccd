"""A voice model small enough to be made in a test."""

from dataclasses import replace

import torch

from verhm.model.abstention import Thresholds
from verhm.model.checkpoint import Reading, VoiceModel
from verhm.model.encoder import EncoderSettings
from verhm.model.erasure import Erasure
from verhm.model.network import NetworkSettings, VoiceNetwork
from verhm.types import ModelId

SETTINGS = NetworkSettings(
    encoder=EncoderSettings(layers=2, width=32, heads=2),
    pooled=(0, 1),
    components=8,
    trunk=0,
    branch_layers=1,
    branch_embedding=4,
    mouth_width=8,
)
WAVEFORM_SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}


def on_waveform(kind: str) -> NetworkSettings:
    """The same network on an encoder that looks at the waveform."""
    encoder = EncoderSettings(kind, layers=2, width=32, heads=2, config=WAVEFORM_SIZES)
    return replace(SETTINGS, encoder=encoder)


def make_model(
    seed: int = 0, temperature: float = 1.5, settings: NetworkSettings = SETTINGS
) -> VoiceModel:
    """Random weights; knows nothing."""
    torch.manual_seed(seed)
    network = VoiceNetwork(settings).eval().requires_grad_(False)
    # What begins at zero would hide whether it is used.
    for erasure in (network.erase_statement, network.erase_emotion):
        _scatter(erasure)
    for score in network.branch.attention:
        torch.nn.init.normal_(score.weight)
    torch.nn.init.normal_(network.synthesizer.neutral)
    return VoiceModel(
        ModelId("tiny", "0", ""),
        network,
        Reading(temperature, Thresholds()),
        Reading(0.8 * temperature, Thresholds()),
    )


def _scatter(erasure: Erasure) -> None:
    for values in erasure.buffers():
        torch.nn.init.normal_(values, std=0.1)
