"""Recordings arrive whole or not at all, and a take survives what interrupts it."""

import asyncio
import os
import wave

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ui import intake_routes
from ui.intake import ABANDONED, KEPT, Intake
from verhm.errors import AudioError, RequestError, StorageError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "intake"


@pytest.fixture
def intake(folder):
    return Intake(folder, largest=1_000, longest=2.0)


def receive(intake, name, *pieces):
    async def arriving():
        for piece in pieces:
            yield piece

    return asyncio.run(intake.receive(name, arriving()))


def test_an_uploaded_file_keeps_its_bytes_and_suffix_and_nothing_else_of_its_name(intake):
    path = intake.path(receive(intake, "Ada Lovelace.MP3", b"fLaC", b"def"))
    assert path.read_bytes() == b"fLaCdef"
    assert path.suffix == ".mp3"
    assert "Ada" not in str(path)


def test_an_unknown_suffix_is_not_kept(intake):
    assert intake.path(receive(intake, "x.sh", b"OggS")).suffix == ".bin"


def test_an_empty_or_too_large_file_is_refused_and_leaves_nothing(intake, folder):
    with pytest.raises(AudioError, match="E11"):
        receive(intake, "a.wav")
    with pytest.raises(AudioError, match="E18"):
        receive(intake, "a.wav", bytes(600), bytes(600))
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"hello, I am a letter", "E13"), (b"#EXTM3U\nhttp://evil.example/a.ts", "E12")],
)
def test_what_is_no_sound_is_refused_at_the_door(intake, folder, content, code):
    with pytest.raises(AudioError, match=code):
        receive(intake, "voice.wav", content)
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


def test_a_missing_piece_is_noticed(intake):
    take = intake.begin_take(8_000)
    with pytest.raises(RequestError, match="E63"):
        intake.add_piece(take, 200, bytes(200))


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
    assert not intake.unfinished_takes()
    age(folder, ABANDONED + 1)
    again = Intake(folder)
    again.sweep()
    (found,) = again.unfinished_takes()
    assert (found.id, found.seconds) == (take, 1.0)


def test_what_nobody_came_back_for_is_swept(intake, folder):
    receive(intake, "a.wav", b"OggS")
    (folder / "half.wav.part").touch()
    intake.sweep()
    assert [path.suffix for path in folder.iterdir()] == [".wav"]
    age(folder, KEPT + 1)
    intake.sweep()
    assert not list(folder.iterdir())


def age(folder, seconds):
    for path in folder.iterdir():
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def test_a_browser_can_hand_over_a_file_and_a_take(context):
    app = FastAPI()
    app.include_router(intake_routes.routes(context))
    client = TestClient(app)
    upload = client.post("/recordings?name=a.ogg", content=b"OggS")
    assert client.get(f"/recordings/{upload.json()['id']}").content == b"OggS"
    take = client.post("/takes?sample_rate=16000").json()["id"]
    assert client.post(f"/takes/{take}/pieces?offset=0", content=bytes(320)).json() == {"safe": 320}
    assert client.post(f"/takes/{take}/finish").json() == {"id": take, "seconds": 0.01}
    assert client.delete(f"/recordings/{take}").status_code == 204
