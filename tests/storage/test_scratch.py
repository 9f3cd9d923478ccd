"""What lies unsealed for a while lies where nobody else looks, and leaves nothing behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.scratch import Scratch, shred
from verhm.errors import StorageError

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")


@pytest.fixture
def memory(tmp_path):
    folder = tmp_path / "memory"
    folder.mkdir()
    return folder


@pytest.fixture
def scratch(tmp_path, memory):
    return Scratch(tmp_path / "data" / "work", memory)


def test_a_folder_lies_in_memory_while_it_fits_and_is_gone_afterwards(scratch, memory):
    with scratch.folder(1_000) as folder:
        assert memory in folder.parents
        (folder / "voice.wav").write_bytes(b"voice")
    assert not folder.exists()


def test_what_does_not_fit_into_memory_lies_in_the_work_folder(scratch, tmp_path, memory):
    with scratch.folder(shutil.disk_usage(memory).free) as folder:
        assert folder.parent == tmp_path / "data" / "work"
    assert not folder.exists()


def test_two_data_folders_do_not_share_their_scratch(tmp_path, memory):
    one, other = (Scratch(tmp_path / name / "work", memory) for name in ("one", "other"))
    left, right = one.make(1), other.make(1)
    assert left.parent != right.parent
    one.clear()
    assert right.exists() and not left.exists()


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has files without a name")
def test_of_a_file_that_is_lent_a_killed_program_leaves_nothing(tmp_path, memory):
    lends = (
        "import os, sys; from pathlib import Path; from storage.scratch import Scratch\n"
        "with Scratch(Path(sys.argv[1]), Path(sys.argv[2])).file(1_000, 'voice.wav') as path:\n"
        "    path.write_bytes(b'voice'); print(path, flush=True); sys.stdin.read()"
    )
    call = [sys.executable, "-c", lends, tmp_path / "work", memory]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as lender:
        path = Path(lender.stdout.readline().decode().strip())
        assert path.read_bytes() == b"voice"  # as another program
        lender.kill()
    assert not path.exists()
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_what_a_killed_program_left_is_gone_after_the_next_start(scratch, tmp_path, memory):
    (scratch.make(1) / "voice.wav").write_bytes(b"voice")
    work = tmp_path / "data" / "work"
    work.mkdir(parents=True)
    (work / "P-0417.csv").touch()
    Scratch(work, memory).clear()
    assert not work.exists() and not list(memory.iterdir())


@posix
@pytest.mark.parametrize("kind", ["open to all", "a link", "a file"])
def test_a_place_in_memory_that_another_may_have_made_is_not_used(scratch, tmp_path, memory, kind):
    place = scratch.make(1).parent
    shutil.rmtree(place)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if kind == "open to all":
        place.mkdir()
        place.chmod(0o777)
    elif kind == "a link":
        place.symlink_to(elsewhere)
    else:
        place.touch()
    assert tmp_path / "data" in scratch.make(1).parents
    scratch.clear()
    assert place.exists() and elsewhere.exists()


def test_what_is_shredded_is_overwritten_before_it_goes(tmp_path):
    folder = tmp_path / "work"
    (folder / "deep").mkdir(parents=True)
    path = folder / "deep" / "voice.wav"
    path.write_bytes(b"voice" * 500_000)
    os.link(path, tmp_path / "witness")
    shred(folder)
    assert not folder.exists()
    assert (tmp_path / "witness").read_bytes() == bytes(2_500_000)


@posix
def test_what_a_link_points_to_is_left_alone(tmp_path):
    folder, other = tmp_path / "work", tmp_path / "other.wav"
    folder.mkdir()
    other.write_bytes(b"voice")
    (folder / "link").symlink_to(other)
    shred(folder)
    assert other.read_bytes() == b"voice" and not folder.exists()


def test_a_work_folder_that_cannot_be_is_said_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="E50"):
        Scratch(tmp_path / "file" / "work", tmp_path / "none").make(1)
