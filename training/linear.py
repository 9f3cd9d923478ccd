"""Linear heads on the principal components of a window's statistics.

A logistic regression and a linear discriminant, whose logits are added: the first is calibrated
better, the second copes better with few speakers, and the sum is still one linear layer.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from verhm.labels import EMOTIONS

REGULARISATION = (1e-3, 3e-3)  # C of the logistic regression
DISCRIMINANT = (0.2, 0.5)  # share of the discriminant's logits
_SHRINKAGE = 0.5  # of the discriminant's covariance


@dataclass(frozen=True)
class Choice:
    """What inner cross-validation chose.

    Attributes:
        regularisation: C of the logistic regression
        discriminant: share of the discriminant's logits
    """

    regularisation: float
    discriminant: float


@dataclass(frozen=True, eq=False)
class LinearHead:
    """A linear classifier of statistics.

    Attributes:
        mean: (S,) of the statistics
        scale: (S,)
        basis: (E, S) from standardised statistics to components, whose axes have variance 1
        weights: (K, E)
        bias: (K,)
    """

    mean: np.ndarray
    scale: np.ndarray
    basis: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def embed(self, statistics: np.ndarray) -> np.ndarray:
        """(N, S) to (N, E)."""
        return ((statistics - self.mean) / self.scale) @ self.basis.T

    def logits(self, components: np.ndarray) -> np.ndarray:
        """(N, E) to (N, K)."""
        return components @ self.weights.T + self.bias


def fit_basis(statistics: np.ndarray, components: int, seed: int) -> LinearHead:
    """Standardise and reduce; the classifier of the result knows nothing yet."""
    scaler = StandardScaler().fit(statistics)
    reduction = PCA(components, svd_solver="randomized", random_state=seed)
    reduction.fit(scaler.transform(statistics))
    basis = reduction.components_ / np.sqrt(reduction.explained_variance_)[:, None]
    empty = np.zeros((len(EMOTIONS), components))
    return LinearHead(scaler.mean_, scaler.scale_, basis, empty, np.zeros(len(EMOTIONS)))


def fit_heads(
    base: LinearHead,
    embedding: np.ndarray,
    labels: np.ndarray,
    choices: tuple[Choice, ...] | None = None,
    speakers: np.ndarray | None = None,
) -> dict[Choice, LinearHead]:
    """One head per choice on the same embedding.

    Args:
        base: standardisation and components
        embedding: (N, E)
        labels: (N,)
        choices: all by default
        speakers: (N,), whose means are taken off; the head learns what moves within a voice, which
            costs nothing where a voice is new and gains where its usual is known
    """
    if speakers is not None:
        _, speaker = np.unique(speakers, return_inverse=True)
        sums = np.zeros((speaker.max() + 1, embedding.shape[1]))
        np.add.at(sums, speaker, embedding)
        embedding = embedding - (sums / np.bincount(speaker)[:, None])[speaker]
    # Ridge in the statistics' space, not in the whitened one: directions of little variance are
    # mostly noise, so they keep their small size.
    spread = 1 / np.linalg.norm(base.basis, axis=1)
    natural = embedding * spread
    discriminant = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=_SHRINKAGE)
    discriminant.fit(natural, labels)
    heads = {}
    regressions: dict[float, LogisticRegression] = {}
    for choice in choices or every_choice():
        strength = choice.regularisation
        if strength not in regressions:
            regressions[strength] = LogisticRegression(C=strength, tol=1e-3, max_iter=500)
            regressions[strength].fit(natural.astype(np.float32), labels)
        regression = regressions[strength]
        weights = regression.coef_ + choice.discriminant * discriminant.coef_
        bias = regression.intercept_ + choice.discriminant * discriminant.intercept_
        heads[choice] = LinearHead(base.mean, base.scale, base.basis, weights * spread, bias)
    return heads


def every_choice() -> tuple[Choice, ...]:
    """All that are tried."""
    return tuple(Choice(*pair) for pair in product(REGULARISATION, DISCRIMINANT))
