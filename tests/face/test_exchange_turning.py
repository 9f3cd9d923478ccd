"""The head turns in a GLB as it does in a video."""

from dataclasses import replace

import numpy as np
import pygltflib as gltf
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from tests.face.gltf_reading import HEAD, channel, corners, node, primitive, values
from verhm.face.exchange.glb import write_glb
from verhm.face.exchange.meshes import hair
from verhm.face.head import LARGEST, Neck, turned
from verhm.face.rig import load_face
from verhm.labels import MORPHS
from verhm.types import MorphSequence

FRAME_RATE = 25.0
TENTH_OF_A_MILLIMETRE = 1e-4
FRAMES = [0, 2, 5]
STRAIGHT = 2


@pytest.fixture(scope="module")
def face():
    """With thin hair, which is quicker to write."""
    whole = load_face()
    return replace(whole, strands=whole.strands[::50], strand_tone=whole.strand_tone[::50])


@pytest.fixture(scope="module")
def morphs():
    rng = np.random.default_rng(2)
    head = rng.uniform(-1, 1, (6, 3)) * LARGEST
    head[STRAIGHT] = 0
    head[-1] = LARGEST
    weights = rng.uniform(0, 0.6, (6, len(MORPHS)))
    return MorphSequence(weights.astype(np.float32), FRAME_RATE, head=head)


@pytest.fixture(scope="module")
def document(face, morphs, tmp_path_factory):
    path = tmp_path_factory.mktemp("glb") / "face.glb"
    write_glb(face, morphs, path)
    return gltf.GLTF2().load(path)


def place(document, name: str, frame: int) -> np.ndarray:
    """(4, 4) where a node is in a frame, within the scene."""
    index = next(at for at, each in enumerate(document.nodes) if each.name == name)
    own = np.eye(4)
    own[:3, 3] = document.nodes[index].translation or 0
    if name in ("head joint", "left eye", "right eye"):
        own[:3, :3] = Rotation.from_quat(channel(document, name)[frame]).as_matrix()
    above = [each.name for each in document.nodes if index in (each.children or [])]
    return place(document, above[0], frame) @ own if above else own


def bound(document, name: str, points: np.ndarray, frame: int) -> np.ndarray:
    """(N, 3) points of a mesh as its skin moves them."""
    skin = document.skins[node(document, name).skin]
    back = values(document, skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
    names = [document.nodes[joint].name for joint in skin.joints]
    moves = np.array([place(document, each, frame) for each in names]) @ back
    attributes = primitive(document, name).attributes
    joints, weights = (
        values(document, attributes.JOINTS_0),
        values(document, attributes.WEIGHTS_0) / 255,
    )
    blended = np.einsum("nj,njab->nab", weights, moves[joints])
    return np.einsum("nab,nb->na", blended, np.column_stack([points, np.ones(len(points))]))[:, :3]


@pytest.mark.parametrize("frame", FRAMES)
def test_the_skin_turns_the_head_with_its_neck_as_in_the_video(face, morphs, document, frame):
    head = primitive(document, "head")
    shown = values(document, head.attributes.POSITION).copy()
    for weight, target in zip(morphs.weights[frame], head.targets, strict=True):
        shown += weight * values(document, target["POSITION"])
    share = Neck.of(face).share(face.neutral)
    posed = turned(face.linear(morphs.weights[frame]), share, morphs.head[frame])
    expected = posed[face.corner_vertex[corners(face, HEAD)]] / 10
    np.testing.assert_allclose(
        bound(document, "head", shown, frame), expected, atol=TENTH_OF_A_MILLIMETRE
    )


@pytest.mark.parametrize("frame", FRAMES)
def test_the_skin_turns_the_hair(face, morphs, document, frame):
    still = values(document, primitive(document, "hair").attributes.POSITION)
    share = Neck.of(face).share_of_hair(hair(face).positions * 10)
    expected = turned(still * 10, share, morphs.head[frame]) / 10
    np.testing.assert_allclose(
        bound(document, "hair", still, frame), expected, atol=TENTH_OF_A_MILLIMETRE
    )


@pytest.mark.parametrize("name", ["left eye", "right eye"])
@pytest.mark.parametrize("frame", FRAMES)
def test_the_head_carries_the_eyes_which_turn_in_it(face, morphs, document, frame, name):
    ball = values(document, primitive(document, name).attributes.POSITION)
    at = place(document, name, frame)
    posed = turned(
        face.linear(morphs.weights[frame]), np.ones(len(face.neutral)), morphs.head[frame]
    )
    expected = posed[face.corner_vertex[corners(face, [name])]] / 10
    np.testing.assert_allclose(
        ball @ at[:3, :3].T + at[:3, 3], expected, atol=TENTH_OF_A_MILLIMETRE
    )


def test_nothing_moves_where_the_head_is_straight(document):
    for name in ("head", "hair"):
        still = values(document, primitive(document, name).attributes.POSITION)
        np.testing.assert_allclose(bound(document, name, still, STRAIGHT), still, atol=1e-6)


def test_the_shirt_and_the_skin_under_it_keep_still(face, document):
    assert node(document, "shirt").skin is None
    weights = values(document, primitive(document, "head").attributes.WEIGHTS_0)
    assert weights[:, 1].min() == 0 and weights[:, 1].max() == 255
    between = (weights[:, 1] > 0) & (weights[:, 1] < 255)
    assert between.sum() > 100  # the neck bends, it does not break


def test_weights_add_up_and_no_joint_without_weight_is_named(document):
    """As the specification demands (3.7.3.3)."""
    for name in ("head", "hair"):
        attributes = primitive(document, name).attributes
        joints, weights = (
            values(document, attributes.JOINTS_0),
            values(document, attributes.WEIGHTS_0),
        )
        assert np.all(weights.astype(int).sum(axis=1) == 255)
        assert not joints[weights == 0].any()
        assert joints.max() == 1
        assert not document.accessors[attributes.JOINTS_0].normalized
        assert document.accessors[attributes.WEIGHTS_0].normalized


def test_what_is_bound_stands_at_the_root_as_only_its_joints_place_it(document):
    roots = [document.nodes[index].name for index in document.scenes[0].nodes]
    assert roots == ["synthetic face", "head", "hair"]
    for name in ("head", "hair"):
        assert node(document, name).translation is None and node(document, name).rotation is None


def test_the_head_turns_no_further_than_in_the_video(face, morphs, tmp_path):
    far = replace(morphs, weights=morphs.weights[:2], head=np.array([3 * LARGEST, LARGEST]))
    write_glb(face, far, tmp_path / "face.glb")
    turns = channel(gltf.GLTF2().load(tmp_path / "face.glb"), "head joint")
    np.testing.assert_allclose(turns[0], turns[1], atol=1e-6)


def test_other_programs_find_the_same_parts(face, morphs, tmp_path):
    write_glb(face, morphs, tmp_path / "face.glb")
    scene = trimesh.load_scene(tmp_path / "face.glb")
    assert set(scene.graph.nodes_geometry) == {"head", "left eye", "right eye", "shirt", "hair"}
    for eye, name in zip(face.eyes, ("left eye", "right eye"), strict=True):
        np.testing.assert_allclose(scene.graph.get(name)[0][:3, 3], eye.centre / 10, atol=1e-6)


def test_a_head_that_never_moves_costs_nothing(face, morphs, tmp_path):
    write_glb(face, replace(morphs, head=np.zeros_like(morphs.head)), tmp_path / "face.glb")
    straight = gltf.GLTF2().load(tmp_path / "face.glb")
    assert not straight.skins and len(straight.scenes[0].nodes) == 1
    assert {each.name for each in straight.nodes} == {
        *("synthetic face", "head", "left eye", "right eye", "shirt", "hair")
    }
    for mesh in straight.meshes:
        assert mesh.primitives[0].attributes.JOINTS_0 is None
    assert len(straight.animations[0].channels) == 3
