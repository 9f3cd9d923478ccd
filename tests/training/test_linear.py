import numpy as np
import pytest

from training.linear import centre_voices, fit_basis, fit_head
from verhm.labels import EMOTIONS

RNG = np.random.default_rng(0)
LABELS = np.arange(400) % len(EMOTIONS)
STATISTICS = RNG.normal(size=(8, 20))[LABELS] + RNG.normal(0, 0.5, (400, 20))


def test_a_voices_mean_is_taken_off_and_nothing_else():
    speakers = np.array(["a", "b", "a", "b"])
    embedding = np.array([[1.0], [10.0], [3.0], [30.0]])
    np.testing.assert_allclose(centre_voices(embedding, speakers), [[-1], [-10], [1], [10]])


@pytest.mark.parametrize("shrinkage", [0.1, 0.5])
def test_a_head_tells_classes_apart_in_the_components_it_was_fitted_on(shrinkage):
    base = fit_basis(STATISTICS, 12, seed=0)
    head = fit_head(base, base.embed(STATISTICS), LABELS, shrinkage)
    np.testing.assert_array_equal(head.basis, base.basis)
    found = head.logits(head.embed(STATISTICS)).argmax(axis=1)
    assert np.mean(found == LABELS) > 0.95


def test_a_head_leans_less_on_what_varies_more_within_the_classes():
    """Two axes tell two classes apart equally well on average; one of them is noisy."""
    labels = np.arange(2_000) % 2
    noise = RNG.normal(size=(2_000, 2)) * (0.3, 2.0)
    statistics = labels[:, None] * (1.0, 1.0) + noise
    base = fit_basis(statistics, 2, seed=0)
    head = fit_head(base, base.embed(statistics), labels, 0.1)
    quiet, noisy = np.abs((head.weights @ head.basis / head.scale)[-1])
    assert quiet > 5 * noisy
