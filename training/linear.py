"""Linear heads on the principal components of a window's statistics.

Linear discriminants (Fisher 1936, doi:10.1111/j.1469-1809.1936.tb02137.x) whose covariance is drawn
towards a multiple of the identity (Ledoit & Wolf 2004, doi:10.1016/S0047-259X(03)00096-4). What
differs between voices is part of the covariance, so that a head leans on what does not; in new
voices and in another corpus this did better than logistic regression.
"""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from verhm.labels import EMOTIONS

SHRINKAGES = (0.1, 0.2, 0.35, 0.5)  # of the covariance; one is chosen on held-out speakers


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


def fit_head(
    base: LinearHead, embedding: np.ndarray, labels: np.ndarray, shrinkage: float
) -> LinearHead:
    """A head for the given classes.

    Args:
        base: standardisation and components
        embedding: (N, E)
        labels: (N,)
        shrinkage: of the covariance, from 0 to 1
    """
    # Shrunk in the statistics' space, not in the whitened one: directions of little variance are
    # mostly noise, so they keep their small size.
    spread = 1 / np.linalg.norm(base.basis, axis=1)
    # Every class counts alike: how often a corpus holds one says nothing of other speech.
    count = len(np.unique(labels))
    discriminant = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage=shrinkage, priors=np.full(count, 1 / count)
    )
    discriminant.fit(embedding * spread, labels)
    return replace(base, weights=discriminant.coef_ * spread, bias=discriminant.intercept_)


def centre_voices(embedding: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    """Take each speaker's mean off, so that a head learns what moves within a voice.

    Args:
        embedding: (N, E)
        speakers: (N,)
    """
    _, speaker = np.unique(speakers, return_inverse=True)
    sums = np.zeros((speaker.max() + 1, embedding.shape[1]))
    np.add.at(sums, speaker, embedding)
    return embedding - (sums / np.bincount(speaker)[:, None])[speaker]
