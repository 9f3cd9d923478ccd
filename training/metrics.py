"""The figures of merit, each with its definition and source.

What scikit-learn has is taken from there; calibration error, selective prediction, conformal
coverage and the bootstrap over speakers are ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from sklearn.metrics import (
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    recall_score,
    top_k_accuracy_score,
)

_SELECTED = 0.8  # share of the examples that `accuracy_at_80` is of
BINS = 15  # of confidence


@dataclass(frozen=True)
class EmotionScores:
    """How well probabilities fit labels.

    Attributes:
        uar: unweighted average recall: mean over the emotions of the share found
        accuracy: share of examples whose likeliest emotion is the true one
        top2_accuracy: share of examples whose true emotion is among the two likeliest
        macro_f1: mean over the emotions of F1
        ece: expected calibration error
        nll: mean negative log-likelihood of the true emotion, nats
        brier: mean squared distance of the probabilities from the truth, summed over emotions
            (Brier 1950), in [0, 2]
        aurc: area under the risk-coverage curve
        accuracy_at_80: accuracy of the 80 % of examples with the highest confidence
        per_class_recall: K
        confusion: K rows of truth, K columns of predictions, counts
    """

    uar: float
    accuracy: float
    top2_accuracy: float
    macro_f1: float
    ece: float
    nll: float
    brier: float
    aurc: float
    accuracy_at_80: float
    per_class_recall: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]


HEADLINE = tuple(field.name for field in fields(EmotionScores) if field.type is float)


def score_emotions(probabilities: np.ndarray, labels: np.ndarray) -> EmotionScores:
    """Score (N, K) probabilities against (N,) labels; emotions without examples count 0."""
    classes = np.arange(probabilities.shape[1])
    found = probabilities.argmax(axis=1)
    recalls = recall_score(labels, found, labels=classes, average=None, zero_division=0)
    selective = risk_coverage(probabilities, labels)
    return EmotionScores(
        uar=float(np.mean(recalls)),
        accuracy=float(np.mean(found == labels)),
        top2_accuracy=float(top_k_accuracy_score(labels, probabilities, k=2, labels=classes)),
        macro_f1=float(f1_score(labels, found, labels=classes, average="macro", zero_division=0)),
        ece=expected_calibration_error(probabilities, labels),
        nll=float(log_loss(labels, probabilities, labels=classes)),
        brier=float(brier_score_loss(labels, probabilities, labels=classes, scale_by_half=False)),
        aurc=selective.area,
        accuracy_at_80=1 - selective.risk_at(_SELECTED),
        per_class_recall=tuple(float(recall) for recall in recalls),
        confusion=tuple(
            tuple(int(count) for count in row)
            for row in confusion_matrix(labels, found, labels=classes)
        ),
    )


@dataclass(frozen=True)
class ReliabilityBin:
    """Examples of about the same confidence, which is their largest probability.

    Attributes:
        low: confidence from here
        high: to here
        examples: how many
        confidence: their mean
        accuracy: share whose likeliest emotion is the true one
    """

    low: float
    high: float
    examples: int
    confidence: float
    accuracy: float


def reliability_bins(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS
) -> list[ReliabilityBin]:
    """Equal-width bins of confidence that hold examples (Guo et al. 2017, section 2).

    Args:
        probabilities: (N, K)
        labels: (N,)
        bins: how many, the empty ones included
    """
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        ReliabilityBin(
            low=float(number / bins),
            high=float((number + 1) / bins),
            examples=int(np.sum(place == number)),
            confidence=float(confidence[place == number].mean()),
            accuracy=float(is_right[place == number].mean()),
        )
        for number in np.unique(place)
    ]


def expected_calibration_error(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS
) -> float:
    """How far confidence and accuracy lie apart (Naeini et al. 2015).

    Mean over equal-width bins of the largest probability, weighted by the examples in each, of
    |accuracy - mean largest probability|.

    Args:
        probabilities: (N, K)
        labels: (N,)
        bins: how many
    """
    gaps = [
        one.examples * abs(one.accuracy - one.confidence)
        for one in reliability_bins(probabilities, labels, bins)
    ]
    return float(sum(gaps) / len(labels))


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """What it costs to answer more examples, the surest first.

    Attributes:
        coverage: (N,) share of the examples that are answered, ascending to 1
        risk: (N,) share of wrong answers among them
    """

    coverage: np.ndarray
    risk: np.ndarray

    @property
    def area(self) -> float:
        """Mean risk over all coverages (AURC, Geifman et al. 2019, section 2); 0 is perfect."""
        return float(self.risk.mean())

    def risk_at(self, coverage: float) -> float:
        """Risk at the first point that covers so much."""
        return float(self.risk[np.searchsorted(self.coverage, coverage - 1e-9)])


def risk_coverage(probabilities: np.ndarray, labels: np.ndarray) -> RiskCoverage:
    """Selective prediction by the largest probability (Geifman & El-Yaniv 2017).

    Args:
        probabilities: (N, K)
        labels: (N,)
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    is_wrong = (probabilities.argmax(axis=1) != labels)[order]
    answered = np.arange(1, len(labels) + 1)
    return RiskCoverage(answered / len(labels), np.cumsum(is_wrong) / answered)


def conformal_coverage(sets: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """How often prediction sets hold the true emotion, and how many emotions they name.

    Coverage is to reach the level the sets were made for (Vovk et al. 2005; Angelopoulos & Bates
    2021, arXiv:2107.07511, section 4); among sets that do, smaller ones say more.

    Args:
        sets: (N, K) whether the emotion is in the example's set
        labels: (N,)

    Returns:
        share of sets that hold the label, and mean number of emotions in a set
    """
    is_covered = sets[np.arange(len(labels)), labels]
    return float(is_covered.mean()), float(sets.sum(axis=1).mean())


@dataclass(frozen=True)
class GroupScores:
    """How well answers fit labels within one group of examples.

    Attributes:
        uar: mean over the emotions that the group has of the share found
        accuracy: share of right answers
        emotions: how many the group has
        examples: how many
    """

    uar: float
    accuracy: float
    emotions: int
    examples: int


def score_groups(
    probabilities: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> dict[str, GroupScores]:
    """Score each group of examples by itself.

    Args:
        probabilities: (N, K)
        labels: (N,)
        groups: (N,) name of each example's group
    """
    found = probabilities.argmax(axis=1)
    scores = {}
    for name in np.unique(groups):
        rows = groups == name
        scores[str(name)] = GroupScores(
            uar=average_recall(labels[rows], found[rows]),
            accuracy=float(np.mean(found[rows] == labels[rows])),
            emotions=len(np.unique(labels[rows])),
            examples=int(rows.sum()),
        )
    return scores


def average_recall(labels: np.ndarray, found: np.ndarray) -> float:
    """Mean recall over the emotions that the labels have."""
    return float(recall_score(labels, found, labels=np.unique(labels), average="macro"))


@dataclass(frozen=True)
class TransferScores:
    """How well a classifier does on a corpus that has only some of its emotions.

    Attributes:
        uar: the answer is sought among the emotions that both have, as published figures do it
        open_uar: among all, as in an analysis
        ece: expected calibration error, among all
        per_class_recall: of each emotion that both have, among all
    """

    uar: float
    open_uar: float
    ece: float
    per_class_recall: dict[str, float]


def score_transfer(
    probabilities: np.ndarray, labels: np.ndarray, names: tuple[str, ...]
) -> TransferScores:
    """Score answers on another corpus.

    Args:
        probabilities: (N, K)
        labels: (N,) with fewer than K different ones
        names: K emotions
    """
    shared = np.unique(labels)
    answers = probabilities.argmax(axis=1)
    closed = shared[probabilities[:, shared].argmax(axis=1)]
    recalls = recall_score(labels, answers, labels=shared, average=None)
    return TransferScores(
        uar=average_recall(labels, closed),
        open_uar=float(np.mean(recalls)),
        ece=expected_calibration_error(probabilities, labels),
        per_class_recall={
            names[label]: float(recall) for label, recall in zip(shared, recalls, strict=True)
        },
    )


def bootstrap(
    score: Callable[[np.ndarray], float | list[float]],
    speakers: np.ndarray,
    rng: np.random.Generator,
    rounds: int = 1000,
) -> np.ndarray:
    """(rounds, …) values of a score over speakers drawn with replacement (Efron 1979).

    Clips of one speaker are alike: drawing clips would make an interval far too narrow.

    Args:
        score: one or more figures of the rows with the given indices
        speakers: (N,) of each row
        rng: draws
        rounds: of drawing
    """
    rows = [np.flatnonzero(speakers == name) for name in np.unique(speakers)]
    return np.array(
        [
            score(np.concatenate([rows[pick] for pick in rng.integers(0, len(rows), len(rows))]))
            for _ in range(rounds)
        ]
    )


def interval(values: np.ndarray) -> list:
    """(2, …) 95 % percentile interval of (rounds, …) bootstrapped values, as lists."""
    return np.quantile(values, [0.025, 0.975], axis=0).tolist()


def headline_intervals(
    probabilities: np.ndarray, labels: np.ndarray, speakers: np.ndarray, rounds: int = 1000
) -> dict[str, tuple[float, float]]:
    """95 % intervals over speakers of all single figures of `EmotionScores`, by name."""

    def score(rows: np.ndarray) -> list[float]:
        scores = score_emotions(probabilities[rows], labels[rows])
        return [getattr(scores, name) for name in HEADLINE]

    low, high = interval(bootstrap(score, speakers, np.random.default_rng(0), rounds))
    return {name: (a, b) for name, a, b in zip(HEADLINE, low, high, strict=True)}
