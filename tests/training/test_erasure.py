import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from training.erasure import fit_erasure

LABELS = np.arange(600) % 3


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Eight features, of which the first four tell one of three concepts; all have their scale."""
    rng = np.random.default_rng(0)
    found = rng.normal(size=(600, 8)) @ np.diag([1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 1.0, 0.1])
    found[:, :4] += rng.normal(0, 2.0, (3, 4))[LABELS]
    return found.astype(np.float32)


def accuracy(vectors: np.ndarray, labels: np.ndarray) -> float:
    return LogisticRegression(max_iter=2000).fit(vectors, labels).score(vectors, labels)


def test_a_linear_reader_finds_no_trace_of_the_concept(vectors):
    erased = fit_erasure(vectors, LABELS)(vectors)
    assert accuracy(vectors, LABELS) > 0.8
    assert accuracy(erased, LABELS) < 1 / 3 + 0.02
    means = [erased[label == LABELS].mean(axis=0) for label in range(3)]
    np.testing.assert_allclose(means, np.repeat(means[:1], 3, axis=0), atol=1e-4)


def test_no_more_is_taken_out_than_the_concept_has_directions(vectors):
    erasure = fit_erasure(vectors, LABELS)
    assert erasure.reader.shape == (2, 8)
    changes = erasure(vectors) - vectors
    assert np.linalg.matrix_rank(changes, tol=1e-2) == 2


def test_what_does_not_go_with_the_concept_can_be_read_as_before(vectors):
    erased = fit_erasure(vectors, LABELS)(vectors)
    for column in (4, 5, 6):
        assert np.corrcoef(erased[:, column], vectors[:, column])[0, 1] > 0.95
        assert accuracy(erased, (vectors[:, column] > 0).astype(int)) > 0.95


def test_what_is_erased_once_has_nothing_left_to_erase(vectors):
    erasure = fit_erasure(vectors, LABELS)
    once = erasure(vectors)
    np.testing.assert_allclose(erasure(once), once, atol=1e-3)


def test_a_concept_that_never_changes_takes_nothing_out(vectors):
    erasure = fit_erasure(vectors, np.zeros(600, dtype=int))
    np.testing.assert_array_equal(erasure(vectors), vectors)
