"""The arrows of ARCHITECTURE.md, read off the imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("verhm", "training", "storage", "ui", "benchmarks", "app")

ALLOWED = {
    "app": ("ui", "verhm"),
    "ui": ("ui", "storage", "verhm"),
    "storage": (
        *("storage", "verhm.types", "verhm.annotations"),
        *("verhm.errors", "verhm.settings", "verhm.labels", "verhm.language"),
    ),
    "training": ("training", "verhm"),
    "benchmarks": ("benchmarks", "ui", "storage", "verhm"),
    "verhm": ("verhm",),
}
OWNERS = {
    "ffmpeg": "verhm/audio/media.py",
    "imageio_ffmpeg": "verhm/audio/media.py",
    "librosa": ("verhm/audio/pitch.py", "training/alignment.py"),
    "transformers": "verhm/model/encoder.py",
    "pyrender": "verhm/face/rendering.py",
    "plotly": "verhm/report/plots.py",
    "pympi": "verhm/report/tiers.py",
    "reportlab": "verhm/report/paper/",
    "babel": ("verhm/language.py", "ui/speaking.py", "verhm/dates.py"),
    "gradio": "ui/",
    "fastapi": "ui/",
    "sqlalchemy": "storage/",
    "alembic": "storage/",
    "cryptography": "storage/",
    "celery": "ui/workers/",
    "redis": "ui/workers/",
    "msgpack": "ui/workers/messages.py",
    "keyring": "storage/keyrings.py",
    "sqlcipher3": "storage/cipher_driver.py",
}


def sources() -> list[Path]:
    folders = [path for name in OURS for path in (ROOT / name).rglob("*.py")]
    return sorted([*folders, *ROOT.glob("app.py")])


def imported_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path):
    relative = path.relative_to(ROOT)
    package = relative.parts[0].removesuffix(".py")
    for name in imported_names(path):
        if is_within(name, OURS):
            assert is_within(name, ALLOWED[package]), f"{relative} may not import {name}"
        owner = OWNERS.get(name.split(".")[0])
        # A benchmark may drive a library directly: that is the alternative it measures against.
        if owner and package != "benchmarks":
            assert relative.as_posix().startswith(owner), f"only {owner} may import {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350
