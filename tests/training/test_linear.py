import numpy as np
import pytest

from training.linear import centre_voices, fit_components, fit_layer
from verhm.labels import EMOTIONS

RNG = np.random.default_rng(0)
LABELS = np.arange(400) % len(EMOTIONS)
STATISTICS = RNG.normal(size=(8, 20))[LABELS] + RNG.normal(0, 0.5, (400, 20))


def test_a_voices_mean_is_taken_off_and_nothing_else():
    speakers = np.array(["a", "b", "a", "b"])
    embedding = np.array([[1.0], [10.0], [3.0], [30.0]])
    np.testing.assert_allclose(centre_voices(embedding, speakers), [[-1], [-10], [1], [10]])


@pytest.mark.parametrize("shrinkage", [0.1, 0.5])
def test_a_layer_tells_classes_apart_in_the_components_it_was_fitted_on(shrinkage):
    components = fit_components(STATISTICS, 12, seed=0)
    layer = fit_layer(components, components(STATISTICS), LABELS, shrinkage)
    found = layer(components(STATISTICS)).argmax(axis=1)
    assert np.mean(found == LABELS) > 0.95


def test_a_class_that_is_rare_is_not_thought_unlikely():
    """As many of each near the border between two classes, though one has four times the rows."""
    labels = np.arange(5_000) % 5 == 0
    statistics = labels[:, None] * 1.0 + RNG.normal(size=(5_000, 2))
    components = fit_components(statistics, 2, seed=0)
    layer = fit_layer(components, components(statistics), labels, 0.1)
    border = layer(components(np.full((1, 2), 0.5)))
    np.testing.assert_allclose(border, 0.0, atol=0.2)


def test_a_layer_leans_less_on_what_varies_more_within_the_classes():
    """Two axes tell two classes apart equally well on average; one of them is noisy."""
    labels = np.arange(2_000) % 2
    noise = RNG.normal(size=(2_000, 2)) * (0.3, 2.0)
    statistics = labels[:, None] * (1.0, 1.0) + noise
    components = fit_components(statistics, 2, seed=0)
    layer = fit_layer(components, components(statistics), labels, 0.1)
    quiet, noisy = np.abs((layer.weights @ components.axes / components.scale)[-1])
    assert quiet > 5 * noisy
