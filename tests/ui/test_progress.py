"""Progress never goes back, and an estimate is only given when there is ground for one."""

import itertools

import pytest

from ui.progress import SETTLED, WEIGHTS, Pace, share_done
from verhm.stages import Stage


def test_progress_grows_through_the_stages_from_nothing_to_all():
    shares = [share_done(stage, share) for stage in Stage for share in (0.0, 0.5, 1.0)]
    assert all(before <= after for before, after in itertools.pairwise(shares))
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)
    assert set(WEIGHTS) == set(Stage)


@pytest.fixture
def pace() -> Pace:
    """Of a job that got ready for a minute and made its first progress at 60 s."""
    begun = Pace()
    begun.seconds_left(0.1, 0.0)
    begun.seconds_left(0.1, 59.0)
    begun.seconds_left(0.2, 60.0)
    return begun


def test_time_left_is_what_the_rest_takes_at_the_same_pace(pace):
    assert pace.seconds_left(0.4, 70.0) == pytest.approx(30.0)
    assert pace.seconds_left(1.0, 100.0) == 0.0


def test_getting_ready_does_not_count(pace):
    ready_at_once = Pace()
    ready_at_once.seconds_left(0.1, 0.0)
    ready_at_once.seconds_left(0.2, 0.1)
    assert ready_at_once.seconds_left(0.4, 10.1) == pytest.approx(pace.seconds_left(0.4, 70.0))


def test_no_estimate_before_there_is_ground_for_one(pace):
    assert Pace().seconds_left(0.5, 100.0) is None
    assert pace.seconds_left(0.3, 60.0 + SETTLED / 2) is None
    assert pace.seconds_left(0.2, 200.0) is None
