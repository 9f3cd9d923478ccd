import numpy as np

from tests.factories import make_timeline
from verhm.affect import affect, affect_band, affect_spread
from verhm.labels import EMOTIONS


def probabilities(**known):
    return np.array([[known.get(label, 0.0) for label in EMOTIONS]])


def test_a_sure_emotion_lies_at_its_place_without_spread():
    sure = probabilities(happy=1.0)
    np.testing.assert_allclose(affect(sure, EMOTIONS), [[0.85, 0.40]])
    np.testing.assert_allclose(affect_spread(sure, EMOTIONS), [[0, 0]], atol=1e-9)


def test_opposites_that_are_alike_likely_lie_between_with_a_wide_spread():
    torn = probabilities(happy=0.5, sad=0.5)
    np.testing.assert_allclose(affect(torn, EMOTIONS), [[0.025, 0.0]], atol=1e-9)
    np.testing.assert_allclose(affect_spread(torn, EMOTIONS), [[0.825, 0.40]])


def test_the_band_stays_in_the_plane_and_holds_the_mean():
    timeline = make_timeline(seed=3)
    low, high = affect_band(timeline.probabilities, timeline.labels)
    assert low.min() >= -1 and high.max() <= 1
    assert (low <= timeline.affect).all() and (timeline.affect <= high).all()
