"""The camera's picture beside a take: kept as it arrives, found again with it, erased with it."""

import asyncio
import os
import subprocess
import sys
import time

import pytest

from storage.keys import new_key
from ui import take_files
from ui.intake import ABANDONED, KEPT, Intake
from verhm.errors import AudioError, RequestError, StorageError

SEEN = bytes(range(256)) * 4
VOICE = bytes(16_000)


@pytest.fixture(params=["plain", "sealed"])
def key(request):
    return new_key() if request.param == "sealed" else None


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "intake"


@pytest.fixture
def intake(folder, key):
    return Intake(folder, largest=10_000, key=key)


@pytest.fixture
def take(intake):
    """One that has a second of voice."""
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, VOICE)
    return take


def film(intake, take, offset=0, piece=SEEN, kind="webm", start=40):
    return intake.add_picture_piece(take, kind, start, offset, piece)


def seen(intake, take):
    with intake.picture(take).open() as stream:
        return stream.read()


def age(folder, seconds):
    for path in folder.iterdir():
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def test_a_picture_is_kept_piece_by_piece_and_leaves_the_voice_as_it_is(intake, take, folder, key):
    assert film(intake, take) == len(SEEN)
    assert film(intake, take) == len(SEEN)  # sent twice, kept once
    assert film(intake, take, len(SEEN), start=-70) == 2 * len(SEEN)
    assert intake.finish_take(take) == intake.finish_take(take) == 1.0
    assert seen(intake, take) == 2 * SEEN
    found = intake.picture(take)
    assert (found.suffix, found.start, found.is_sealed) == (".webm", 0.04, key is not None)
    assert intake.received(take).suffix == ".wav"
    lying_there = b"".join(path.read_bytes() for path in folder.iterdir())
    assert (SEEN[:64] in lying_there) == (key is None)


def test_a_take_without_a_picture_has_none(intake, take):
    intake.finish_take(take)
    assert intake.picture(take) is None and intake.picture("../verhm") is None


@pytest.mark.parametrize(
    ("offset", "kind", "start"),
    [(1, "webm", 0), (-1, "webm", 0), (0, "exe", 0), (0, "mp4", 60_001)],
)
def test_what_cannot_be_a_piece_is_refused(intake, take, folder, offset, kind, start):
    with pytest.raises(RequestError, match="E63"):
        film(intake, take, offset, SEEN, kind, start)
    assert len(list(folder.iterdir())) == 1


def test_a_picture_cannot_grow_without_end(intake, take):
    film(intake, take)
    with pytest.raises(AudioError, match="E18"):
        film(intake, take, len(SEEN), bytes(10_000))
    assert intake.finish_take(take) == 1.0
    assert seen(intake, take) == SEEN


def test_nothing_is_added_to_what_is_no_take_or_finished(intake, take):
    upload = asyncio.run(intake.receive(".webm", _arriving(b"\x1a\x45\xdf\xa3")))
    intake.finish_take(take)
    for there in (take, upload, "a" * 32, "../verhm"):
        with pytest.raises(StorageError, match="E53"):
            film(intake, there)


async def _arriving(*pieces):
    for piece in pieces:
        yield piece


def test_a_take_left_behind_comes_back_with_its_picture_as_far_as_it_arrived(
    intake, take, folder, key
):
    film(intake, take, kind="mp4")
    age(folder, ABANDONED + 1)
    (folder / f"{'b' * 32}.0.webm").write_bytes(SEEN)  # of a take that is gone
    again = Intake(folder, key=key)
    again.sweep()
    (left,) = again.takes_left()
    assert (left.id, left.has_picture) == (take, True)
    again.finish_take(take)
    assert seen(again, take) == SEEN and again.picture(take).suffix == ".mp4"
    assert len(list(folder.iterdir())) == 2


def test_a_picture_goes_with_its_take(intake, take, folder):
    film(intake, take)
    intake.remove(take)
    assert not list(folder.iterdir())
    other = intake.begin_take(8_000)
    intake.add_piece(other, 0, VOICE)
    film(intake, other)
    age(folder, KEPT + 1)
    assert not intake.takes_left()
    assert not list(folder.iterdir())


def test_what_was_acknowledged_has_reached_the_disk(folder, monkeypatch):
    intake, flushed = Intake(folder), []
    take = intake.begin_take(8_000)
    monkeypatch.setattr(take_files, "flush", lambda file: flushed.append(file.tell()))
    film(intake, take)
    assert flushed == [0, len(SEEN)]


def test_pictures_from_before_are_sealed_at_the_next_start(folder):
    plain = Intake(folder)
    takes = [plain.begin_take(8_000) for _ in range(2)]
    for take in takes:
        plain.add_piece(take, 0, VOICE)
        film(plain, take)
    plain.finish_take(takes[0])
    sealed = Intake(folder, key=new_key())
    sealed.sweep()
    assert not any(SEEN[:64] in path.read_bytes() for path in folder.iterdir())
    assert film(sealed, takes[1], len(SEEN)) == 2 * len(SEEN)  # the page is still open
    sealed.finish_take(takes[1])
    assert [seen(sealed, take) for take in takes] == [SEEN, SEEN * 2]


def test_half_a_record_that_a_power_cut_left_was_never_acknowledged(folder):
    intake = Intake(folder, key=new_key())
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, VOICE)
    film(intake, take)
    path = next(folder.glob("*.webm"))
    os.truncate(path, path.stat().st_size + 30)
    assert film(intake, take, len(SEEN)) == 2 * len(SEEN)
    intake.finish_take(take)
    assert seen(intake, take) == SEEN * 2
    assert time.time() - path.stat().st_mtime < 60


FILMING = """
import pathlib, sys
from ui.intake import Intake
intake = Intake(pathlib.Path(sys.argv[1]), key=bytes.fromhex(sys.argv[2]))
take = intake.begin_take(8_000)
intake.add_piece(take, 0, bytes(16_000))
print(take, flush=True)
safe = 0
while True:
    safe = intake.add_picture_piece(take, "webm", 0, safe, bytes([safe % 251]) * 50_000)
    print(safe, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(folder):
    key = new_key()
    command = [sys.executable, "-c", FILMING, str(folder), key.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        take = process.stdout.readline().strip()
        for _ in range(9):
            process.stdout.readline()
        process.kill()
        lines = process.stdout.read().split()
    safe = 9 * 50_000 if not lines else int(lines[-1])
    again = Intake(folder, key=key)
    again.sweep()
    again.finish_take(take)
    pieces = [bytes([start % 251]) * 50_000 for start in range(0, safe, 50_000)]
    assert seen(again, take)[:safe] == b"".join(pieces)
