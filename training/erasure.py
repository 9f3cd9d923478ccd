"""Finding what to take out of vectors so that a concept cannot be read off them linearly."""

from dataclasses import dataclass

import numpy as np

_RIDGE = 1e-3  # share of the largest variance that is added to all, for few examples
_NOTHING = 1e-8  # relative singular value of a direction that is none


@dataclass(frozen=True, eq=False)
class FittedErasure:
    """See `verhm.model.erasure.Erasure`.

    Attributes:
        mean: (D,)
        reader: (R, D)
        writer: (D, R)
    """

    mean: np.ndarray
    reader: np.ndarray
    writer: np.ndarray

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """(N, D) to (N, D) without the concept."""
        return vectors - (vectors - self.mean) @ self.reader.T @ self.writer.T


def fit_erasure(vectors: np.ndarray, labels: np.ndarray) -> FittedErasure:
    """LEACE (Belrose et al. 2023, doi:10.48550/arXiv.2306.03819, theorem 4.3).

    With W the inverse square root of the vectors' covariance and U an orthonormal basis of W's
    image of their covariance with the concept, W⁻¹ U Uᵀ W is taken off.

    Args:
        vectors: (N, D)
        labels: (N,) of the concept, integers from 0
    """
    mean = vectors.mean(axis=0)
    centred = (vectors - mean).astype(np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    deviations = np.sqrt(variances.clip(min=0.0) + _RIDGE * variances.max())
    concept = np.eye(labels.max() + 1)[labels]
    cross = centred.T @ (concept - concept.mean(axis=0)) / len(centred)
    directions, sizes, _ = np.linalg.svd((axes / deviations) @ axes.T @ cross, full_matrices=False)
    basis = directions[:, sizes > _NOTHING * sizes[0]]
    reader = basis.T @ (axes / deviations) @ axes.T
    writer = (axes * deviations) @ axes.T @ basis
    return FittedErasure(
        mean.astype(np.float32), reader.astype(np.float32), writer.astype(np.float32)
    )
