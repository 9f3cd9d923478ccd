import numpy as np
import pytest
import torch

from training.cache import MouthClip
from training.mouth import fit_mouth, score_mouth
from verhm.model.synthesizer import MOUTH_MORPHS


def make_clip(seed: int) -> MouthClip:
    """A mouth whose jaw is written plainly in the first feature."""
    rng = np.random.default_rng(seed)
    jaw = 0.3 + 0.3 * np.sin(np.arange(600) / 6 + rng.uniform(0, 6))
    frames = np.column_stack([jaw * 4, rng.normal(size=(600, 3))]).astype(np.float32)
    targets = np.zeros((600, len(MOUTH_MORPHS)), dtype=np.float32)
    targets[:, MOUTH_MORPHS.index("jawOpen")] = jaw
    return MouthClip(frames, targets)


def test_a_mouth_that_can_be_learned_is_learned():
    network = fit_mouth([make_clip(0), make_clip(1)], width=16, steps=500)
    scores = score_mouth(network, [make_clip(2)])
    assert scores.jaw_correlation > 0.9
    assert scores.mean_absolute_error < 0.05


class Perfect(torch.nn.Module):
    """Says what it is shown."""

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return frames


def test_scores_by_hand():
    clip = make_clip(0)
    shown = clip.targets.copy()
    shown[:, MOUTH_MORPHS.index("jawOpen")] += 0.16
    scores = score_mouth(Perfect(), [MouthClip(shown, clip.targets)])
    assert scores.jaw_correlation == pytest.approx(1.0)
    assert scores.jaw_error == pytest.approx(0.16, abs=1e-5)
    assert scores.mean_absolute_error == pytest.approx(0.16 / len(MOUTH_MORPHS), abs=1e-5)
