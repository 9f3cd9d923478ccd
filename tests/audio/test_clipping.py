import numpy as np
import pytest

from verhm.audio import clipping
from verhm.audio.clipping import clipped_per_frame

QUIET = [0.1] * 4


@pytest.mark.parametrize(
    ("samples", "counts"),
    [
        ([*QUIET, 1.0, 1.0, 1.0, 0.0], [0, 3]),
        ([*QUIET, 1.0, 1.0, 0.0, 1.0], [0, 0]),
        ([*QUIET, 1.0, -1.0, 1.0, -1.0], [0, 0]),
        ([0.0, 0.0, -1.0, -1.0, -1.0, -1.0, 0.0, 0.0], [2, 2]),
        ([*QUIET, 0.96, 1.0, 0.96, 0.94], [0, 3]),
        ([*QUIET, *QUIET, 1.0, 1.0, 1.0], [0, 0]),  # the last frame is not whole
    ],
)
def test_runs_of_three_at_the_peak_are_counted(samples, counts):
    found = clipped_per_frame(np.array(samples, dtype=np.float32), 1.0, 4)
    assert found.tolist() == counts


def test_silence_has_nothing_to_cut_off():
    assert clipped_per_frame(np.zeros(400, dtype=np.float32), 0.0, 100).sum() == 0


def test_blocks_make_no_difference(monkeypatch):
    samples = np.clip(np.random.default_rng(0).normal(0, 1, 5_000), -1, 1).astype(np.float32)
    at_once = clipped_per_frame(samples, 1.0, 10)
    monkeypatch.setattr(clipping, "_BLOCK", 30)
    np.testing.assert_array_equal(clipped_per_frame(samples, 1.0, 10), at_once)
    assert at_once.sum() > 100
