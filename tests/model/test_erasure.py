import numpy as np
import pytest
import torch

from verhm.model.erasure import Erasure

WIDTH, VALUES = 12, 3


@pytest.fixture
def labels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, VALUES, 600)


@pytest.fixture
def vectors(labels) -> np.ndarray:
    """Axes that lean on each other, most of which tell the label."""
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(len(labels), WIDTH)) @ rng.normal(size=(WIDTH, WIDTH))
    return 5.0 + noise + (np.eye(VALUES)[labels] @ rng.normal(size=(VALUES, WIDTH)))


@pytest.fixture
def erasure(vectors, labels) -> Erasure:
    """Theorem 4.3 of the paper, by eigenvalues."""
    centred = vectors - vectors.mean(axis=0)
    concept = np.eye(VALUES)[labels] - np.eye(VALUES)[labels].mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    whiten, colour = (axes * values**power @ axes.T for power in (-0.5, 0.5))
    told = np.linalg.svd(whiten @ centred.T @ concept)[0][:, : VALUES - 1]
    erasure = Erasure(WIDTH, VALUES - 1).double()
    erasure.mean.copy_(torch.from_numpy(vectors.mean(axis=0)))
    erasure.reader.copy_(torch.from_numpy(told.T @ whiten))
    erasure.writer.copy_(torch.from_numpy(colour @ told))
    return erasure


def apply(erasure: Erasure, vectors: np.ndarray) -> np.ndarray:
    return erasure(torch.from_numpy(vectors)).numpy()


def explained(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Share of the labels' variance that the best linear reader tells."""
    seen = np.column_stack([vectors, np.ones(len(vectors))])
    truth = np.eye(VALUES)[labels]
    left = truth - seen @ np.linalg.lstsq(seen, truth, rcond=None)[0]
    return 1 - left.var(axis=0).sum() / truth.var(axis=0).sum()


def test_no_linear_reader_finds_the_concept_again(erasure, vectors, labels):
    assert explained(vectors, labels) > 0.1
    assert explained(apply(erasure, vectors), labels) == pytest.approx(0.0, abs=1e-9)


def test_only_as_many_directions_change_as_the_concept_has(erasure, vectors):
    change = apply(erasure, vectors) - vectors
    assert np.linalg.matrix_rank(change, tol=1e-6) == VALUES - 1
    np.testing.assert_allclose(change.mean(axis=0), 0.0, atol=1e-12)


def test_twice_erased_is_once_erased(erasure, vectors):
    once = apply(erasure, vectors)
    np.testing.assert_allclose(apply(erasure, once), once, atol=1e-9)


def test_frames_are_erased_as_vectors_are(erasure, vectors):
    frames = vectors.reshape(3, 200, WIDTH)
    np.testing.assert_allclose(
        apply(erasure, frames).reshape(vectors.shape), apply(erasure, vectors), atol=1e-12
    )


def test_what_was_not_fitted_erases_nothing():
    vectors = torch.randn(5, WIDTH)
    torch.testing.assert_close(Erasure(WIDTH, 1)(vectors), vectors, rtol=0, atol=0)
