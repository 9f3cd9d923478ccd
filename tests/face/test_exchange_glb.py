import numpy as np
import pygltflib as gltf
import pytest
import trimesh
from PIL import Image
from scipy.spatial.transform import Rotation

from tests.face.gltf_reading import HEAD, channel, corners, node, primitive, values
from verhm.face.exchange.glb import write_glb
from verhm.face.exchange.meshes import VertexNormals
from verhm.face.rig import avatar_titles, load_face
from verhm.labels import MORPHS
from verhm.types import MorphSequence

FRAME_RATE = 25.0
TENTH_OF_A_MILLIMETRE = 1e-4


@pytest.fixture(scope="module")
def face():
    return load_face()


@pytest.fixture(scope="module")
def morphs():
    weights = np.random.default_rng(0).uniform(0, 0.6, (12, len(MORPHS)))
    return MorphSequence(weights.astype(np.float32), FRAME_RATE)


@pytest.fixture(scope="module")
def path(face, morphs, tmp_path_factory):
    path = tmp_path_factory.mktemp("glb") / "face.glb"
    write_glb(face, morphs, path)
    return path


@pytest.fixture(scope="module")
def document(path):
    return gltf.GLTF2().load(path)


@pytest.mark.parametrize("frame", [0, 5, 11])
def test_targets_and_weights_of_a_frame_give_the_posed_head(face, morphs, document, frame):
    head = primitive(document, "head")
    weights = channel(document, "head").reshape(-1, len(MORPHS))[frame]
    shown = values(document, head.attributes.POSITION).copy()
    for weight, target in zip(weights, head.targets, strict=True):
        shown += weight * values(document, target["POSITION"])
    posed = face.linear(morphs.weights[frame])[face.corner_vertex[corners(face, HEAD)]]
    np.testing.assert_allclose(shown, posed / 10, atol=TENTH_OF_A_MILLIMETRE)


@pytest.mark.parametrize("name", ["left eye", "right eye"])
@pytest.mark.parametrize("frame", [0, 5, 11])
def test_rotations_of_a_frame_give_the_turned_eyes(face, morphs, document, frame, name):
    ball = values(document, primitive(document, name).attributes.POSITION)
    turn = Rotation.from_quat(channel(document, name)[frame])
    shown = turn.apply(ball) + node(document, name).translation
    posed = face.linear(morphs.weights[frame])[face.corner_vertex[corners(face, [name])]]
    np.testing.assert_allclose(shown, posed / 10, atol=TENTH_OF_A_MILLIMETRE)


def test_turning_eyes_never_take_the_long_way_round(document):
    for name in ("left eye", "right eye"):
        quaternions = channel(document, name)
        assert np.all((quaternions[1:] * quaternions[:-1]).sum(axis=1) > 0)


def test_one_clock_runs_at_the_frame_rate(document, morphs):
    (clock,) = {sampler.input for sampler in document.animations[0].samplers}
    times = values(document, clock)[:, 0]
    np.testing.assert_allclose(times, np.arange(len(morphs.weights)) / FRAME_RATE, atol=1e-6)
    accessor = document.accessors[clock]
    assert (accessor.min, accessor.max) == ([times[0]], [times[-1]])


def test_positions_tell_their_bounds(document):
    """As the specification demands (3.7.2.1)."""
    primitives = [part for mesh in document.meshes for part in mesh.primitives]
    indices = [part.attributes.POSITION for part in primitives]
    indices += [target["POSITION"] for part in primitives for target in part.targets or []]
    assert len(indices) == 5 + len(MORPHS)
    for index in indices:
        positions, accessor = values(document, index), document.accessors[index]
        np.testing.assert_array_equal(accessor.min, positions.min(axis=0))
        np.testing.assert_array_equal(accessor.max, positions.max(axis=0))


def test_targets_bear_the_names_of_the_morphs(document):
    mesh = document.meshes[node(document, "head").mesh]
    assert tuple(mesh.extras["targetNames"]) == MORPHS
    assert len(mesh.primitives[0].targets) == len(mesh.weights) == len(MORPHS)


def test_normals_are_unit_and_follow_the_morphs(document):
    head = primitive(document, "head")
    normals = values(document, head.attributes.NORMAL)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    smile = normals + values(document, head.targets[MORPHS.index("mouthSmileLeft")]["NORMAL"])
    np.testing.assert_allclose(np.linalg.norm(smile, axis=1), 1, atol=5e-3)
    assert np.abs(smile - normals).max() > 0.1


@pytest.mark.parametrize("name", avatar_titles())
def test_every_avatars_normals_are_unit(name):
    """To what the validator asks, also at the tips of lashes."""
    normals = VertexNormals(load_face(name=name)).neutral
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=5e-4)


def test_the_scene_is_a_head_in_metres(path):
    scene = trimesh.load_scene(path)
    assert set(scene.graph.nodes_geometry) == {"head", "left eye", "right eye", "shirt", "hair"}
    head = scene.geometry["head"].bounds
    assert 0.15 < head[1, 0] - head[0, 0] < 0.65
    lower, upper = scene.bounds
    assert 0.35 < upper[1] - lower[1] < 0.6
    assert upper[2] > 0.1 > -lower[2]
    eyes = [scene.graph.get(name)[0][0, 3] for name in ("left eye", "right eye")]
    assert 0.05 < eyes[0] - eyes[1] < 0.07  # the person's left is at positive x


def test_hair_covers_the_head_and_faces_outwards(face, path):
    hair = trimesh.load_scene(path).geometry["hair"]
    skull = face.neutral[face.parts["skin"].vertices] / 10
    assert hair.bounds[1, 1] > skull[:, 1].max()
    assert hair.bounds[0, 2] < 0 < hair.bounds[1, 2]
    outwards = hair.triangles_center - hair.triangles_center.mean(axis=0) + (0, 0.045, 0)
    assert np.mean((hair.face_normals * outwards).sum(axis=1) > 0) > 0.9


def test_the_texture_is_the_faces_own(face, path):
    texture = trimesh.load_scene(path).geometry["head"].visual.material.baseColorTexture
    assert isinstance(texture, Image.Image)
    difference = np.abs(np.asarray(texture.convert("RGB"), int) - face.texture)
    assert difference.mean() < 2


def test_the_skins_texture_lies_on_it_upright(face, document):
    head = primitive(document, "head")
    found = values(document, head.attributes.TEXCOORD_0)
    expected = face.uv[corners(face, HEAD)]
    np.testing.assert_allclose(found[:, 0], expected[:, 0], atol=1e-6)
    np.testing.assert_allclose(found[:, 1], 1 - expected[:, 1], atol=1e-6)


def test_the_file_says_that_the_face_is_synthetic(document):
    assert document.asset.copyright.startswith("Synthetic face")
    assert document.asset.extras["synthetic"] is True
    assert "VERHM" in document.asset.generator


def test_without_frames_the_face_keeps_still(face, tmp_path):
    still = MorphSequence(np.zeros((0, len(MORPHS)), np.float32), FRAME_RATE)
    write_glb(face, still, tmp_path / "face.glb")
    assert not gltf.GLTF2().load(tmp_path / "face.glb").animations


def test_little_more_than_what_moves_is_stored(path, document):
    head = primitive(document, "head")
    count = document.accessors[head.attributes.POSITION].count
    dense = len(MORPHS) * count * 2 * 12
    sparse = [
        document.accessors[index].sparse for target in head.targets for index in target.values()
    ]
    assert sum(entry.count * 14 for entry in sparse if entry) < 0.35 * dense
