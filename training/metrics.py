"""The figures of merit, each with its definition.

What scikit-learn has is taken from there; expected calibration error and the bootstrap over
speakers are ours.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, log_loss, recall_score


@dataclass(frozen=True)
class EmotionScores:
    """How well probabilities fit labels.

    Attributes:
        uar: unweighted average recall: mean over the emotions of the share found
        accuracy: share of examples whose likeliest emotion is the true one
        macro_f1: mean over the emotions of F1
        ece: expected calibration error
        nll: mean negative log-likelihood of the true emotion, nats
        brier: mean squared distance of the probabilities from the truth, summed over emotions
        per_class_recall: K
        confusion: K rows of truth, K columns of predictions, counts
    """

    uar: float
    accuracy: float
    macro_f1: float
    ece: float
    nll: float
    brier: float
    per_class_recall: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]


def score_emotions(probabilities: np.ndarray, labels: np.ndarray) -> EmotionScores:
    """Score (N, K) probabilities against (N,) labels; emotions without examples count 0."""
    classes = np.arange(probabilities.shape[1])
    found = probabilities.argmax(axis=1)
    recalls = recall_score(labels, found, labels=classes, average=None, zero_division=0)
    truth = np.eye(len(classes))[labels]
    return EmotionScores(
        uar=float(np.mean(recalls)),
        accuracy=float(np.mean(found == labels)),
        macro_f1=float(f1_score(labels, found, labels=classes, average="macro", zero_division=0)),
        ece=expected_calibration_error(probabilities, labels),
        nll=float(log_loss(labels, probabilities, labels=classes)),
        brier=float(np.mean(np.sum((probabilities - truth) ** 2, axis=1))),
        per_class_recall=tuple(float(recall) for recall in recalls),
        confusion=tuple(
            tuple(int(count) for count in row)
            for row in confusion_matrix(labels, found, labels=classes)
        ),
    )


def expected_calibration_error(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = 15
) -> float:
    """How far confidence and accuracy lie apart (Naeini et al. 2015).

    Mean over equal-width bins of the largest probability, weighted by the examples in each, of
    |accuracy - mean largest probability|.

    Args:
        probabilities: (N, K)
        labels: (N,)
        bins: how many
    """
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(place, weights=is_right - confidence, minlength=bins)
    return float(np.abs(gap).sum() / len(labels))


def bootstrap_interval(
    score: Callable[[np.ndarray], float],
    speakers: np.ndarray,
    rng: np.random.Generator,
    rounds: int = 1000,
) -> tuple[float, float]:
    """95 % interval of a score over speakers, drawn with replacement.

    Clips of one speaker are alike: drawing clips would make the interval far too narrow.

    Args:
        score: of the rows with the given indices
        speakers: (N,) of each row
        rng: draws
        rounds: of drawing
    """
    rows = [np.flatnonzero(speakers == name) for name in np.unique(speakers)]
    scores = [
        score(np.concatenate([rows[pick] for pick in rng.integers(0, len(rows), len(rows))]))
        for _ in range(rounds)
    ]
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)
