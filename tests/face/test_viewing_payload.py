import functools
import io
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image
from safetensors.numpy import load

from verhm.face.camera import Camera
from verhm.face.collisions import settle
from verhm.face.head import LARGEST, Neck
from verhm.face.relief import Relief
from verhm.face.rig import DEFAULT, FaceModel, avatar_titles, gaze_rotation, load_face
from verhm.face.viewing.mesh import indices, sort_mesh
from verhm.face.viewing.payload import bytes_per_frame, pack_face, pack_frames
from verhm.face.viewing.turning import head_limits
from verhm.labels import MORPHS
from verhm.types import MorphSequence


@functools.cache
def packed_face(avatar: str) -> bytes:
    return pack_face(load_face(name=avatar))


@pytest.fixture(scope="module")
def packed() -> bytes:
    return packed_face(DEFAULT)


@pytest.fixture(scope="module", params=list(avatar_titles()))
def avatar(request) -> FaceModel:
    return load_face(name=request.param)


def about(packed: bytes) -> dict:
    """What a face's file says beside its arrays."""
    (length,) = struct.unpack("<Q", packed[:8])
    return json.loads(json.loads(packed[8 : 8 + length])["__metadata__"]["about"])


def test_every_triangle_is_kept_and_what_moves_comes_first():
    face = load_face()
    mesh = sort_mesh(face)
    kept = mesh.corners[mesh.triangles]
    assert sorted(map(tuple, kept.tolist())) == sorted(map(tuple, face.triangles.tolist()))
    moves = face.is_moving[mesh.vertices[mesh.triangles]].any(axis=1)
    assert not moves[mesh.moving :].any()
    assert mesh.triangles[: mesh.drawn].max() < mesh.lively
    assert not face.is_moving[mesh.vertices[mesh.lively :]].any()


def test_between_what_moves_and_what_does_not_lies_a_border_that_is_drawn_with_both():
    face = load_face()
    mesh = sort_mesh(face)
    moving = np.unique(mesh.vertices[mesh.triangles[: mesh.moving]])
    beyond = np.unique(mesh.vertices[mesh.triangles[mesh.drawn :]])
    assert 0 < mesh.moving < mesh.drawn < len(mesh.triangles)
    assert not np.intersect1d(moving, beyond).size


def test_twins_share_a_vertex_and_the_first_one_leads():
    mesh = sort_mesh(load_face())
    followers, leaders = mesh.twins.T
    assert len(followers) == len(mesh.corners) - len(np.unique(mesh.vertices))
    np.testing.assert_array_equal(mesh.vertices[followers], mesh.vertices[leaders])
    assert (leaders < followers).all()


@pytest.mark.parametrize(("corners", "kind"), [(65_535, np.uint16), (65_536, np.uint32)])
def test_indices_are_as_narrow_as_they_can_be(corners, kind):
    assert indices(np.array([[0, 1, corners]])).dtype == kind


def posed(face: FaceModel, packed: bytes, weights: np.ndarray) -> np.ndarray:
    """(C, 3) corners as the browser poses them, but for the turning eyes."""
    arrays = load(packed)
    positions = arrays["position"].astype(float)
    starts = arrays["offset_start"]
    for morph, weight in enumerate(weights):
        run = slice(starts[morph], starts[morph + 1])
        scale = weight * arrays["offset_scale"][morph]
        np.add.at(positions, arrays["offset_corner"][run], scale * arrays["offset"][run])
    excess = (-arrays["seam_room"] - arrays["seam_reach"] @ weights).clip(0)
    starts = arrays["relief_start"]
    for seam in np.flatnonzero(excess):
        run = slice(starts[seam], starts[seam + 1])
        np.add.at(positions, arrays["relief_corner"][run], excess[seam] * arrays["relief"][run])
    for number, eye in enumerate(face.eyes):
        cover, least = arrays[f"cover{number}"], arrays[f"cover_least{number}"]
        way = positions[cover] - eye.centre
        positions[cover] += way * (least / np.linalg.norm(way, axis=1) - 1).clip(0)[:, None]
    followers, leaders = arrays["twin"].T
    positions[followers] = positions[leaders]
    return positions


def still_eyes(face: FaceModel, weights: np.ndarray) -> np.ndarray:
    """The same weights without gaze."""
    weights = weights.copy()
    weights[[morph for eye in face.eyes for morph in eye.gaze]] = 0
    return weights


@pytest.mark.parametrize("most", [0.5, 1.0])
def test_the_packed_morphs_move_every_face_as_the_face_does(avatar, most):
    packed, corners = packed_face(avatar.name), sort_mesh(avatar).vertices
    for row in np.random.default_rng(0).uniform(0, most, (3, len(MORPHS))):
        weights = settle(still_eyes(avatar, row))
        wanted = avatar.vertices(weights)[corners]
        assert np.abs(posed(avatar, packed, weights) - wanted).max() < 1e-3  # dm; a pixel is 6e-3


def test_packed_lids_and_lips_give_way_to_each_other(avatar):
    """What is left of a pose when skin gives way is not what its morphs add up to."""
    names = ("eyeBlinkLeft", "eyeSquintLeft", "cheekSquintLeft", "mouthRollLower", "mouthRollUpper")
    weights = np.zeros(len(MORPHS))
    weights[[MORPHS.index(name) for name in names]] = 1
    weights, corners = settle(weights), sort_mesh(avatar).vertices
    found, wanted = (
        posed(avatar, packed_face(avatar.name), weights),
        avatar.vertices(weights)[corners],
    )
    assert np.abs(found - wanted).max() < 1e-3
    assert np.abs(avatar.linear(weights)[corners] - wanted).max() > 6e-3


def test_the_eyes_turn_by_the_packed_angles(packed):
    face = load_face()
    for eye, told in zip(face.eyes, about(packed)["eyes"], strict=True):
        weights = np.zeros(len(MORPHS))
        weights[eye.gaze[2]], weights[eye.gaze[1]] = 0.6, 0.3
        yaw, pitch = 0.6 * told["across"], 0.3 * told["down"]
        turned = gaze_rotation(eye, weights) @ [0, 0, 1]
        wanted = [np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)]
        np.testing.assert_allclose(turned, wanted, atol=1e-6)


def test_the_packed_skin_is_the_face_s(packed):
    skin = np.asarray(Image.open(io.BytesIO(load(packed)["skin"].tobytes()))).astype(int)
    assert np.abs(skin - load_face().texture).mean() < 1.5


def test_any_first_part_of_the_strands_covers_the_whole_head(packed):
    box, points = about(packed)["hair"], load(packed)["strand_point"].reshape(-1, 9, 4)
    first, every = points[: len(points) // 4, 0, :3], points[:, 0, :3]
    assert box["points"] == 9
    np.testing.assert_allclose(first.mean(axis=0), every.mean(axis=0), atol=700)
    np.testing.assert_allclose(first.std(axis=0), every.std(axis=0), rtol=0.05)


def test_the_same_face_gives_the_same_bytes(packed):
    assert pack_face(load_face()) == packed


def test_a_face_without_hair_can_be_packed():
    face = load_face()
    bald = replace(face, strands=face.strands[:0], strand_tone=face.strand_tone[:0])
    assert load(pack_face(bald))["strand_point"].size == 0


@given(some.lists(some.floats(0, 1), min_size=len(MORPHS), max_size=len(MORPHS)))
def test_settled_frames_are_kept_to_half_a_step(weights):
    row = np.array([weights], np.float32)
    packed = np.frombuffer(pack_frames(MorphSequence(row, 30.0)), np.uint8)
    kept = packed[: len(MORPHS)] / 255
    assert np.abs(kept - settle(row)).max() <= 1 / 510 + 1e-6


@given(some.lists(some.floats(-0.3, 0.3), min_size=3, max_size=3))
def test_angles_are_kept_finely_but_no_further_than_is_shown(angles):
    head = np.array([angles], np.float32)
    morphs = MorphSequence(np.zeros((1, len(MORPHS)), np.float32), 30.0, head=head)
    packed = pack_frames(morphs)
    assert len(packed) == bytes_per_frame(len(MORPHS))
    kept = np.frombuffer(packed[len(MORPHS) :], "<i2") / head_limits()["full"] * LARGEST
    assert np.abs(kept - head[0].clip(-LARGEST, LARGEST)).max() < np.deg2rad(1e-3)


def test_what_turns_with_the_head_in_the_video_does_in_the_browser(avatar):
    arrays, mesh = load(packed_face(avatar.name)), sort_mesh(avatar)
    share = Neck.of(avatar).share(avatar.neutral[mesh.vertices])
    assert np.abs(arrays["share"] / 65_535 - share).max() < 1e-4
    relief = Relief.of(avatar, Camera(512))
    np.testing.assert_array_equal(arrays["grid_share"], relief.share)
    turning = np.unique(arrays["cell"])
    at_rest = np.setdiff1d(np.arange(len(relief.share)), turning)
    assert at_rest.size and not relief.share[at_rest].any()


def test_the_shirt_is_known_and_never_turns():
    face = load_face()
    arrays, mesh = load(packed_face(DEFAULT)), sort_mesh(face)
    span = face.parts["shirt"]
    assert len(arrays["shirt"]) == span.triangles.stop - span.triangles.start
    vertices = mesh.vertices[arrays["shirt"]]
    assert vertices.min() >= span.vertices.start and vertices.max() < span.vertices.stop
    assert not arrays["share"][arrays["shirt"]].any()
