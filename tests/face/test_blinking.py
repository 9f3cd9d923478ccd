import numpy as np
import pytest

from verhm.face.blinking import LONGEST, SHORTEST, blink

RATE = 120.0
TIMES = np.arange(0, 600, 1 / RATE)


def closed_spans(lids: np.ndarray) -> np.ndarray:
    """(N, 2) first and last frame of each blink."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lids > 0, [0]]).astype(int)))
    return edges.reshape(-1, 2)


@pytest.mark.parametrize("seed", range(5))
def test_people_blink_ten_to_twenty_five_times_a_minute(seed):
    spans = closed_spans(blink(TIMES, np.random.default_rng(seed)))
    assert 100 <= len(spans) <= 250


def test_blinks_are_short_and_complete():
    lids = blink(TIMES, np.random.default_rng(0))
    spans = closed_spans(lids)
    lengths = np.diff(spans, axis=1) / RATE
    assert lengths.min() > SHORTEST - 0.04 and lengths.max() < LONGEST + 0.04
    assert all(lids[first:last].max() == 1 for first, last in spans)


def test_pauses_vary():
    starts = closed_spans(blink(TIMES, np.random.default_rng(0)))[:, 0] / RATE
    pauses = np.diff(starts)
    assert 2.5 < np.median(pauses) < 5
    assert pauses.std() > 0.5


def test_lids_stay_in_bounds_at_any_frame_rate():
    for rate in (10.0, 30.0, 60.0):
        lids = blink(np.arange(0, 60, 1 / rate), np.random.default_rng(1))
        assert lids.min() == 0 and lids.max() <= 1


def test_no_time_no_blink():
    assert blink(np.zeros(0), np.random.default_rng(0)).shape == (0,)
