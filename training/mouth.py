"""Fitting the mouth to facial motion capture."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from training.synthesised_speech import Phoneme
from verhm.face.motion import smooth_speech
from verhm.face.rig import FaceModel
from verhm.model.branch import PACE
from verhm.model.features import FRAME_RATE
from verhm.model.inference import resample_mouth
from verhm.model.synthesizer import MOUTH_COLUMNS, MOUTH_MORPHS, MouthSynthesizer
from verhm.settings import AnalysisSettings

_CROP = 120  # frames (2.4 s) per example; a RAVDESS clip has at least as many
_BATCH = 24
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
class Heard:
    """Speech, as the network's branches hear it.

    Attributes:
        content: (F, D) frames, with the emotion erased
        emotion: (T, D) tokens of the emotion branch, T = ⌈F / pace⌉
    """

    content: np.ndarray
    emotion: np.ndarray


@dataclass(frozen=True, eq=False)
class MouthLesson:
    """What a mouth is to do.

    Attributes:
        heard: speech
        targets: (F, M') in [0, 1]
    """

    heard: Heard
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class SpokenLesson:
    """Speech whose sounds are known.

    Attributes:
        heard: speech
        phonemes: what is said when
    """

    heard: Heard
    phonemes: tuple[Phoneme, ...]


def make_mouth(
    lessons: list[MouthLesson], neutral: np.ndarray, width: int, seed: int = 0
) -> MouthSynthesizer:
    """A mouth that knows nothing yet but how large its inputs are.

    Args:
        lessons: recordings
        neutral: (N, D) emotion tokens of neutral speech
        width: channels of the network
        seed: of the weights
    """
    torch.manual_seed(seed)
    frames = np.concatenate([lesson.heard.content for lesson in lessons]).astype(np.float32)
    network = MouthSynthesizer(frames.shape[1], width, PACE)
    for buffer, value in (
        (network.mean, frames.mean(axis=0)),
        (network.scale, frames.std(axis=0) + 1e-6),
        (network.neutral, neutral.mean(axis=0)),
        (network.spread, neutral.std(axis=0) + 1e-6),
    ):
        buffer.copy_(torch.from_numpy(value))
    return network


def fit_mouth(
    network: MouthSynthesizer, lessons: list[MouthLesson], steps: int = 800, seed: int = 0
) -> MouthSynthesizer:
    """Train on random crops with Huber's loss on weights and velocity.

    Args:
        network: to begin with; changed
        lessons: what to show
        steps: of the optimiser
        seed: of crops and dropout
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    spread = np.concatenate([lesson.targets for lesson in lessons]).std(axis=0)
    unit = torch.from_numpy(np.maximum(spread, _SMALLEST).astype(np.float32))
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2 * _RATE, total_steps=steps)
    network.train()
    for _ in range(steps):
        content, emotion, targets = _crops(lessons, rng)
        # In units of each morph's own spread: pressed lips are rare and small, yet must be seen.
        error = (network.write_freely(content, emotion) - targets) / unit
        loss = _robust(error) + _VELOCITY * _robust(error.diff(dim=1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def score_mouth(network: nn.Module, lessons: list[MouthLesson]) -> MouthScores:
    """Compare with the truth of recordings.

    Args:
        network: from content and emotion to (B, F, M') weights
        lessons: recordings it was not trained on
    """
    pairs = [(show(network, lesson.heard), lesson.targets) for lesson in lessons]
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


def score_closure(
    network: nn.Module, lessons: list[SpokenLesson], face: FaceModel
) -> ClosureScores:
    """See what the lips do, after the smoothing that they get in the video.

    Args:
        network: from content and emotion to (B, F, M') weights
        lessons: with at least one m, b or p and one open vowel among them
        face: whose lips
    """
    bilabials, vowels = [], []
    for lesson in lessons:
        weights = _at_video_rate(show(network, lesson.heard))
        is_closed = lip_gap(face, smooth_speech(weights, _VIDEO_RATE)) <= 0
        for phoneme in lesson.phonemes:
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
def show(network: nn.Module, heard: Heard, intensity: float = 1.0) -> np.ndarray:
    """(F, M') mouth weights for speech."""
    content, emotion = (
        torch.from_numpy(part.astype(np.float32))[None] for part in (heard.content, heard.emotion)
    )
    return network(content, emotion, intensity)[0].numpy()


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


def _crops(
    lessons: list[MouthLesson], rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Content, emotion at each lesson's intensity, and targets of stretches that begin anywhere."""
    lengths = np.array([len(lesson.heard.content) - _CROP + PACE for lesson in lessons])
    picks = rng.choice(len(lessons), _BATCH, p=lengths / lengths.sum())
    # A crop begins where a token does.
    tokens = [int(rng.integers(lengths[pick] // PACE)) for pick in picks]
    content, emotion, targets = [], [], []
    for lesson, token in zip((lessons[pick] for pick in picks), tokens, strict=True):
        inside = slice(token * PACE, token * PACE + _CROP)
        content.append(lesson.heard.content[inside])
        targets.append(lesson.targets[inside])
        emotion.append(lesson.heard.emotion[token : token + _CROP // PACE])
    return (
        torch.from_numpy(np.stack(content).astype(np.float32)),
        torch.from_numpy(np.stack(emotion).astype(np.float32)),
        torch.from_numpy(np.stack(targets)),
    )
