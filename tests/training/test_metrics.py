import numpy as np
import pytest

from training.metrics import bootstrap_interval, expected_calibration_error, score_emotions


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


def test_recall_is_averaged_over_emotions_not_clips():
    labels = np.array([*range(8), 0, 0])
    found = [*range(8), 1, 1]
    scores = score_emotions(rows(*[(index, 0.9) for index in found]), labels)
    assert scores.accuracy == pytest.approx(0.8)
    assert scores.uar == pytest.approx((1 / 3 + 7) / 8)
    assert scores.confusion[0][:2] == (1, 2)


def test_the_interval_of_like_speakers_has_no_width():
    speakers = np.repeat(["a", "b", "c"], 4)
    values = np.tile([0.0, 1.0, 1.0, 1.0], 3)
    rng = np.random.default_rng(0)
    assert bootstrap_interval(lambda index: values[index].mean(), speakers, rng) == (0.75, 0.75)
