"""Where the eyes look, from a seed: at the listener, with small shifts."""

from typing import Final

import numpy as np

from verhm.face.easing import ease
from verhm.labels import MORPHS

# Fixations in conversation: log-normal, a median near 1 s (Rayner 1998,
# doi:10.1037/0033-2909.124.3.372: 0.2 to 0.4 s in reading, far longer on a face that is spoken to).
MEDIAN_FIXATION: Final = 1.1  # s
SPREAD: Final = 0.55  # of the logarithm
SHORTEST, LONGEST = 0.35, 5.0  # s
HOME: Final = 0.5  # share of fixations on the listener's eyes
# Of full weight, which is 28 degrees across and 20 up and down: at most 3.5 and 2 degrees.
ACROSS, UP_DOWN = 0.125, 0.10
# A saccade of a few degrees: 2.2 ms a degree and 21 ms (Carpenter 1988, Movements of the Eyes).
SACCADE: Final = 0.035  # s


def look(times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(F, 2) gaze to the person's left and up, in full weights, at ascending times in seconds."""
    if not len(times):
        return np.zeros((0, 2))
    starts, targets = _saccades(float(times[-1]), rng)
    latest = np.searchsorted(starts, times, side="right") - 1
    done = ease((times - starts[latest]) / SACCADE)[:, None]
    before, after = targets[np.maximum(latest - 1, 0)], targets[latest]
    return before + (after - before) * done


def gaze_morphs(gaze: np.ndarray) -> np.ndarray:
    """(F, M) morph weights of a (F, 2) gaze; both eyes turn alike."""
    weights = np.zeros((len(gaze), len(MORPHS)))
    left, up = gaze.T
    for name, amount in (
        ("eyeLookOutLeft", left),
        ("eyeLookInRight", left),
        ("eyeLookInLeft", -left),
        ("eyeLookOutRight", -left),
        ("eyeLookUpLeft", up),
        ("eyeLookUpRight", up),
        ("eyeLookDownLeft", -up),
        ("eyeLookDownRight", -up),
    ):
        weights[:, MORPHS.index(name)] = amount.clip(0)
    return weights


def _saccades(end: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(N,) starts and (N, 2) targets of the saccades until `end`; the first is the rest at home."""
    starts, targets = [0.0], [np.zeros(2)]
    while starts[-1] < end:
        pause = MEDIAN_FIXATION * np.exp(SPREAD * rng.normal())
        direction, is_home = rng.uniform(-1, 1, 2), rng.random() < HOME
        starts.append(starts[-1] + SACCADE + float(np.clip(pause, SHORTEST, LONGEST)))
        targets.append(np.zeros(2) if is_home else direction * (ACROSS, UP_DOWN))
    return np.array(starts), np.array(targets)
