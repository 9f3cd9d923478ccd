import numpy as np

from verhm.face.easing import ease


def test_it_rises_from_nothing_to_all_and_stays_there():
    way = ease(np.linspace(-1, 2, 301))
    assert way[0] == 0 and way[-1] == 1
    assert (np.diff(way) >= 0).all()
    np.testing.assert_allclose(way + way[::-1], 1)
    assert ease(np.array(0.25)) == 5 / 32  # 3/16 - 2/64


def test_it_begins_and_ends_without_a_jerk():
    step = 1e-4
    speed = np.diff(ease(np.array([[0, step], [1 - step, 1]])), axis=1) / step
    assert np.abs(speed).max() < 1e-3
