"""What holds of every avatar: it is whole, its lips and lids meet, and nothing crosses."""

import numpy as np
import pytest

from benchmarks.face_check import LIMITS, pose, wall_inside
from benchmarks.face_geometry import Geometry
from benchmarks.face_motion import FACES
from benchmarks.face_sheet import VISEMES, morph_weights
from tests.factories import make_waveform
from training.face.avatars import AVATARS
from verhm.errors import RequestError
from verhm.face.exchange.export import export_writers
from verhm.face.rendering import Renderer
from verhm.face.rig import SHIPPED, FaceModel, avatar_titles, load_face
from verhm.face.video import render_video
from verhm.labels import MORPHS
from verhm.settings import VideoSettings
from verhm.types import MorphSequence

NAMES = tuple(each.name for each in AVATARS)
LARGEST = 16e6  # bytes of all faces together


@pytest.fixture(scope="module", params=NAMES)
def face(request) -> FaceModel:
    return load_face(name=request.param)


@pytest.fixture(scope="module")
def geometry(face) -> Geometry:
    return Geometry(face)


def test_the_shipped_avatars_are_those_that_are_built():
    assert avatar_titles() == {each.name: each.title for each in AVATARS}


def test_all_faces_together_stay_small():
    assert sum(path.stat().st_size for path in SHIPPED.glob("face*")) < LARGEST


def test_all_avatars_share_topology_and_differ_in_shape_and_looks():
    faces = [load_face(name=name) for name in NAMES]
    for one in faces[1:]:
        np.testing.assert_array_equal(one.triangles, faces[0].triangles)
        np.testing.assert_array_equal(one.corner_vertex, faces[0].corner_vertex)
        assert np.abs(one.neutral - faces[0].neutral).max() > 0.05
        assert np.abs(one.texture.astype(int) - faces[0].texture).mean() > 3


def test_eyes_are_at_one_height_for_the_camera(face):
    usual = load_face()
    for eye, other in zip(face.eyes, usual.eyes, strict=True):
        np.testing.assert_allclose(eye.centre[1:], other.centre[1:], atol=0.01)


def test_closed_lids_meet_along_their_edges(face, geometry):
    open_, closed = (
        geometry.openings(face.vertices(weights))
        for weights in (pose(), pose("eyeBlinkLeft", "eyeBlinkRight"))
    )
    assert open_[:, 4].min() > 5  # mm
    assert closed.max() < LIMITS["ajar"]
    assert closed.min() > -LIMITS["lids"]


@pytest.mark.parametrize("name", ["p b m", "neutral"])
def test_closed_lips_touch(face, name):
    posed = face.vertices(morph_weights(VISEMES.get(name, {})))
    seams = face.seams
    of_lips = np.abs(face.neutral[seams.upper, 1] - face.neutral[face.lips[0], 1]) < 0.2
    gaps = (posed[seams.upper] - posed[seams.lower])[of_lips, 1]
    assert 100 * gaps.max() < 1.0  # mm


def test_lips_part_for_open_vowels_and_show_teeth_in_a_smile(face):
    upper, lower = face.lips
    wide = face.vertices(morph_weights(VISEMES["ah"]))
    assert 100 * (wide[upper, 1] - wide[lower, 1]) > 10
    smile = face.vertices(morph_weights(FACES["happy"]))
    assert 100 * (smile[upper, 1] - smile[lower, 1]) > 2.5


@pytest.mark.parametrize("name", [*FACES, *VISEMES])
def test_faces_and_sounds_cross_nothing(face, geometry, name):
    weights = morph_weights(FACES.get(name) or VISEMES.get(name) or {})
    for figure, value in vars(geometry.measure(face.vertices(weights))).items():
        assert value <= LIMITS[figure], figure


@pytest.mark.parametrize("name", MORPHS)
def test_no_morph_alone_crosses_anything(face, geometry, name):
    for figure, value in vars(geometry.measure(face.vertices(pose(name)))).items():
        assert value <= LIMITS[figure], figure


@pytest.mark.parametrize(
    "names",
    [
        ("eyeBlink", "eyeSquint", "cheekSquint", "mouthSmile"),
        ("mouthPress", "mouthRollLower", "mouthRollUpper"),
        ("mouthShrugLower", "mouthPress", "mouthFrown"),
        ("mouthClose",),
        ("jawOpen", "mouthClose"),
        ("mouthFunnel", "mouthRollLower", "mouthRollUpper"),
        ("eyeBlink", "eyeLookDown"),
        ("jawOpen", "mouthSmile"),
        ("jawOpen", "mouthFunnel"),
    ],
)
def test_what_pushes_the_same_skin_gives_way(face, geometry, names):
    found = geometry.measure(face.vertices(morph_weights(dict.fromkeys(names, 1.0))))
    for figure, value in vars(found).items():
        assert value <= LIMITS[figure], figure


@pytest.mark.model
def test_no_wall_shows_through_the_head(face):
    with Renderer(face, 256) as renderer:
        closed = wall_inside(renderer.draw(pose()))
        for named in (*FACES.values(), VISEMES["ah"], {"eyeBlink": 1.0}):
            shown = wall_inside(renderer.draw(morph_weights(named)))
            assert not (shown & ~closed).any()


@pytest.mark.model
def test_a_video_shows_the_avatar_that_its_settings_name(tmp_path):
    morphs = MorphSequence(np.zeros((3, len(MORPHS)), np.float32), 10.0)
    paths = {name: tmp_path / f"{name}.mp4" for name in (*NAMES[:2], "again")}
    for name, path in paths.items():
        avatar = NAMES[0] if name == "again" else name
        settings = VideoSettings(size=128, avatar=avatar)
        render_video(morphs, make_waveform(0.3), path, settings)
    assert paths[NAMES[0]].read_bytes() == paths["again"].read_bytes()
    assert paths[NAMES[0]].read_bytes() != paths[NAMES[1]].read_bytes()


def test_a_video_of_nobody_is_refused(tmp_path):
    morphs = MorphSequence(np.zeros((3, len(MORPHS)), np.float32), 10.0)
    with pytest.raises(RequestError, match="E71"):
        render_video(morphs, make_waveform(0.3), tmp_path / "a.mp4", VideoSettings(avatar="nobody"))


def test_exports_hold_the_chosen_avatar(tmp_path):
    morphs = MorphSequence(np.zeros((1, len(MORPHS)), np.float32), 10.0)
    for name in NAMES[:2]:
        export_writers(morphs, {"obj"}, avatar=name)["obj"](tmp_path / name)
    textures = [(tmp_path / name / "face.png").read_bytes() for name in NAMES[:2]]
    assert textures[0] != textures[1]
