import numpy as np
import pytest

from training.metrics import (
    HEADLINE,
    bootstrap,
    conformal_coverage,
    expected_calibration_error,
    headline_intervals,
    interval,
    reliability_bins,
    risk_coverage,
    score_emotions,
    score_groups,
    score_transfer,
)


def rows(*confident: tuple[int, float]) -> np.ndarray:
    """Probabilities with the named one at the given index, the rest shared out."""
    table = np.zeros((len(confident), 8))
    for row, (index, value) in zip(table, confident, strict=True):
        row[:] = (1 - value) / 7
        row[index] = value
    return table


def test_calibration_error_by_hand():
    # Two at 0.9, one of them right: |0.5 - 0.9|. Two at 0.5, both right: |1 - 0.5|.
    probabilities = rows((0, 0.9), (0, 0.9), (1, 0.5), (1, 0.5))
    labels = np.array([0, 3, 1, 1])
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0.45)


def test_honest_confidence_has_no_error():
    probabilities = rows(*[(0, 0.75)] * 4)
    assert expected_calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(0.0)


def test_reliability_bins_hold_every_example_once():
    probabilities = rows((0, 0.9), (0, 0.92), (1, 0.5), (2, 1.0))
    bins = reliability_bins(probabilities, np.array([0, 3, 1, 2]), bins=10)
    assert [(one.low, one.examples, one.accuracy) for one in bins] == [
        (0.5, 1, 1.0),
        (0.9, 3, pytest.approx(2 / 3)),
    ]
    assert bins[1].confidence == pytest.approx((0.9 + 0.92 + 1.0) / 3)


def test_recall_is_averaged_over_emotions_not_clips():
    labels = np.array([*range(8), 0, 0])
    found = [*range(8), 1, 1]
    scores = score_emotions(rows(*[(index, 0.9) for index in found]), labels)
    assert scores.accuracy == pytest.approx(0.8)
    assert scores.uar == pytest.approx((1 / 3 + 7) / 8)
    assert scores.confusion[0][:2] == (1, 2)


def test_brier_and_likelihood_by_hand():
    probabilities = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.2, 0.5, 0.3]])
    scores = score_emotions(probabilities, np.array([0, 0, 2]))
    # Squared distances: 0.25 + 0.09 + 0.04, 0.81 + 0.04 + 0.49 and 0.04 + 0.25 + 0.49.
    assert scores.brier == pytest.approx((0.38 + 1.34 + 0.78) / 3)
    assert scores.nll == pytest.approx(-np.log(0.5 * 0.1 * 0.3) / 3)
    assert scores.top2_accuracy == pytest.approx(2 / 3)


def test_risk_rises_by_the_wrong_answers_in_the_order_of_confidence():
    probabilities = rows((0, 0.6), (1, 0.9), (2, 0.8), (3, 0.7), (4, 0.5))
    labels = np.array([0, 1, 5, 3, 5])  # the second surest and the least sure are wrong
    curve = risk_coverage(probabilities, labels)
    np.testing.assert_allclose(curve.coverage, [0.2, 0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(curve.risk, [0, 1 / 2, 1 / 3, 1 / 4, 2 / 5])
    scores = score_emotions(probabilities, labels)
    assert scores.aurc == pytest.approx((1 / 2 + 1 / 3 + 1 / 4 + 2 / 5) / 5)
    assert scores.accuracy_at_80 == pytest.approx(3 / 4)


def test_at_full_coverage_the_risk_is_the_share_of_wrong_answers():
    rng = np.random.default_rng(0)
    probabilities, labels = rng.dirichlet(np.ones(8), 97), rng.integers(0, 8, 97)
    accuracy = score_emotions(probabilities, labels).accuracy
    assert risk_coverage(probabilities, labels).risk_at(1.0) == pytest.approx(1 - accuracy)


def test_conformal_sets_by_hand():
    sets = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 0]], dtype=bool)
    coverage, size = conformal_coverage(sets, np.array([0, 1, 0, 2]))
    assert (coverage, size) == (0.5, 1.25)


def test_sets_of_everything_always_cover():
    assert conformal_coverage(np.ones((5, 8), dtype=bool), np.arange(5)) == (1.0, 8.0)


def test_a_group_is_not_blamed_for_emotions_it_lacks():
    labels = np.array([0, 1, 1, 2])
    scores = score_groups(
        rows((0, 0.9), (1, 0.9), (0, 0.9), (3, 0.9)), labels, np.array(["a", "a", "a", "b"])
    )
    assert (scores["a"].uar, scores["a"].emotions) == (0.75, 2)
    assert scores["a"].accuracy == pytest.approx(2 / 3)
    assert (scores["b"].uar, scores["b"].examples) == (0.0, 1)


def test_an_answer_the_other_corpus_lacks_counts_only_when_it_was_open():
    # Two emotions there; the third, which it lacks, is likeliest for the last example.
    probabilities = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.3, 0.6]])
    scores = score_transfer(probabilities, np.array([0, 1, 1]), ("neutral", "sad", "calm"))
    assert (scores.uar, scores.open_uar) == (1.0, 0.75)
    assert scores.per_class_recall == {"neutral": 1.0, "sad": 0.5}


def test_the_interval_of_like_speakers_has_no_width():
    speakers = np.repeat(["a", "b", "c"], 4)
    values = np.tile([0.0, 1.0, 1.0, 1.0], 3)
    draws = bootstrap(lambda index: values[index].mean(), speakers, np.random.default_rng(0))
    assert interval(draws) == [0.75, 0.75]


def test_every_single_figure_lies_within_its_interval():
    rng = np.random.default_rng(0)
    labels = np.tile(np.arange(8), 30)
    probabilities = (rng.dirichlet(np.ones(8), 240) + np.eye(8)[labels]) / 2
    speakers = np.repeat(np.arange(10), 24)
    scores = score_emotions(probabilities, labels)
    intervals = headline_intervals(probabilities, labels, speakers, rounds=60)
    assert set(intervals) == set(HEADLINE)
    for name in set(HEADLINE) - {"ece"}:  # upward biased: fewer examples scatter more
        assert intervals[name][0] <= getattr(scores, name) <= intervals[name][1]
