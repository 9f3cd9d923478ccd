"""Carries morphs from one identity to another, so that what met still meets."""

import numpy as np
from scipy.interpolate import RBFInterpolator

SPACING = 0.06  # dm; of the points that tell how space is bent, at least
SMOOTHING = 0.05  # dm; how far each speaks for its neighbours, so that the bend is gentle


def carry_morphs(morphs: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Bend space from one neutral face to another, and the moved faces with it.

    Scaling each offset alone would part lips and lids, as the two sides of a mouth may change
    differently. Bending space keeps points together that meet anywhere on the way.

    Args:
        morphs: (M, V, 3) offsets of the face they were made for
        before: (V, 3) that face, neutral
        after: (V, 3) the other one, neutral

    Returns:
        (M, V, 3) offsets for the other face; vertices that did not move still do not
    """
    moving = np.flatnonzero((np.abs(morphs) > 1e-6).any(axis=(0, 2)))
    known = moving[spread_out(before[moving])]
    bend = RBFInterpolator(
        before[known], after[known] - before[known], kernel="linear", smoothing=SMOOTHING
    )
    here = np.zeros_like(before)
    here[moving] = bend(before[moving])
    carried = np.array(morphs)
    for offsets in carried:
        moved = np.flatnonzero((np.abs(offsets) > 1e-6).any(axis=1))
        if len(moved):
            offsets[moved] += bend(before[moved] + offsets[moved]) - here[moved]
    return carried


def spread_out(points: np.ndarray) -> np.ndarray:
    """Indices, ascending, of one of (N, 3) points in each cell of a grid."""
    cells = np.floor(points / SPACING).astype(int)
    return np.sort(np.unique(cells, axis=0, return_index=True)[1])
