"""Fitting the action units that go with a voice."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from training.emotion import EmotionFit

_RIDGE = 1_000.0
_WEIGHT = 10.0  # of probabilities beside components


@dataclass(frozen=True, eq=False)
class ExpressionHead:
    """A fitted linear regression.

    Attributes:
        weights: (A, E + K), for the first E axes of the embedding
        bias: (A,)
    """

    weights: np.ndarray
    bias: np.ndarray

    def intensities(self, embedding: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """(N, …) embedding and (N, K) to (N, A) intensities above neutral."""
        seen = embedding[:, : self.weights.shape[1] - probabilities.shape[1]]
        return np.concatenate([seen, probabilities], axis=1) @ self.weights.T + self.bias


def fit_expression(
    emotion: EmotionFit, embedding: np.ndarray, offsets: np.ndarray
) -> ExpressionHead:
    """Regress action units on components and honest probabilities.

    Args:
        emotion: fitted on the same rows; its held-out probabilities are as uncertain as those
            of a new speaker, which the training speakers' own would not be
        embedding: (N, E) of the rows that are no copies
        offsets: (N, A) intensities above neutral of each row's clip
    """
    # The penalty is the components': probabilities are few and weigh a hundred times more.
    components = embedding[:, : len(emotion.head.components.axes)]
    fit = Ridge(_RIDGE).fit(
        np.concatenate([components, emotion.held_out * _WEIGHT], axis=1), offsets
    )
    weights = fit.coef_.copy()
    weights[:, components.shape[1] :] *= _WEIGHT
    return ExpressionHead(weights, fit.intercept_)
