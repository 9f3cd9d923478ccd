"""A media file is there wholly or not at all, and for its owner only."""

import errno
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.files import MediaFiles, data_folder, prepare_folder
from verhm.errors import StorageError

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture
def files(tmp_path):
    return MediaFiles(tmp_path / "media")


def everything(files: MediaFiles) -> list[Path]:
    return [path for path in files.folder.rglob("*") if path.is_file()]


def test_what_is_stored_comes_back(files):
    content = os.urandom(3_000_000)
    stored = files.store("s", ".WAV", io.BytesIO(content))
    with files.open("s", stored.name) as file:
        assert file.read() == content
    assert stored.bytes == len(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert (Path(stored.name).suffix, stored.media_type) == (".wav", "audio/wav")


def test_an_odd_suffix_is_not_kept(files):
    assert files.store("s", ". Jane Doe", io.BytesIO(b"x")).name.endswith(".bin")


@posix
def test_nobody_else_can_read(tmp_path):
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o755)
    files = MediaFiles(loose)
    stored = files.store("s", ".wav", io.BytesIO(b"x"))
    assert loose.stat().st_mode & 0o777 == 0o700
    assert (loose / "s").stat().st_mode & 0o777 == 0o700
    assert files.path("s", stored.name).stat().st_mode & 0o777 == 0o600


class FailingStream(io.BytesIO):
    """Fails like a disk after the first piece."""

    def __init__(self, code: int) -> None:
        super().__init__(bytes(10))
        self.code = code

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(self.code, os.strerror(self.code))
        return super().read(size)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(errno.ENOSPC, "E51"), (errno.EDQUOT, "E51"), (errno.EACCES, "E50"), (errno.EROFS, "E50")],
)
def test_a_failing_disk_leaves_nothing_half_written(files, code, expected):
    with pytest.raises(StorageError) as caught:
        files.store("s", ".wav", FailingStream(code))
    assert caught.value.code == expected
    assert everything(files) == []


@posix
def test_a_real_size_limit_is_a_full_disk(tmp_path):
    program = """
import io, resource, sys
from pathlib import Path
from storage.files import MediaFiles
from verhm.errors import StorageError
files = MediaFiles(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    files.store("s", ".wav", io.BytesIO(bytes(5_000_000)))
except StorageError as error:
    print(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "media"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "E51"
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_a_lost_file_is_said_to_be_missing(files):
    with pytest.raises(StorageError) as caught:
        files.path("s", "gone.wav")
    assert caught.value.code == "E53"


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        prepare_folder(tmp_path / "file" / "data")
    assert caught.value.code == "E50"


def test_the_default_folder_is_the_users_own():
    assert data_folder().name == "verhm"
    assert Path.home() in data_folder().parents
    assert Path(__file__).parents[2] not in data_folder().parents
    assert data_folder(Path("given")) == Path("given")
