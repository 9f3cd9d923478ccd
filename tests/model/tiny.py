"""A voice model small enough to be made in a test."""

import torch

from verhm.model.abstention import Thresholds
from verhm.model.checkpoint import VoiceModel
from verhm.model.network import NetworkSettings, VoiceNetwork
from verhm.types import ModelId

SETTINGS = NetworkSettings(
    layers=2, width=32, heads=2, pooled=(0, 1), embedding=8, mouth_layer=0, mouth_width=8
)


def make_model(seed: int = 0, temperature: float = 1.5) -> VoiceModel:
    """Random weights; knows nothing."""
    torch.manual_seed(seed)
    network = VoiceNetwork(SETTINGS).eval().requires_grad_(False)
    return VoiceModel(ModelId("tiny", "0", ""), network, temperature, Thresholds())
