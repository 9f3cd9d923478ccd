import numpy as np
import pytest
from PIL import Image

from training.figures import (
    CONFUSION,
    RELIABILITY,
    RISK_COVERAGE,
    draw_confusion,
    draw_figures,
    draw_reliability,
    draw_risk_coverage,
)
from verhm.labels import EMOTIONS

FOLDS = {
    "confusion": (np.eye(8, dtype=int) * 90 + 2).tolist(),
    "reliability": [
        {"low": 0.4, "high": 0.5, "examples": 20, "confidence": 0.45, "accuracy": 0.5},
        {"low": 0.9, "high": 1.0, "examples": 80, "confidence": 0.95, "accuracy": 0.9},
    ],
    "ece": 0.05,
    "risk_coverage": {"coverage": [0.5, 1.0], "risk": [0.1, 0.2]},
    "aurc": 0.12,
}


def test_three_small_pictures_are_drawn(tmp_path):
    draw_figures({"ravdess_folds": FOLDS}, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {CONFUSION, RELIABILITY, RISK_COVERAGE}
    for path in tmp_path.iterdir():
        assert path.stat().st_size < 60_000
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert np.asarray(picture.convert("L")).std() > 10  # not a blank sheet


def test_confusion_is_shown_in_shares_of_the_true_emotion():
    counts = np.zeros((8, 8), dtype=int)
    counts[:, 0] = 1  # everything is taken for the first emotion
    counts[0, 0], counts[0, 1] = 30, 10
    axes = draw_confusion(counts, EMOTIONS).axes[0]
    shown = np.array([text.get_text() for text in axes.texts]).reshape(8, 8)
    assert shown[0, :2].tolist() == ["75", "25"]
    assert set(shown[1:, 0]) == {"100"}
    assert set(shown[:, 2:].ravel()) == {"0"}


def test_reliability_has_a_dot_per_bin_of_the_size_of_its_examples():
    dots = draw_reliability(FOLDS["reliability"], 0.05).axes[0].collections[0]
    np.testing.assert_allclose(dots.get_offsets(), [[0.45, 0.5], [0.95, 0.9]])
    small, large = dots.get_sizes()
    assert small < large


@pytest.mark.parametrize("risk", [[0.1, 0.2], [0.0, 0.0]])
def test_the_risk_curve_fits_into_its_axes(risk):
    axes = draw_risk_coverage({"coverage": [0.5, 1.0], "risk": risk}, 0.1).axes[0]
    assert axes.get_ylim()[0] == 0
    assert max(risk) < axes.get_ylim()[1]
