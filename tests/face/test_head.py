import numpy as np
import pytest

from verhm.face.head import PIVOT, Neck, rotation, turned
from verhm.face.rig import avatar_titles, load_face

RIGHT_ANGLE = np.pi / 2
LEFT, UP, FORWARD = np.eye(3)  # of the person


@pytest.mark.parametrize(
    ("angles", "of", "goes_to"),
    [
        ((RIGHT_ANGLE, 0, 0), FORWARD, -UP),
        ((0, RIGHT_ANGLE, 0), FORWARD, LEFT),
        ((0, 0, RIGHT_ANGLE), UP, -LEFT),
    ],
)
def test_positive_angles_bend_down_turn_left_and_tilt_right(angles, of, goes_to):
    np.testing.assert_allclose(rotation(np.array(angles)) @ of, goes_to, atol=1e-12)


def test_a_rotation_keeps_lengths():
    turn = rotation(np.array([0.1, -0.2, 0.3]))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)


@pytest.mark.parametrize("name", avatar_titles())
def test_the_shirt_keeps_still_and_the_skull_turns_as_one_piece(name):
    face = load_face(name=name)
    share = Neck.of(face).share(face.neutral)
    assert not share[face.parts["shirt"].vertices].any()
    for part in ("teeth", "gums", "lashes", "left eye", "right eye"):
        assert np.all(share[face.parts[part].vertices] == 1), part
    assert np.all(share[face.neutral[:, 1] > PIVOT[1]] == 1)
    assert np.all(share[list(face.lips)] == 1)


def test_the_neck_turns_more_and_more_from_the_collar_up():
    neck = Neck(6.1)
    heights = np.linspace(6.0, 6.6, 50)
    share = neck.share(np.column_stack([0 * heights, heights, 0 * heights]))
    assert np.all(np.diff(share) >= 0) and share[0] == 0 and share[-1] == 1


def test_what_does_not_turn_stays_and_what_turns_keeps_its_distance_from_the_pivot():
    points = np.random.default_rng(0).normal(PIVOT, 1, (40, 3)).astype(np.float32)
    share = np.repeat(np.array([0, 1], np.float32), 20)
    moved = turned(points, share, np.array([0.1, -0.05, 0.08]))
    np.testing.assert_array_equal(moved[:20], points[:20])
    distances = [np.linalg.norm(each[20:] - PIVOT, axis=1) for each in (points, moved)]
    np.testing.assert_allclose(*distances, rtol=1e-5)
