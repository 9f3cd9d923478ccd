import subprocess
import sys

import pytest

from verhm.face.lean import put_off

HEAVY = "loaded = []\nloaded.append(1)\n\n\nclass Thing:\n    pass\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Two modules, one of which asks for the other at once, the other one later."""
    (tmp_path / "heavy_one.py").write_text(HEAVY)
    (tmp_path / "asks_at_once.py").write_text("from heavy_one import Thing\n")
    (tmp_path / "asks_later.py").write_text(
        "import heavy_one\n\n\ndef make():\n    return heavy_one.Thing()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("heavy_one", "asks_at_once", "asks_later"):
        sys.modules.pop(name, None)


def test_what_is_put_off_is_imported_when_it_is_asked_for(package):
    with put_off("heavy_one"):
        import asks_at_once
        import asks_later
    assert "heavy_one" not in sys.modules
    assert asks_at_once.Thing is None
    made = asks_later.make()
    import heavy_one

    assert isinstance(made, heavy_one.Thing) and heavy_one.loaded == [1]


def test_what_is_there_already_is_left_alone(package):
    import heavy_one

    with put_off("heavy_one"):
        import asks_at_once
    assert asks_at_once.Thing is heavy_one.Thing
    assert sys.modules["heavy_one"] is heavy_one


def test_drawing_starts_without_windows_and_readers_of_meshes():
    said = subprocess.run(
        [sys.executable, "-c", "import verhm.face.rendering, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "pyrender.offscreen" in said
    assert not {"pyglet", "trimesh", "scipy.optimize", "torch"} & set(said)
