import json
from dataclasses import replace

import numpy as np
import pytest

from training.face.asset import Figure, Hair, Shared, write_faces
from training.face.identity import Identity
from training.face.part import Part
from training.face.seams import Seam
from verhm.labels import MORPHS

TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])


def part(rng: np.random.Generator, name: str = "skin") -> Part:
    vertices = rng.normal(size=(4, 3))
    morphs = rng.normal(0, 0.05, (len(MORPHS), 4, 3))
    light = np.ones(4)
    return Part(name, vertices, np.arange(4), np.full((4, 2), 0.5), TRIANGLES, morphs, light, light)


def figure(name: str, seed: int) -> Figure:
    rng = np.random.default_rng(seed)
    strands = np.cumsum(rng.normal(0, 0.05, (20, 6, 3)), axis=1)
    texture = np.full((8, 8, 3), 128, np.uint8)
    return Figure(Identity(name=name), [part(rng)], texture, Hair(strands, np.ones(20)))


@pytest.fixture
def shared() -> Shared:
    seam = Seam(0, 1, np.eye(4, 3))
    return Shared(np.zeros((len(MORPHS), 4)), {"lips": np.array([0, 1])}, [seam])


def test_each_avatar_is_a_file_beside_what_all_share(tmp_path, shared):
    write_faces(tmp_path, shared, [figure("a", 0), figure("b", 1)])
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"face.json", "face.safetensors", "face-a.safetensors", "face-b.safetensors"}
    config = json.loads((tmp_path / "face.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in config["avatars"]] == ["a", "b"]


def test_the_same_faces_are_the_same_bytes(tmp_path, shared):
    for folder in ("one", "two"):
        write_faces(tmp_path / folder, shared, [figure("a", 0), figure("b", 1)])
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_avatars_with_other_triangles_are_refused(tmp_path, shared):
    odd = figure("b", 1)
    odd = replace(odd, parts=[replace(odd.parts[0], triangles=TRIANGLES[:, ::-1])])
    with pytest.raises(ValueError, match="differently"):
        write_faces(tmp_path, shared, [figure("a", 0), odd])
