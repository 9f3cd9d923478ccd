"""The script that sets everything up and starts the app."""

import shutil
import subprocess
from pathlib import Path

import pytest

import app

RUN = Path(__file__).parent.parent / "run"


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_answers_before_any_set_up(flag, tmp_path):
    shutil.copy(RUN, tmp_path)
    call = [tmp_path / "run", "--port", "8000", flag]
    finished = subprocess.run(call, capture_output=True, text=True, timeout=10)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    for option in ("--setup-only", "--dev", *app._parser()._option_string_actions):
        assert option in finished.stdout


@pytest.mark.skipif(not RUN.with_name(".venv").exists(), reason="set up without ./run")
def test_the_library_is_found_from_every_folder(tmp_path):
    call = [RUN.parent / ".venv/bin/python", "-c", "import verhm; print(verhm.__file__)"]
    finished = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert Path(finished.stdout.strip()) == RUN.parent / "verhm" / "__init__.py"
