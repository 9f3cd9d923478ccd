import numpy as np
import pytest

from training.face.transfer import SPACING, carry_morphs, spread_out
from verhm.labels import MORPHS


@pytest.fixture
def before() -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.3, 0.3, (400, 3))


@pytest.fixture
def morphs() -> np.ndarray:
    offsets = np.zeros((len(MORPHS), 400, 3))
    offsets[:4, :300] = np.random.default_rng(1).normal(0, 0.03, (4, 300, 3))
    return offsets


def test_an_equal_face_moves_equally(before, morphs):
    np.testing.assert_allclose(carry_morphs(morphs, before, before), morphs, atol=1e-9)


def test_a_face_elsewhere_moves_equally(before, morphs):
    moved = before + np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(carry_morphs(morphs, before, moved), morphs, atol=1e-6)


def test_a_larger_face_moves_farther(before, morphs):
    carried = carry_morphs(morphs, before, 1.2 * before)
    wrong, unscaled = (np.abs(each - 1.2 * morphs).max() for each in (carried, morphs))
    assert wrong < 0.5 * unscaled
    assert np.abs(carried - 1.2 * morphs).mean() < 0.1 * np.abs(0.2 * morphs).mean()


def test_what_does_not_move_stays(before, morphs):
    bent = before + 0.05 * np.sin(5 * before[:, ::-1])
    carried = carry_morphs(morphs, before, bent)
    assert not carried[:, 300:].any() and not carried[4:].any()


def test_points_that_meet_still_meet(before, morphs):
    """Two lips that a morph closes stay closed on a face that is bent, not only scaled."""
    upper, lower = 10, 20
    morphs[0, upper] = before[lower] - before[upper]
    morphs[0, lower] = 0.0
    bent = before + 0.05 * np.sin(3 * before[:, ::-1])
    carried = carry_morphs(morphs, before, bent)[0]
    apart = np.linalg.norm(bent[upper] + carried[upper] - bent[lower] - carried[lower])
    alone = np.linalg.norm(bent[upper] + morphs[0, upper] - bent[lower])
    assert apart < 0.1 * alone


def test_points_are_spread_out():
    crowd = np.random.default_rng(2).uniform(0, 0.99 * SPACING, (50, 3))
    farther = crowd + 8 * SPACING
    np.testing.assert_array_equal(spread_out(np.concatenate([crowd, farther])), [0, 50])
