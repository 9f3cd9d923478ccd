"""A sealed file gives back what was put in, from any place, and nothing that was changed."""

import io
import os
import random

import pytest

from storage.keys import new_key
from storage.sealing import CHUNK, TAG, SealedReader, SealedWriter, open_sealed
from verhm.errors import VaultError

KEY, NAME = new_key(), "session/voice.wav"
HEADER = 40


def seal(content: bytes, key: bytes = KEY, name: str = NAME, step: int = 1 << 20) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, key, name)
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.finish()
    return file.getvalue()


def read(sealed: bytes, key: bytes = KEY, name: str = NAME) -> bytes:
    with io.BufferedReader(SealedReader(io.BytesIO(sealed), key, name)) as reader:
        return reader.read()


@pytest.mark.parametrize(
    "length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 300_000]
)
@pytest.mark.parametrize("step", [1_000, 1 << 20])
def test_what_was_sealed_comes_back(length, step):
    content = os.urandom(length)
    sealed = seal(content, step=step)
    assert read(sealed) == content
    assert len(sealed) == HEADER + length + TAG * max(1, -(-length // CHUNK))


def test_it_can_be_read_from_any_place():
    content = os.urandom(3 * CHUNK + 77)
    reader = SealedReader(io.BytesIO(seal(content)), KEY, NAME)
    assert reader.size == len(content)
    assert reader.seek(-5, os.SEEK_END) == len(content) - 5
    assert reader.readall() == content[-5:]
    with pytest.raises(OSError, match="before"):
        reader.seek(-1)
    chance, buffered = random.Random(7), io.BufferedReader(reader, CHUNK)
    for _ in range(200):
        start, length = chance.randrange(len(content) + 10), chance.randrange(1, 2 * CHUNK)
        buffered.seek(start)
        assert buffered.read(length) == content[start : start + length]


def test_no_piece_of_the_content_is_in_the_file():
    content = b"Jane Doe said that she sleeps badly. " * 5_000
    sealed = seal(content)
    assert b"Jane" not in sealed and b"sleeps" not in sealed


def test_two_files_with_the_same_content_share_nothing():
    first, second = seal(bytes(CHUNK)), seal(bytes(CHUNK))
    assert first[8:40] != second[8:40]
    assert first[40:72] != second[40:72]


def test_any_changed_bit_is_found():
    content = os.urandom(2 * CHUNK + 500)
    sealed = seal(content)
    chance = random.Random(5)
    places = [0, 7, 8, 39, 40, len(sealed) - 1, *(chance.randrange(len(sealed)) for _ in range(60))]
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(VaultError, match="E83"):
            read(bytes(changed))


@pytest.mark.parametrize("chunks_left", [0, 1, 2])
@pytest.mark.parametrize("extra", [0, 1, TAG, 100])
def test_a_file_that_was_cut_off_is_refused_before_a_byte_is_given_away(chunks_left, extra):
    sealed = seal(os.urandom(3 * CHUNK + 100))
    with pytest.raises(VaultError, match="E83"):
        SealedReader(io.BytesIO(sealed[: HEADER + chunks_left * (CHUNK + TAG) + extra]), KEY, NAME)


def test_chunks_that_changed_places_are_found():
    sealed, whole = seal(os.urandom(3 * CHUNK)), CHUNK + TAG
    head, first, second = sealed[:HEADER], sealed[HEADER:][:whole], sealed[HEADER + whole :][:whole]
    with pytest.raises(VaultError, match="E83"):
        read(head + second + first + sealed[HEADER + 2 * whole :])


def test_a_chunk_added_or_taken_out_is_found():
    sealed, whole = seal(os.urandom(3 * CHUNK)), CHUNK + TAG
    for content in (sealed + sealed[-whole:], sealed[:HEADER] + sealed[HEADER + whole :]):
        with pytest.raises(VaultError, match="E83"):
            read(content)


def test_a_file_of_another_key_or_name_is_refused():
    sealed = seal(b"voice")
    for key, name in ((new_key(), NAME), (KEY, "another session/voice.wav")):
        with pytest.raises(VaultError, match="E83"):
            read(sealed, key, name)


def test_something_else_is_refused_and_its_file_closed(tmp_path):
    path = tmp_path / "plain.wav"
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(VaultError, match="E83"):
        open_sealed(path, KEY, NAME)
    path.write_bytes(seal(b"voice"))
    with open_sealed(path, KEY, NAME) as file:
        assert file.read() == b"voice"
    assert file.raw._file.closed


def test_a_file_whose_writer_did_not_finish_is_refused():
    file = io.BytesIO()
    SealedWriter(file, KEY, NAME).write(bytes(3 * CHUNK))
    with pytest.raises(VaultError, match="E83"):
        read(file.getvalue())
