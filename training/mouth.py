"""Fitting the mouth to facial motion capture."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from training.cache import MouthClip
from training.synthesised_speech import Phoneme
from verhm.face.motion import smooth_speech
from verhm.face.rig import FaceModel
from verhm.model.features import FRAME_RATE
from verhm.model.inference import resample_mouth
from verhm.model.synthesizer import MOUTH_COLUMNS, MOUTH_MORPHS, MouthSynthesizer
from verhm.settings import AnalysisSettings

_CROP = 200  # frames (4 s) per example
_BATCH = 16
_VELOCITY = 2.0  # weight of the error of frame-to-frame change
_RATE = 1e-3
_SMALLEST = 0.02  # spread below which a morph counts as this spread out
_JAW = MOUTH_MORPHS.index("jawOpen")
_VIDEO_RATE = AnalysisSettings.frame_rate  # Hz
_MILLIMETRES = 100.0  # of the rig's lengths, which are decimetres
BILABIALS = ("m", "b", "p")
OPEN_VOWELS = ("a", "ɑ", "æ", "ɒ", "ʌ")  # how the symbols of open vowels and diphthongs begin


@dataclass(frozen=True)
class MouthScores:
    """How well a mouth follows recordings it was not trained on.

    Attributes:
        jaw_correlation: Pearson's r of jawOpen with the truth, mean over recordings
        mean_absolute_error: over all frames and mouth morphs, in morph weight
        jaw_error: mean absolute error of jawOpen, in morph weight
        velocity_error: mean |Δx - Δy| · 30 Hz over frames and mouth morphs, where Δ is the change
            from a video frame to the next, x found and y true; in morph weight per second
        jitter: Σ |Δ²x| / Σ |Δ²y| over frames and mouth morphs, Δ² the second difference at 30
            frames per second; below 1 the mouth is calmer than the truth
    """

    jaw_correlation: float
    mean_absolute_error: float
    jaw_error: float
    velocity_error: float
    jitter: float


@dataclass(frozen=True)
class ClosureScores:
    """Whether the lips meet when they must, and part when they must.

    Lips meet when the rig's gap between them, in the middle, is at most 0.

    Attributes:
        closure: share of m, b and p in which the lips meet in some video frame
        closed_vowels: share of open vowels in whose middle they meet; a mouth that stays shut
            would have a closure of 1, but 1 here too
        bilabials: how many m, b and p there were
        vowels: how many open vowels
    """

    closure: float
    closed_vowels: float
    bilabials: int
    vowels: int


@dataclass(frozen=True, eq=False)
class SpokenClip:
    """Encoder frames of speech whose sounds are known.

    Attributes:
        frames: (F, D)
        phonemes: what is said when
    """

    frames: np.ndarray
    phonemes: tuple[Phoneme, ...]


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


def score_mouth(network: nn.Module, clips: list[MouthClip]) -> MouthScores:
    """Compare with the truth of recordings.

    Args:
        network: from (B, F, D) frames to (B, F, M') weights
        clips: recordings it was not trained on
    """
    pairs = [(show(network, clip.frames), clip.targets) for clip in clips]
    errors = np.concatenate([np.abs(found - truth) for found, truth in pairs])
    shown = [(_at_video_rate(found), _at_video_rate(truth)) for found, truth in pairs]
    slips = np.concatenate([np.abs(np.diff(x - y, axis=0))[:, MOUTH_COLUMNS] for x, y in shown])
    return MouthScores(
        float(np.mean([np.corrcoef(a[:, _JAW], b[:, _JAW])[0, 1] for a, b in pairs])),
        float(errors.mean()),
        float(errors[:, _JAW].mean()),
        float(slips.mean()) * _VIDEO_RATE,
        sum(_unrest(x) for x, _ in shown) / sum(_unrest(y) for _, y in shown),
    )


def score_closure(network: nn.Module, clips: list[SpokenClip], face: FaceModel) -> ClosureScores:
    """See what the lips do, after the smoothing that they get in the video.

    Args:
        network: from (B, F, D) frames to (B, F, M') weights
        clips: with at least one m, b or p and one open vowel among them
        face: whose lips
    """
    bilabials, vowels = [], []
    for clip in clips:
        weights = _at_video_rate(show(network, clip.frames))
        is_closed = lip_gap(face, smooth_speech(weights, _VIDEO_RATE)) <= 0
        for phoneme in clip.phonemes:
            middle = (phoneme.start + phoneme.end) / 2
            if phoneme.symbol.startswith(BILABIALS):
                bilabials.append(is_closed[_video_frames(phoneme.start, phoneme.end)].any())
            elif phoneme.symbol.startswith(OPEN_VOWELS):
                vowels.append(is_closed[_video_frames(middle, middle)].any())
    return ClosureScores(
        float(np.mean(bilabials)), float(np.mean(vowels)), len(bilabials), len(vowels)
    )


def lip_gap(face: FaceModel, weights: np.ndarray) -> np.ndarray:
    """How far the lips are apart in the middle, in mm; negative where they are pressed.

    Args:
        face: whose lips
        weights: (F, M) in [0, 1]

    Returns:
        (F,) height of the upper lip's lower above the lower lip's upper edge
    """
    upper, lower = face.lips
    rows = 3 * np.searchsorted(face.moving, face.lips) + 1
    parting = (face.offsets[[rows[0]]] - face.offsets[[rows[1]]]).toarray()[0]
    rest = face.neutral[upper, 1] - face.neutral[lower, 1]
    return _MILLIMETRES * (rest + weights @ parting)


@torch.inference_mode()
def show(network: nn.Module, frames: np.ndarray) -> np.ndarray:
    """(F, M') mouth weights for (F, D) encoder frames."""
    return network(torch.from_numpy(frames.astype(np.float32))[None])[0].numpy()


def _at_video_rate(mouth: np.ndarray) -> np.ndarray:
    """(F, M) weights of all morphs, 30 a second, from (F', M') of the mouth, 50 a second."""
    return resample_mouth(mouth, len(mouth) / FRAME_RATE, _VIDEO_RATE)


def _video_frames(start: float, end: float) -> slice:
    """The video frames shown from `start` to `end`, in s; the nearest one where there is none."""
    first, last = math.ceil(start * _VIDEO_RATE), math.floor(end * _VIDEO_RATE)
    if last < first:
        first = last = round((start + end) / 2 * _VIDEO_RATE)
    return slice(first, last + 1)


def _unrest(weights: np.ndarray) -> float:
    return float(np.abs(np.diff(weights, n=2, axis=0)).sum())


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
