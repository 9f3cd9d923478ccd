"""Fitting the mouth to facial motion capture."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from training.cache import MouthClip
from verhm.model.synthesizer import MOUTH_MORPHS, MouthSynthesizer

_CROP = 200  # frames (4 s) per example
_BATCH = 16
_VELOCITY = 2.0  # weight of the error of frame-to-frame change
_RATE = 1e-3
_SMALLEST = 0.02  # spread below which a morph counts as this spread out
_JAW = MOUTH_MORPHS.index("jawOpen")


@dataclass(frozen=True)
class MouthScores:
    """How well a mouth follows recordings it was not trained on.

    Attributes:
        jaw_correlation: Pearson's r of jawOpen with the truth, mean over recordings
        mean_absolute_error: over all frames and mouth morphs, in morph weight
        jaw_error: mean absolute error of jawOpen, in morph weight
    """

    jaw_correlation: float
    mean_absolute_error: float
    jaw_error: float


def fit_mouth(
    clips: list[MouthClip], width: int, steps: int = 800, seed: int = 0
) -> MouthSynthesizer:
    """Train on random crops with Huber's loss on weights and velocity.

    Args:
        clips: recordings
        width: channels of the network
        steps: of the optimiser
        seed: of weights and crops
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    everything = np.concatenate([clip.frames for clip in clips]).astype(np.float32)
    network = MouthSynthesizer(everything.shape[1], width)
    network.mean.copy_(torch.from_numpy(everything.mean(axis=0)))
    network.scale.copy_(torch.from_numpy(everything.std(axis=0) + 1e-6))
    spread = np.concatenate([clip.targets for clip in clips]).std(axis=0)
    unit = torch.from_numpy(np.maximum(spread, _SMALLEST).astype(np.float32))
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2 * _RATE, total_steps=steps)
    network.train()
    for _ in range(steps):
        frames, targets = _crops(clips, rng)
        # In units of each morph's own spread: pressed lips are rare and small, yet must be seen.
        error = (network.write_freely(frames) - targets) / unit
        loss = _robust(error) + _VELOCITY * _robust(error.diff(dim=1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


@torch.inference_mode()
def score_mouth(network: MouthSynthesizer, clips: list[MouthClip]) -> MouthScores:
    """Compare with the truth of recordings."""
    pairs = [
        (network(torch.from_numpy(clip.frames.astype(np.float32))[None])[0].numpy(), clip.targets)
        for clip in clips
    ]
    errors = np.concatenate([np.abs(found - truth) for found, truth in pairs])
    return MouthScores(
        float(np.mean([np.corrcoef(a[:, _JAW], b[:, _JAW])[0, 1] for a, b in pairs])),
        float(errors.mean()),
        float(errors[:, _JAW].mean()),
    )


def _robust(error: torch.Tensor) -> torch.Tensor:
    """Huber's loss: L1 alone would settle on each morph's median, which is rest."""
    return nn.functional.huber_loss(error, torch.zeros_like(error))


def _crops(clips: list[MouthClip], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = np.array([len(clip.frames) - _CROP for clip in clips])
    picks = rng.choice(len(clips), _BATCH, p=lengths / lengths.sum())
    starts = [int(rng.integers(lengths[pick])) for pick in picks]
    frames = [clips[i].frames[s : s + _CROP] for i, s in zip(picks, starts, strict=True)]
    targets = [clips[i].targets[s : s + _CROP] for i, s in zip(picks, starts, strict=True)]
    return (
        torch.from_numpy(np.stack(frames).astype(np.float32)),
        torch.from_numpy(np.stack(targets)),
    )
