import numpy as np
import pytest

from verhm.face.gaze import ACROSS, LONGEST, SACCADE, UP_DOWN, gaze_morphs, look
from verhm.labels import MORPHS

RATE = 120.0
TIMES = np.arange(0, 300, 1 / RATE)


def moves(gaze: np.ndarray) -> np.ndarray:
    """(F - 1,) whether the eyes move from a frame to the next."""
    return np.abs(np.diff(gaze, axis=0)).max(axis=1) > 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_shifts_are_small_and_often_come_home(seed):
    gaze = look(TIMES, np.random.default_rng(seed))
    assert np.abs(gaze[:, 0]).max() <= ACROSS and np.abs(gaze[:, 1]).max() <= UP_DOWN
    assert np.abs(gaze).max() > 0.5 * ACROSS
    assert 0.3 < np.mean(~gaze.any(axis=1)) < 0.8


def test_eyes_rest_between_quick_shifts():
    is_moving = moves(look(TIMES, np.random.default_rng(0)))
    assert is_moving.mean() < 0.06
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_moving, [0]]).astype(int)))
    lengths = np.diff(edges.reshape(-1, 2), axis=1) / RATE
    assert lengths.max() <= SACCADE + 2 / RATE
    assert np.diff(edges[::2]).max() / RATE < 3 * (LONGEST + SACCADE)


def test_a_seed_gives_one_gaze_at_any_length():
    first, again = (look(TIMES, np.random.default_rng(2)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    short = look(TIMES[:4000], np.random.default_rng(2))
    np.testing.assert_allclose(short, first[:4000])
    assert not np.array_equal(first, look(TIMES, np.random.default_rng(3)))


def test_it_begins_on_the_listener():
    assert not look(TIMES, np.random.default_rng(1))[: round(0.35 * RATE)].any()


def test_both_eyes_look_the_same_way():
    weights = gaze_morphs(np.array([[0.1, -0.05]]))[0]
    named = {name: weight for name, weight in zip(MORPHS, weights, strict=True) if weight}
    assert named == {
        "eyeLookOutLeft": 0.1,
        "eyeLookInRight": 0.1,
        "eyeLookDownLeft": 0.05,
        "eyeLookDownRight": 0.05,
    }


def test_no_time_no_gaze():
    assert look(np.zeros(0), np.random.default_rng(0)).shape == (0, 2)
