import numpy as np
import pytest

from benchmarks.face_sheet import morph_weights
from benchmarks.judges.views import CHOICE, REPORT, View, rotation, seen, turned
from verhm.face.rig import load_face


def test_expressions_are_not_reported_on_the_views_they_were_chosen_by():
    assert not set(CHOICE) & set(REPORT)
    assert len(CHOICE) == len(REPORT)


def test_a_straight_view_leaves_the_face_as_it_is():
    face = load_face()
    np.testing.assert_allclose(turned(face, View()).neutral, face.neutral, atol=1e-5)


def test_a_turned_face_moves_as_the_face_does():
    """Posing and turning may be exchanged."""
    face, view = load_face(), View(yaw=11, pitch=-4)
    weights = morph_weights({"jawOpen": 0.5, "mouthSmile": 0.7, "browInnerUp": 0.4})
    other = turned(face, view)
    moved = (face.vertices(weights) - face.neutral) @ rotation(view).T
    np.testing.assert_allclose(other.vertices(weights) - other.neutral, moved, atol=1e-4)
    lengths = [np.linalg.norm(one.neutral - one.neutral[0], axis=1) for one in (face, other)]
    np.testing.assert_allclose(*lengths, atol=1e-4)


def test_a_positive_yaw_turns_the_nose_to_the_persons_left():
    face = load_face()
    nose = np.argmax(face.neutral[face.parts["skin"].vertices, 2])
    assert turned(face, View(yaw=10)).neutral[nose, 0] > face.neutral[nose, 0] + 0.1
    assert turned(face, View(pitch=10)).neutral[nose, 1] < face.neutral[nose, 1] - 0.1


@pytest.mark.parametrize("view", [*CHOICE, *REPORT])
def test_every_view_gives_a_square_picture(view):
    picture = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    made = seen(picture, view, 120)
    assert made.shape == (120, 120, 3) and made.dtype == np.uint8


def test_mirroring_and_gamma_do_what_they_say():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, 50:] = 64
    plain, mirrored = (
        seen(picture, View(is_mirrored=flag, crop=1.0), 100) for flag in (False, True)
    )
    np.testing.assert_array_equal(plain[:, ::-1], mirrored)
    assert seen(picture, View(gamma=0.5, crop=1.0), 100).max() == 128
