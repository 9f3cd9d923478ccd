"""Recordings arrive whole or not at all, and a take survives what interrupts it."""

import asyncio
import errno
import os
import threading
import time
import wave

import pytest

from ui import take_files, uploads
from ui.intake import ABANDONED, KEPT, Intake
from verhm.errors import AudioError, RequestError, StorageError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "intake"


@pytest.fixture
def intake(folder):
    return Intake(folder, largest=1_000, longest=2.0)


def receive(intake, suffix, *pieces):
    async def arriving():
        for piece in pieces:
            yield piece

    return asyncio.run(intake.receive(suffix, arriving()))


def test_an_uploaded_file_keeps_its_bytes_and_suffix(intake):
    path = intake.path(receive(intake, ".MP3", b"fLaC", b"def"))
    assert path.read_bytes() == b"fLaCdef"
    assert path.suffix == ".mp3"


def test_an_unknown_suffix_is_not_kept(intake):
    assert intake.path(receive(intake, ".sh", b"OggS")).suffix == ".bin"


def test_an_empty_or_too_large_file_is_refused_and_leaves_nothing(intake, folder):
    with pytest.raises(AudioError, match="E11"):
        receive(intake, ".wav")
    with pytest.raises(AudioError, match="E18"):
        receive(intake, ".wav", bytes(600), bytes(600))
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"hello, I am a letter", "E13"), (b"#EXTM3U\nhttp://evil.example/a.ts", "E12")],
)
def test_what_is_no_sound_is_refused_at_the_door(intake, folder, content, code):
    with pytest.raises(AudioError, match=code):
        receive(intake, ".wav", content)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("identifier", ["../verhm", "", "*", "a" * 32, "../" + "a" * 29])
def test_an_id_cannot_name_another_file(intake, folder, identifier):
    (folder.parent / "verhm.db").write_text("secret")
    with pytest.raises(StorageError, match="E53"):
        intake.path(identifier)
    intake.remove(identifier)
    assert (folder.parent / "verhm.db").exists()


def test_a_take_becomes_a_wav_of_its_pieces(intake):
    take = intake.begin_take(8_000)
    assert intake.add_piece(take, 0, b"\x01\x00" * 100) == 200
    assert intake.add_piece(take, 200, b"\x02\x00" * 100) == 400
    assert intake.finish_take(take) == pytest.approx(200 / 8_000)
    with wave.open(str(intake.path(take))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
        assert file.readframes(1_000) == b"\x01\x00" * 100 + b"\x02\x00" * 100


def test_a_piece_sent_twice_is_kept_once(intake):
    take = intake.begin_take(8_000)
    for _ in range(2):
        assert intake.add_piece(take, 0, bytes(200)) == 200


@pytest.mark.parametrize("offset", [200, 1, -2, -44])
def test_a_piece_that_does_not_follow_what_there_is_is_refused(intake, offset):
    take = intake.begin_take(8_000)
    with pytest.raises(RequestError, match="E63"):
        intake.add_piece(take, offset, bytes(200))


def test_a_take_cannot_grow_without_end(intake):
    take = intake.begin_take(8_000)
    with pytest.raises(AudioError, match="E15"):
        intake.add_piece(take, 0, bytes(8_000 * 2 * 3))


def test_an_empty_take_is_refused(intake):
    with pytest.raises(AudioError, match="E11"):
        intake.finish_take(intake.begin_take(48_000))


def test_a_take_left_behind_is_found_again_by_a_new_start(intake, folder):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, bytes(16_000))
    assert not intake.takes_left()
    age(folder, ABANDONED + 1)
    again = Intake(folder)
    again.sweep()
    (found,) = again.takes_left()
    assert (found.id, found.seconds, found.is_finished) == (take, 1.0, False)


def test_a_paused_take_that_says_so_is_not_left_behind(intake, folder):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, bytes(16_000))
    age(folder, ABANDONED + 1)
    assert intake.add_piece(take, 16_000, b"") == 16_000
    assert not intake.takes_left()


def test_a_finished_take_is_found_again_at_once_until_it_becomes_a_session(intake):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, bytes(16_000))
    intake.finish_take(take)
    receive(intake, ".wav", b"OggS")  # an uploaded file is still where it came from
    (found,) = intake.takes_left()
    assert (found.id, found.seconds, found.is_finished) == (take, 1.0, True)
    intake.remove(take)
    assert not intake.takes_left()


def test_finishing_a_take_twice_gives_the_same_recording(intake):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, b"\x01\x00" * 100)
    assert intake.finish_take(take) == intake.finish_take(take)
    with wave.open(str(intake.path(take))) as file:
        assert file.readframes(1_000) == b"\x01\x00" * 100


def test_half_a_sample_that_a_full_disk_let_through_is_not_in_the_recording(intake, folder):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, b"\x01\x00" * 100)
    (path,) = folder.glob("*.take")
    path.write_bytes(path.read_bytes() + b"\x07")
    intake.finish_take(take)
    assert intake.path(take).stat().st_size == 44 + 200
    with wave.open(str(intake.path(take))) as file:
        assert file.getnframes() == 100


def test_what_was_acknowledged_has_reached_the_disk(intake, monkeypatch):
    flushed = []
    for module in (uploads, take_files):
        monkeypatch.setattr(module, "flush", lambda file: flushed.append(file.tell()))
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, bytes(200))
    receive(intake, ".ogg", b"OggS")
    assert flushed == [44, 244, 4]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_nobody_else_on_the_computer_can_read_a_recording(intake, folder):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, bytes(200))
    intake.finish_take(take)
    intake.begin_take(8_000)
    receive(intake, ".ogg", b"OggS")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_full_disk_is_said_and_what_is_safe_can_be_finished(intake, monkeypatch):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, bytes(200))
    with monkeypatch.context() as patch:
        for module in (uploads, take_files):
            patch.setattr(module, "flush", full)
        with pytest.raises(StorageError, match="E51"):
            intake.add_piece(take, 200, bytes(200))
        with pytest.raises(StorageError, match="E51"):
            intake.begin_take(8_000)
        with pytest.raises(StorageError, match="E51"):
            receive(intake, ".ogg", b"OggS")
    assert intake.finish_take(take) >= 100 / 8_000


def full(file):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_start_erases_uploads_at_once_and_keeps_takes_for_a_while(intake, folder):
    receive(intake, ".wav", b"OggS")
    (folder / "half.wav.part").touch()
    (folder / f"{'a' * 32}-8000.wav.part").touch()  # of a sealing that a power cut broke off
    (folder / "@eaDir").mkdir()  # a file server's own
    intake.begin_take(8_000)
    intake.sweep()
    assert {path.suffix for path in folder.iterdir()} == {".take", ""}
    age(folder, KEPT + 1)
    intake.sweep()
    assert [path.name for path in folder.iterdir()] == ["@eaDir"]


def test_an_old_take_is_erased_also_while_the_app_runs_on(intake, folder):
    for age_in_days in (8, 6):
        take = intake.begin_take(8_000)
        intake.add_piece(take, 0, bytes(16_000))
        (path,) = folder.glob(f"{take}*")
        then = time.time() - 86_400 * age_in_days
        os.utime(path, (then, then))
    (left,) = intake.takes_left()
    assert left.id == take
    assert left.kept_until == pytest.approx(time.time() + 86_400, abs=60)
    assert len(list(folder.iterdir())) == 1


def test_a_take_is_neither_erased_nor_looked_at_while_a_piece_is_written(intake, monkeypatch):
    take = intake.begin_take(8_000)
    others = [
        threading.Thread(target=intake.remove, args=[take]),
        threading.Thread(target=intake.takes_left),
    ]

    def wait_in_vain(file):
        for other in others:
            other.start()
            other.join(0.1)
        assert all(other.is_alive() for other in others)

    monkeypatch.setattr(take_files, "flush", wait_in_vain)
    assert intake.add_piece(take, 0, bytes(200)) == 200
    for other in others:
        other.join(5)
    with pytest.raises(StorageError, match="E53"):
        intake.finish_take(take)


@pytest.mark.parametrize("step", ["remove", "sweep", "takes_left"])
def test_what_cannot_be_erased_is_said(intake, folder, step):
    name = "a" * 32
    in_the_way = folder / f"{name}-8000.take"
    in_the_way.mkdir()  # erasing a folder as if it were a file fails everywhere
    age(folder, KEPT + 1)
    with pytest.raises(StorageError, match="E50 Files that were to be erased"):
        getattr(intake, step)(*[name] * (step == "remove"))


def age(folder, seconds):
    for path in folder.iterdir():
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))
