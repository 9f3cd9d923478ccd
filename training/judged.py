"""Predictions for speakers that a fit did not know: of windows, and of their clips."""

from dataclasses import dataclass, field

import numpy as np

from training.cache import WINDOW, Examples
from training.corpora.clip import Clip
from training.emotion import clip_probabilities
from training.metrics import GroupScores, score_groups
from training.train import VoiceFit
from verhm.model.abstention import window_status
from verhm.model.calibration import calibrate
from verhm.model.expression import express
from verhm.plausibility import emotion_sets
from verhm.types import WindowStatus


@dataclass(frozen=True, eq=False)
class Judged:
    """Predictions for speakers that the fit did not know.

    Attributes:
        clip: (N,) index of each window's clip
        embedding: (N, E)
        probabilities: (N, K)
        intensities: (N, A) of action units
        morphs: (N, M) of the expression
        sets: (N, K) whether the emotion is plausible
        is_ok: (N,) whether the window has a result
        against: (N, K) probabilities by baseline, see `training.patient_baseline`
        sets_against: (N, K) plausible emotions by baseline
        separation: UAR of probes, see `training.separation`
        parts: (N, K) probabilities by part, see `training.parts`
    """

    clip: np.ndarray
    embedding: np.ndarray
    probabilities: np.ndarray
    intensities: np.ndarray
    morphs: np.ndarray
    sets: np.ndarray
    is_ok: np.ndarray
    against: dict[str, np.ndarray] = field(default_factory=dict)
    sets_against: dict[str, np.ndarray] = field(default_factory=dict)
    separation: dict[str, float] = field(default_factory=dict)
    parts: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions for clips.

    Attributes:
        probabilities: (C, K)
        labels: (C,)
        clips: C clips
    """

    probabilities: np.ndarray
    labels: np.ndarray
    clips: tuple[Clip, ...]

    def each(self, field: str) -> np.ndarray:
        """(C,) sex, intensity, speaker, … of each clip."""
        return np.array([getattr(clip, field) for clip in self.clips])

    def score_each(self, field: str) -> dict[str, GroupScores]:
        """Scores of the clips that have the field in common."""
        return score_groups(self.probabilities, self.labels, self.each(field))


def judge(fit: VoiceFit, examples: Examples, learned: np.ndarray) -> Judged:
    """Predict the given windows.

    Args:
        fit: on other speakers
        examples: N windows
        learned: (N, E') embedding by the fit's branch
    """
    embedding = fit.emotion.head.embed(examples.statistics, learned)
    components = fit.emotion.head.components(examples.statistics)
    reading = fit.emotion.reading
    probabilities = calibrate(fit.emotion.head.classify(embedding), reading.temperature)
    intensities = fit.expression.intensities(embedding, probabilities)
    starts = np.zeros(len(embedding))
    status = window_status(
        probabilities,
        examples.quality,
        starts,
        starts + WINDOW,
        reading.thresholds,
        np.square(components).mean(axis=1),
    )
    return Judged(
        examples.clip,
        embedding,
        probabilities,
        intensities,
        express(intensities, probabilities),
        emotion_sets(probabilities, reading.thresholds.plausible),
        np.array([one is WindowStatus.OK for one in status]),
    )


def gather_answers(examples: Examples, folds: list[Judged]) -> Answers:
    """Clips of all the folds."""
    parts = [clip_probabilities(fold.probabilities, fold.clip) for fold in folds]
    index = np.concatenate([part[0] for part in parts])
    return Answers(
        np.concatenate([part[1] for part in parts]),
        clip_labels(examples)[index],
        tuple(examples.clips[number] for number in index),
    )


def clip_labels(examples: Examples) -> np.ndarray:
    """(C,) emotion of each clip."""
    labels = np.full(len(examples.clips), -1)
    labels[examples.clip] = examples.labels
    return labels
