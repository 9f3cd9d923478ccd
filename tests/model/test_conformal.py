import numpy as np
import pytest

from verhm.model.conformal import fit_set_threshold
from verhm.plausibility import emotion_sets


def draws(rng, count):
    """Probabilities and labels drawn from them: calibrated by construction."""
    probabilities = rng.dirichlet(np.full(8, 0.4), count)
    labels = np.array([rng.choice(8, p=row) for row in probabilities])
    return probabilities, labels


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_of_new_windows_hold_the_truth_as_often_as_promised(coverage):
    rng = np.random.default_rng(0)
    threshold = fit_set_threshold(*draws(rng, 2_000), coverage)
    probabilities, labels = draws(rng, 4_000)
    sets = emotion_sets(probabilities, threshold)
    assert sets[np.arange(len(labels)), labels].mean() == pytest.approx(coverage, abs=0.02)


def test_more_coverage_needs_larger_sets():
    probabilities, labels = draws(np.random.default_rng(1), 2_000)
    sizes = [
        emotion_sets(probabilities, fit_set_threshold(probabilities, labels, share)).sum(axis=1)
        for share in (0.5, 0.8, 0.95)
    ]
    assert sizes[0].mean() < sizes[1].mean() < sizes[2].mean()


def test_few_windows_promise_nothing_smaller_than_everything():
    probabilities, labels = draws(np.random.default_rng(2), 8)
    threshold = fit_set_threshold(probabilities, labels)
    assert emotion_sets(probabilities, threshold).all()


def test_nine_windows_leave_out_what_is_less_likely_than_any_truth():
    probabilities = np.tile([0.3, 0.6, 0.1], (9, 1))
    assert fit_set_threshold(probabilities, np.array([1] * 8 + [0])) == pytest.approx(0.3)


def test_the_likeliest_emotion_always_belongs():
    sets = emotion_sets(np.array([[0.4, 0.35, 0.25]]), 0.9)
    assert sets.tolist() == [[True, False, False]]
