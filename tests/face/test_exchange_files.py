"""OBJ, NumPy, Blender's script, and what a results folder gets."""

import ast
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from PIL import Image

from verhm.errors import Cancelled, RequestError
from verhm.face.camera import Camera
from verhm.face.exchange.blender import write_blender_script, z_up
from verhm.face.exchange.export import export_writers, remove_exports
from verhm.face.exchange.meshes import hair
from verhm.face.exchange.npy import write_morphs_npy
from verhm.face.exchange.obj import write_obj_sequence
from verhm.face.head import LARGEST, Neck, turned
from verhm.face.rig import load_face
from verhm.face.shading import FILL, KEY, RIM
from verhm.labels import MORPHS
from verhm.stages import Stage
from verhm.types import MorphSequence


@pytest.fixture(scope="module")
def face():
    """With thin hair, which is quicker to write."""
    whole = load_face()
    return replace(whole, strands=whole.strands[::50], strand_tone=whole.strand_tone[::50])


@pytest.fixture(scope="module")
def morphs():
    weights = np.random.default_rng(1).uniform(0, 0.6, (3, len(MORPHS)))
    return MorphSequence(weights, 30.0)


@pytest.fixture(scope="module")
def folder(face, morphs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("obj")
    write_obj_sequence(face, morphs, folder)
    return folder


def read(path) -> trimesh.Trimesh:
    return trimesh.load_mesh(path, process=False)


@pytest.mark.parametrize("frame", [0, 2])
def test_an_obj_holds_the_posed_face_in_metres(face, morphs, folder, frame):
    read_back = read(folder / f"frame-{frame + 1:06d}.obj")
    posed = face.vertices(morphs.weights[frame])[face.vertex_triangles] / 10
    np.testing.assert_allclose(read_back.triangles, posed, atol=2e-6)


def test_an_obj_is_textured(face, folder):
    first = read(folder / "frame-000001.obj")
    np.testing.assert_allclose(first.visual.uv[first.faces], face.uv[face.triangles], atol=1e-6)
    assert first.visual.material.image.size == face.texture.shape[1::-1]


def test_frames_differ_in_their_positions_only(folder):
    first, last = ((folder / f"frame-{frame:06d}.obj").read_text().splitlines() for frame in (1, 3))
    assert len(first) == len(last)
    differing = [one for one, other in zip(first, last, strict=True) if one != other]
    assert differing and all(line.startswith("v ") for line in differing)


def test_the_frames_share_material_texture_and_hair(face, folder):
    assert {path.name for path in folder.iterdir()} == {
        *("frame-000001.obj", "frame-000002.obj", "frame-000003.obj"),
        *("face.mtl", "face.png", "hair.obj"),
    }
    np.testing.assert_array_equal(np.asarray(Image.open(folder / "face.png")), face.texture)
    ribbons = read(folder / "hair.obj")
    assert ribbons.bounds[1, 1] > read(folder / "frame-000001.obj").vertices[:, 1].max()


@pytest.fixture(scope="module")
def nodding(morphs):
    """Straight, turned, and further than any video shows."""
    return replace(morphs, head=np.array([(0, 0, 0), (0.05, -0.08, 0.06), 2 * LARGEST]))


@pytest.fixture(scope="module")
def nodding_folder(face, nodding, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nodding")
    write_obj_sequence(face, nodding, folder)
    return folder


@pytest.mark.parametrize(
    ("frame", "angles"), [(0, (0, 0, 0)), (1, (0.05, -0.08, 0.06)), (2, LARGEST)]
)
def test_an_obj_holds_the_turned_head_and_its_hair(face, nodding, nodding_folder, frame, angles):
    neck, strands = Neck.of(face), hair(face)
    posed = turned(
        face.vertices(nodding.weights[frame]), neck.share(face.neutral), np.array(angles)
    )
    found = read(nodding_folder / f"frame-{frame + 1:06d}.obj")
    np.testing.assert_allclose(found.triangles, posed[face.vertex_triangles] / 10, atol=2e-6)
    share = neck.share_of_hair(strands.positions * 10)
    ribbons = turned(strands.positions * 10, share, np.array(angles))[strands.triangles] / 10
    found = read(nodding_folder / f"hair-{frame + 1:06d}.obj")
    np.testing.assert_allclose(found.triangles, ribbons, atol=2e-6)


def test_hair_lies_beside_each_frame_only_where_the_head_moves(folder, nodding_folder):
    hair_of = {
        each: {path.name for path in each.glob("hair*")} for each in (folder, nodding_folder)
    }
    assert hair_of[folder] == {"hair.obj"}
    assert hair_of[nodding_folder] == {f"hair-{frame:06d}.obj" for frame in (1, 2, 3)}


def test_no_frame_of_an_earlier_sequence_stays(face, morphs, nodding, tmp_path):
    kept = tmp_path / "mine.obj"
    kept.write_text("")
    write_obj_sequence(face, nodding, tmp_path)
    write_obj_sequence(face, MorphSequence(morphs.weights[:1], 30.0), tmp_path)
    frames = [path.name for path in tmp_path.glob("frame-*.obj")]
    assert frames == ["frame-000001.obj"]
    assert [path.name for path in tmp_path.glob("hair*.obj")] == ["hair.obj"]
    assert kept.exists()


def test_of_a_cancelled_sequence_nothing_is_left(face, morphs, tmp_path):
    def stop(stage: Stage, share: float) -> None:
        if share > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_obj_sequence(face, morphs, tmp_path / "obj", stop)
    assert not any(tmp_path.iterdir())


def test_weights_survive_the_array(morphs, tmp_path):
    write_morphs_npy(morphs, tmp_path / "morphs.npy")
    read_back = np.load(tmp_path / "morphs.npy", allow_pickle=False)
    assert read_back.dtype == np.float32
    np.testing.assert_array_equal(read_back, morphs.weights.astype(np.float32))
    about = json.loads((tmp_path / "morphs.json").read_text(encoding="utf-8"))
    assert about["frame_rate"] == 30.0 and about["names"] == list(MORPHS)


def test_the_heads_motion_lies_beside_the_weights(nodding, tmp_path):
    write_morphs_npy(nodding, tmp_path / "morphs.npy")
    about = json.loads((tmp_path / "morphs.json").read_text(encoding="utf-8"))["head"]
    head = np.load(tmp_path / about["file"], allow_pickle=False)
    assert head.dtype == np.float32 and about["file"] == "head.npy" and about["unit"] == "rad"
    np.testing.assert_array_equal(head, nodding.head.astype(np.float32))
    # As `verhm.face.head` counts them.
    words = zip(("down", "left", "right"), about["names"], strict=True)
    assert all(word in name for word, name in words)


def constants(source: str) -> dict[str, object]:
    """What the script's plain constants are."""
    found = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                found[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:  # put together from others
                continue
    return found


@pytest.fixture(scope="module")
def script(morphs, tmp_path_factory):
    path = tmp_path_factory.mktemp("blender") / "face-blender.py"
    write_blender_script("face.glb", path, morphs)
    return path.read_text(encoding="utf-8")


def test_the_script_compiles_and_needs_blender_only(script):
    compile(script, "face-blender.py", "exec")
    imports = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Import)]
    froms = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.ImportFrom)]
    assert {node.names[0].name for node in imports} == {"bpy"}
    assert {node.module for node in froms} == {"pathlib", "mathutils"}
    assert "$" not in script


def test_the_script_repeats_the_videos_lights_and_frame(script):
    told = constants(script)
    lights, camera = told["LIGHTS"], Camera(512)
    for name, light in (("key", KEY), ("fill", FILL), ("rim", RIM)):
        towards, colour, strength = lights[name]
        np.testing.assert_allclose(towards, z_up(light.towards), atol=1e-4)
        np.testing.assert_allclose(np.array(colour) * strength, np.pi * light.colour, atol=1e-3)
    np.testing.assert_allclose(told["CAMERA"], (0, -camera.distance / 10, camera.height / 10))
    # Both see the same height of the slice 1 dm in front of the head's axis.
    shown = 36 / told["LENS"] * (camera.distance - 1)
    assert shown == pytest.approx(camera.shown, rel=1e-3)


@pytest.mark.parametrize("frame_rate", [12.5, 24.0, 29.97, 60.0])
def test_the_scene_is_as_long_as_the_recording(frame_rate, tmp_path):
    morphs = MorphSequence(np.zeros((90, len(MORPHS))), frame_rate)
    write_blender_script("face.glb", tmp_path / "a.py", morphs)
    told = constants((tmp_path / "a.py").read_text(encoding="utf-8"))
    assert isinstance(told["FRAMES_PER_SECOND"], int)
    length = (told["LAST_FRAME"] + 1) / told["FRAMES_PER_SECOND"]
    assert morphs.duration <= length < morphs.duration + 1 / math.floor(frame_rate)


def of_length(frames: int, nods: bool) -> MorphSequence:
    head = np.full((frames, 3), 0.01 if nods else 0.0, np.float32)
    return MorphSequence(np.zeros((frames, len(MORPHS)), np.float32), 30.0, head=head)


def test_files_that_would_fill_a_disk_are_refused_before_any_is_written():
    ten_minutes = of_length(18_000, nods=True)
    with pytest.raises(RequestError, match=r"E71 .* 291 GB") as caught:
        export_writers(ten_minutes, {"obj", "npy"})
    assert "glb" in caught.value.remedy
    assert set(export_writers(ten_minutes, {"glb"})) == {"face.glb"}
    assert "obj" in export_writers(of_length(15_000, nods=False), {"obj"})


def test_whose_hair_weighs_more_is_refused_earlier():
    three_thousand = of_length(3_000, nods=True)
    assert "obj" in export_writers(three_thousand, {"obj"})
    with pytest.raises(RequestError, match="E71"):
        export_writers(three_thousand, {"obj"}, avatar="older-woman")


def test_the_size_that_is_told_is_about_the_size_that_is_written(face, folder, nodding_folder):
    written = {path.name: path.stat().st_size for path in nodding_folder.iterdir()}
    assert written["frame-000001.obj"] == pytest.approx(4e6, rel=0.25)
    hairs = len(load_face().strands) / len(face.strands)  # this one has few
    assert written["hair-000001.obj"] * hairs == pytest.approx(12e6, rel=0.25)


def test_a_results_folder_gets_what_was_asked_for(morphs, tmp_path):
    writers = export_writers(morphs, {"npy", "obj", "blender"})
    assert set(writers) == {"face.glb", "obj", "morphs.npy", "face-blender.py"}
    for name, write in writers.items():
        write(tmp_path / name)
    script = (tmp_path / "face-blender.py").read_text(encoding="utf-8")
    assert "GLB = FOLDER / 'face.glb'" in script and (tmp_path / "face.glb").exists()
    assert set(export_writers(morphs, {"glb"})) == {"face.glb"}
    assert not export_writers(morphs, ())


def test_nothing_of_earlier_exports_stays(tmp_path):
    (tmp_path / "obj").mkdir()
    earlier = ["face.glb", "morphs.npy", "morphs.json", "head.npy", "face-blender.py"]
    earlier += ["obj/frame-000001.obj", "obj/face.mtl", "obj/face.png", "obj/hair.obj"]
    earlier += ["obj/hair-000001.obj"]
    for name in [*earlier, "voice.wav"]:
        (tmp_path / name).write_bytes(b"")
    remove_exports(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["voice.wav"]
