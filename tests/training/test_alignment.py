import numpy as np
import pytest

from training.alignment import align


def spoken(frames: int, start: int, end: int) -> np.ndarray:
    speech = np.zeros(frames, dtype=bool)
    speech[start:end] = True
    return speech


@pytest.fixture
def take() -> np.ndarray:
    """60 frames, of which 10 to 50 are speech."""
    return np.random.default_rng(0).normal(size=(60, 16))


@pytest.mark.parametrize("factor", [2, 3])
def test_a_take_is_followed_in_a_stretched_one(take, factor):
    slow = np.repeat(take, factor, axis=0)
    place = align(take, spoken(60, 10, 50), slow, spoken(60 * factor, 10 * factor, 50 * factor))
    np.testing.assert_array_equal(place[10:50] // factor, np.arange(10, 50))


def test_a_take_is_followed_in_a_hurried_one(take):
    place = align(take, spoken(60, 10, 50), take[::2], spoken(30, 5, 25))
    assert np.abs(place[10:50] - np.arange(10, 50) / 2).max() <= 1


@pytest.mark.parametrize("seed", range(3))
def test_it_never_goes_back_and_holds_still_outside_of_speech(take, seed):
    rng = np.random.default_rng(seed)
    other = rng.normal(size=(45, 16))
    place = align(take, spoken(60, 10, 50), other, spoken(45, 7, 30))
    assert place.shape == (60,)
    assert (np.diff(place) >= 0).all()
    assert set(place[:10]) == {place[10]}
    assert set(place[50:]) == {29}
    assert place.min() >= 7


def test_takes_in_which_nobody_speaks_are_followed_as_a_whole(take):
    place = align(take, spoken(60, 0, 0), take, spoken(60, 0, 0))
    np.testing.assert_array_equal(place, np.arange(60))
