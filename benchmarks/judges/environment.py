"""The judges' own Python: their pins clash with the app's."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

import platformdirs

REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
CACHE: Final = Path(platformdirs.user_cache_dir("verhm")) / "judges"
_MARK: Final = "installed.sha256"  # in the environment: the requirements that it meets


def make_environment(folder: Path = CACHE) -> Path:
    """The judges' interpreter, made on first use (half a gigabyte, from PyPI).

    Args:
        folder: of the environment; one that was left half made, or meets other requirements, is
            made again
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    mark, wanted = folder / _MARK, hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return python
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise FileExistsError(folder)  # nothing but what was made here is ever cleared
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()  # first: what is left half made is known as ours
    venv.create(folder)
    subprocess.run([str(python), "-m", "ensurepip"], check=True, stdout=sys.stderr)  # noqa: S603
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(REQUIREMENTS)]
    subprocess.run([str(python), *install], check=True, stdout=sys.stderr)  # noqa: S603 - ours
    mark.write_text(wanted, encoding="ascii")
    return python


def ask(python: Path, script: Path, *arguments: str | Path) -> None:
    """Run a script with the judges' interpreter."""
    command = [str(python), str(script), *map(str, arguments)]
    quiet = {"GLOG_minloglevel": "2", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(command, check=True, env={**os.environ, **quiet})  # noqa: S603 - ours
