"""Sets of emotions that hold the true one in nine of ten cases.

Split conformal prediction with the score 1 - p(true emotion) (Sadinle, Lei & Wasserman 2019,
"Least Ambiguous Set-Valued Classifiers with Bounded Error Levels",
doi:10.1080/01621459.2017.1395341): of all sets with that promise, these are the smallest on
average. The promise is for windows like those it was fitted on, and for their average: it does
not hold for every speaker.
"""

import math

import numpy as np

COVERAGE = 0.9  # share of windows whose set holds the true emotion


def fit_set_threshold(
    probabilities: np.ndarray, labels: np.ndarray, coverage: float = COVERAGE
) -> float:
    """Find the probability from which on an emotion belongs to the set.

    Args:
        probabilities: (N, K) calibrated, of speakers the classifier has not been trained on
        labels: (N,) indices of the true emotions
        coverage: wanted share of sets that hold the true emotion

    Returns:
        threshold in [0, 1]; 0, so that every emotion belongs, where N is too small to promise less
    """
    of_truth = np.sort(probabilities[np.arange(len(labels)), labels])
    # The finite-sample correction counts the new window among the N + 1.
    allowed = len(labels) + 1 - math.ceil(coverage * (len(labels) + 1))
    return float(of_truth[allowed - 1]) if allowed else 0.0
