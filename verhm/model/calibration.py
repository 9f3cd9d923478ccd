"""Turning logits into probabilities that mean what they say.

Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2):
dividing all logits by one number changes no decision, only how sure it claims to be.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax


def calibrate(logits: np.ndarray, temperature: float) -> np.ndarray:
    """(N, K) logits to (N, K) probabilities; above 1, the temperature makes them humbler."""
    return softmax(np.asarray(logits, dtype=np.float64) / temperature, axis=-1)


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature under which the true labels are likeliest.

    Args:
        logits: (N, K) of speakers the classifier has not been trained on
        labels: (N,) indices of the true emotions

    Returns:
        temperature in [0.05, 20]
    """

    def surprise(log_temperature: float) -> float:
        scores = log_softmax(logits / np.exp(log_temperature), axis=-1)
        return -float(np.mean(scores[np.arange(len(labels)), labels]))

    found = minimize_scalar(surprise, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))
