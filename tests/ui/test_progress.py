"""Progress never goes back, and an estimate is only given when there is ground for one."""

import itertools

import pytest

from ui.progress import SETTLED, WEIGHTS, seconds_left, share_done
from verhm.types import Stage


def test_progress_grows_through_the_stages_from_nothing_to_all():
    shares = [share_done(stage, share) for stage in Stage for share in (0.0, 0.5, 1.0)]
    assert all(before <= after for before, after in itertools.pairwise(shares))
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)
    assert set(WEIGHTS) == set(Stage)


def test_time_left_is_what_the_rest_takes_at_the_same_pace():
    assert seconds_left(0.25, 10.0) == pytest.approx(30.0)
    assert seconds_left(1.0, 10.0) == 0.0


def test_no_estimate_before_there_is_ground_for_one():
    assert seconds_left(0.5, SETTLED / 2) is None
    assert seconds_left(0.0, 100.0) is None
