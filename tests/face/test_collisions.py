import numpy as np
import pytest

from benchmarks.face_sheet import VISEMES, morph_weights, sure_expressions
from verhm.face.collisions import CROWDED, CROWDS, OPPOSED, settle
from verhm.labels import MORPHS

RANDOM = np.random.default_rng(0).uniform(0, 1, (200, len(MORPHS)))


def column(name: str) -> int:
    return MORPHS.index(name)


def test_faces_without_collisions_stay_as_they_are():
    faces = np.concatenate(
        [sure_expressions(), [morph_weights(shape) for shape in VISEMES.values()]]
    )
    np.testing.assert_allclose(settle(faces), faces)


def test_nothing_grows_and_settling_again_changes_nothing():
    settled = settle(RANDOM)
    assert np.all(settled <= RANDOM) and settled.min() >= 0
    np.testing.assert_allclose(settle(settled), settled, atol=1e-12)


def test_of_two_that_pull_against_each_other_one_is_left():
    settled = settle(RANDOM)
    for one, other in OPPOSED:
        assert np.all(np.minimum(settled[:, one], settled[:, other]) == 0)
        alone = np.zeros_like(RANDOM)
        alone[:, [one, other]] = RANDOM[:, [one, other]]
        left = settle(alone)
        np.testing.assert_allclose(left[:, one] - left[:, other], alone[:, one] - alone[:, other])


def test_a_smile_and_lowered_corners_leave_what_one_has_more():
    weights = morph_weights({"mouthSmile": 0.7, "mouthFrown": 0.3})[None]
    settled = settle(weights)[0]
    assert settled[column("mouthSmileLeft")] == pytest.approx(0.4)
    assert settled[column("mouthFrownLeft")] == 0


def test_muscles_at_the_same_skin_stop_at_their_limit():
    settled = settle(RANDOM)
    for first, second, limit in CROWDED:
        assert (settled[:, first] + settled[:, second]).max() <= max(limit, 1.0) + 1e-9


def test_of_what_crowds_the_same_skin_all_give_way_alike():
    for columns, amounts, limit in CROWDS:
        settled = settle(RANDOM)[:, columns]
        assert (settled @ amounts).max() <= limit + 1e-9
    pressed = morph_weights({"mouthRollLower": 1.0, "mouthRollUpper": 1.0, "mouthShrugLower": 1.0})
    rolled = settle(pressed)[[column("mouthRollLower"), column("mouthRollUpper")]]
    np.testing.assert_allclose(rolled, 2 / 3, atol=1e-6)


def test_one_face_settles_as_it_does_among_others():
    np.testing.assert_array_equal(settle(RANDOM[7]), settle(RANDOM)[7])
    np.testing.assert_array_equal(settle(RANDOM.reshape(4, 50, -1))[1, 3], settle(RANDOM)[53])


def test_the_weights_of_a_caller_stay_as_they_are():
    before = RANDOM.copy()
    settle(RANDOM)
    np.testing.assert_array_equal(RANDOM, before)


def test_lips_close_over_an_open_jaw_but_not_through_each_other():
    weights = morph_weights({"jawOpen": 0.2, "mouthClose": 0.9})[None]
    assert settle(weights)[0, column("mouthClose")] == pytest.approx(0.2)
    assert settle(weights)[0, column("jawOpen")] == pytest.approx(0.2)


def test_small_changes_stay_small():
    """No collision makes a face jump from one frame to the next."""
    nudged = (RANDOM + np.random.default_rng(1).uniform(-1e-3, 1e-3, RANDOM.shape)).clip(0, 1)
    assert np.abs(settle(nudged) - settle(RANDOM)).max() < 6e-3


def test_both_sides_are_treated_alike():
    left = [column(name) for name in MORPHS if name.endswith("Left") and name[:4] != "jawL"]
    left = [at for at in left if MORPHS[at] != "mouthLeft"]
    right = [column(MORPHS[at].removesuffix("Left") + "Right") for at in left]
    even = RANDOM.copy()
    even[:, right] = even[:, left]
    even[:, column("mouthLeft")] = even[:, column("mouthRight")]
    settled = settle(even)
    np.testing.assert_allclose(settled[:, left], settled[:, right])
