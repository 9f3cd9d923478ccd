"""Fitting the action units that go with a voice."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from training.emotion import EmotionFit

_RIDGE = 3_000.0


@dataclass(frozen=True, eq=False)
class ExpressionHead:
    """A fitted linear regression.

    Attributes:
        weights: (A, E + K)
        bias: (A,)
    """

    weights: np.ndarray
    bias: np.ndarray

    def intensities(self, embedding: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """(N, E) and (N, K) to (N, A) intensities above neutral."""
        return np.concatenate([embedding, probabilities], axis=1) @ self.weights.T + self.bias


def fit_expression(
    emotion: EmotionFit, statistics: np.ndarray, offsets: np.ndarray
) -> ExpressionHead:
    """Regress action units on the emotion embedding and honest probabilities.

    Args:
        emotion: fitted on the same rows; its held-out probabilities are as uncertain as those
            of a new speaker, which the training speakers' own would not be
        statistics: (N, S) of the rows
        offsets: (N, A) intensities above neutral of each row's clip
    """
    # The penalty is the embedding's: probabilities are few and weigh a hundred times more.
    inputs = np.concatenate([emotion.head.embed(statistics), emotion.held_out * 10.0], axis=1)
    fit = Ridge(_RIDGE).fit(inputs, offsets)
    weights = fit.coef_.copy()
    weights[:, -emotion.held_out.shape[1] :] *= 10.0
    return ExpressionHead(weights, fit.intercept_)
