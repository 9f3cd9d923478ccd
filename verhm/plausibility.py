"""Which emotions a window's probabilities leave open."""

import numpy as np


def emotion_sets(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Tell which emotions are plausible in each window.

    Args:
        probabilities: (W, K) calibrated
        threshold: from which an emotion is plausible

    Returns:
        (W, K) bool; the likeliest emotion always is
    """
    likeliest = probabilities == probabilities.max(axis=1, keepdims=True)
    return (probabilities >= threshold) | likeliest
