import numpy as np
import pytest
import torch

from training.cache import MouthClip
from training.mouth import SpokenClip, fit_mouth, lip_gap, score_closure, score_mouth
from training.synthesised_speech import Phoneme
from verhm.face.rig import FaceModel, load_face
from verhm.labels import MORPHS
from verhm.model.synthesizer import MOUTH_MORPHS

JAW = MOUTH_MORPHS.index("jawOpen")


def make_clip(seed: int) -> MouthClip:
    """A mouth whose jaw is written plainly in the first feature."""
    rng = np.random.default_rng(seed)
    jaw = 0.3 + 0.3 * np.sin(np.arange(600) / 6 + rng.uniform(0, 6))
    frames = np.column_stack([jaw * 4, rng.normal(size=(600, 3))]).astype(np.float32)
    targets = np.zeros((600, len(MOUTH_MORPHS)), dtype=np.float32)
    targets[:, JAW] = jaw
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
    shown[:, JAW] += 0.16
    scores = score_mouth(Perfect(), [MouthClip(shown, clip.targets)])
    assert scores.jaw_correlation == pytest.approx(1.0)
    assert scores.jaw_error == pytest.approx(0.16, abs=1e-5)
    assert scores.mean_absolute_error == pytest.approx(0.16 / len(MOUTH_MORPHS), abs=1e-5)


def test_a_constant_offset_is_no_error_of_velocity():
    clip = make_clip(0)
    scores = score_mouth(Perfect(), [MouthClip(clip.targets + np.float32(0.1), clip.targets)])
    assert scores.velocity_error == pytest.approx(0.0, abs=1e-5)
    assert scores.jitter == pytest.approx(1.0, abs=1e-3)


def test_velocity_error_and_jitter_by_hand():
    # 50 Hz frames at the video's times, so that nothing is lost between the rates: the truth
    # goes up and down by 0.1 every 0.1 s, what is shown by half as much.
    zigzag = np.abs(np.arange(601) % 10 - 5) / 50
    truth = np.zeros((601, len(MOUTH_MORPHS)), dtype=np.float32)
    truth[:, JAW] = zigzag
    scores = score_mouth(Perfect(), [MouthClip(truth / 2, truth)])
    assert scores.jitter == pytest.approx(0.5, rel=1e-3)
    # The truth moves 1 per second everywhere, what is shown 0.5.
    assert scores.velocity_error == pytest.approx(0.5 / len(MOUTH_MORPHS), rel=1e-2)


@pytest.fixture(scope="module")
def face() -> FaceModel:
    return load_face()


def test_the_gap_between_the_lips_is_that_of_the_drawn_face(face):
    weights = np.random.default_rng(0).uniform(0, 0.4, (5, len(MORPHS)))
    upper, lower = face.lips
    drawn = [face.vertices(row) for row in weights]
    expected = [100 * (vertices[upper, 1] - vertices[lower, 1]) for vertices in drawn]
    np.testing.assert_allclose(lip_gap(face, weights), expected, atol=1e-3)


def speak(jaw_in_m: float, jaw_in_a: float) -> SpokenClip:
    """A second of "ama" with a plain jaw."""
    frames = np.zeros((50, len(MOUTH_MORPHS)), dtype=np.float32)
    frames[:, JAW] = jaw_in_a
    frames[20:26, JAW] = jaw_in_m
    spans = ((0.0, 0.4, "a"), (0.4, 0.5, "m"), (0.5, 0.9, "aɪ"), (0.9, 1.0, ""))
    return SpokenClip(frames, tuple(Phoneme(symbol, start, end) for start, end, symbol in spans))


@pytest.mark.parametrize(
    ("jaw_in_m", "jaw_in_a", "closure", "closed_vowels"),
    [(0.0, 0.4, 1.0, 0.0), (0.2, 0.4, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0)],
)
def test_closure_needs_lips_that_meet_and_part(face, jaw_in_m, jaw_in_a, closure, closed_vowels):
    scores = score_closure(Perfect(), [speak(jaw_in_m, jaw_in_a)], face)
    assert (scores.closure, scores.closed_vowels) == (closure, closed_vowels)
    assert (scores.bilabials, scores.vowels) == (1, 2)
