"""In an encrypted folder recordings are sealed as they arrive, and none is lost by sealing it."""

import asyncio
import os
import time
import wave

import pytest

from storage.keys import new_key
from storage.models import new_id
from ui import take_files
from ui.intake import ABANDONED, Intake
from verhm.errors import RequestError, StorageError, VaultError

KEY = new_key()
SAID = b"\x01\x02" * 4_000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "intake"


@pytest.fixture
def intake(folder):
    return Intake(folder, largest=500_000, longest=10.0, key=KEY)


def receive(intake, suffix, *pieces):
    async def arriving():
        for piece in pieces:
            yield piece

    return asyncio.run(intake.receive(suffix, arriving()))


def read(intake, recording_id):
    with intake.received(recording_id).open("rb") as file:
        return file.read()


def on_disk(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir())


def frames(intake, take):
    with intake.received(take).open() as stream, wave.open(stream) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
        return file.readframes(1_000_000)


def test_an_uploaded_file_is_sealed_as_it_arrives(intake, folder):
    upload = receive(intake, ".MP3", b"fLaC", SAID, SAID)
    assert read(intake, upload) == b"fLaC" + SAID * 2
    assert intake.received(upload).suffix == ".mp3"
    assert b"fLaC" not in on_disk(folder) and SAID[:64] not in on_disk(folder)


def test_a_take_is_sealed_piece_by_piece(intake, folder):
    take = intake.begin_take(8_000)
    for number in range(3):
        safe = intake.add_piece(take, number * len(SAID), SAID)
        assert safe == (number + 1) * len(SAID)
        assert SAID[:64] not in on_disk(folder)
    assert intake.finish_take(take) == pytest.approx(1.5)
    assert intake.finish_take(take) == pytest.approx(1.5)
    assert frames(intake, take) == SAID * 3
    assert b"RIFF" not in on_disk(folder)


def test_a_voice_cannot_be_made_another_patient_s_by_renaming_its_file(intake, folder):
    ada, bert = new_id(), new_id()
    take = intake.begin_take(8_000, ada)
    intake.add_piece(take, 0, SAID)
    intake.finish_take(take)
    assert intake.received(take).patient_id == ada and frames(intake, take) == SAID
    (path,) = folder.glob(f"{take}*")
    path.rename(path.with_name(path.name.replace(ada, bert)))
    with pytest.raises(VaultError, match="E83"):
        intake.received(take).open()


def test_a_piece_sent_twice_or_overlapping_is_kept_once(intake):
    take = intake.begin_take(8_000)
    for _ in range(2):
        assert intake.add_piece(take, 0, SAID) == len(SAID)
    assert intake.add_piece(take, 4_000, SAID) == 4_000 + len(SAID)
    with pytest.raises(RequestError, match="E63"):
        intake.add_piece(take, 40_000, SAID)
    intake.finish_take(take)
    assert frames(intake, take) == SAID[:4_000] + SAID


def test_a_take_left_behind_is_found_again_by_a_new_start(intake, folder):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, SAID)
    (path,) = folder.iterdir()
    os.truncate(path, path.stat().st_size + 30)  # half a record
    then = time.time() - ABANDONED - 1
    os.utime(path, (then, then))
    again = Intake(folder, key=KEY)
    again.sweep()
    (left,) = again.takes_left()
    assert (left.id, left.seconds, left.is_finished) == (take, 0.5, False)
    assert again.finish_take(take) == 0.5
    assert frames(again, take) == SAID


def test_a_kill_between_ending_and_renaming_leaves_a_take_that_can_be_finished(
    intake, folder, monkeypatch
):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, SAID)
    (path,) = folder.iterdir()
    take_files.SealedTakes(KEY).finish(path, len(SAID))
    assert intake.finish_take(take) == 0.5
    assert frames(intake, take) == SAID


def test_half_a_sample_is_not_in_the_recording(intake):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, SAID + b"\x07")
    intake.finish_take(take)
    assert frames(intake, take) == SAID


def test_takes_from_before_are_sealed_at_the_next_start_and_keep_their_age(folder):
    plain = Intake(folder)
    left, finished = plain.begin_take(8_000), plain.begin_take(8_000)
    for take in (left, finished):
        plain.add_piece(take, 0, SAID)
    plain.finish_take(finished)
    then = time.time() - 86_400
    for path in folder.iterdir():
        os.utime(path, (then, then))
    (witnessed,) = folder.glob(f"{left}*")
    os.link(witnessed, folder.parent / "witness")
    intake = Intake(folder, key=KEY)
    intake.sweep()
    intake.sweep()
    assert SAID[:64] not in on_disk(folder)
    assert set((folder.parent / "witness").read_bytes()) == {0}
    found = {take.id: take for take in intake.takes_left()}
    assert [found[take].seconds for take in (left, finished)] == [0.5, 0.5]
    assert found[left].kept_until == pytest.approx(then + 7 * 86_400, abs=2)
    assert frames(intake, finished) == SAID
    intake.finish_take(left)
    assert frames(intake, left) == SAID


def test_a_changed_take_is_refused_and_keeps_nobody_from_the_others(intake, folder, caplog):
    broken, whole = intake.begin_take(8_000), intake.begin_take(8_000)
    for take in (broken, whole):
        intake.add_piece(take, 0, SAID)
        intake.finish_take(take)
    (path,) = folder.glob(f"{broken}*")
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)
    assert [take.id for take in intake.takes_left()] == [whole]
    assert "E83" in caplog.text
    with pytest.raises(VaultError, match="E83"):
        read(intake, broken)
    intake.remove(broken)
    with pytest.raises(StorageError, match="E53"):
        intake.received(broken)


def test_a_finished_take_that_was_cut_is_refused(intake, folder):
    take = intake.begin_take(8_000)
    intake.add_piece(take, 0, SAID)
    intake.add_piece(take, len(SAID), SAID)
    (path,) = folder.iterdir()
    whole = path.stat().st_size
    intake.finish_take(take)
    (path,) = folder.iterdir()
    os.truncate(path, whole)
    with pytest.raises(VaultError, match="E83"):
        read(intake, take)
