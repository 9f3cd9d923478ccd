"""Valence and arousal: derived from the emotions' probabilities, not measured.

The mean of the emotions' positions in Russell's circumplex (1980, doi:10.1037/h0077714).
"""

from collections.abc import Sequence

import numpy as np

from verhm.labels import CIRCUMPLEX


def affect(probabilities: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Average the emotions' positions.

    Args:
        probabilities: (W, K), each row sums to 1
        labels: the K emotions

    Returns:
        (W, 2) valence and arousal in [-1, 1]
    """
    return probabilities @ _places(labels)


def affect_spread(probabilities: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """(W, 2) standard deviation of the emotions' positions under their probabilities.

    Zero where one emotion is certain; large where emotions that are far apart are likely alike, of
    which the mean is a compromise.
    """
    squares = probabilities @ _places(labels) ** 2
    return np.sqrt(np.maximum(squares - affect(probabilities, labels) ** 2, 0.0))


def affect_band(probabilities: np.ndarray, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """(W, 2) and (W, 2): valence and arousal less and plus their spread, within [-1, 1]."""
    mean, spread = affect(probabilities, labels), affect_spread(probabilities, labels)
    return np.maximum(mean - spread, -1.0), np.minimum(mean + spread, 1.0)


def _places(labels: Sequence[str]) -> np.ndarray:
    """(K, 2) the emotions' positions in the circumplex."""
    return np.array([CIRCUMPLEX[label] for label in labels])
