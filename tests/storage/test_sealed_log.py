"""A log keeps every piece that was acknowledged, in its order, and says when one was changed."""

import os
import random

import pytest

from storage.keys import new_key
from storage.sealed_log import SealedLog
from verhm.errors import VaultError

KEY = new_key()
HEAD, RECORD, TAG = 40, 16, 16


@pytest.fixture
def log(tmp_path):
    begun = SealedLog(tmp_path / "one.take", KEY, "one")
    begun.begin()
    return begun


@pytest.fixture
def path(tmp_path):
    return tmp_path / "one.take"


def content_of(log: SealedLog) -> bytes:
    with log.open() as reader:
        return reader.readall()


def test_pieces_come_back_in_their_order_and_from_any_place(log):
    pieces = [os.urandom(size) for size in (10, 0, 70_000, 1, 4_000)]
    for piece in pieces:
        log.append(piece)
    content = b"".join(pieces)
    assert content_of(log) == content and log.length() == len(content)
    chance = random.Random(3)
    with log.open() as reader:
        for _ in range(50):
            start = chance.randrange(len(content))
            reader.seek(start)
            assert reader.readall() == content[start:]


def test_nothing_of_a_piece_can_be_read_in_the_file(log, path):
    log.append(b"Jane Doe said so. " * 100)
    assert b"Jane" not in path.read_bytes()


@pytest.mark.parametrize("left", [0, 1, RECORD - 1, RECORD, RECORD + 30])
def test_half_a_record_is_left_out_and_the_next_piece_takes_its_place(log, path, left):
    log.append(b"first")
    size = path.stat().st_size
    log.append(b"second " * 10)
    os.truncate(path, size + left)
    assert content_of(log) == b"first"
    log.append(b"again")
    assert content_of(log) == b"firstagain"


def test_a_record_whose_content_had_not_reached_the_disk_is_left_out(log, path):
    log.append(b"first")
    size = path.stat().st_size
    log.append(b"second")
    content = bytearray(path.read_bytes())
    content[size + RECORD :] = bytes(len(content) - size - RECORD)
    path.write_bytes(content)
    assert (content_of(log), log.length()) == (b"first", 5)


def test_a_changed_piece_is_found(log, path):
    for piece in (b"first", b"second", b"third"):
        log.append(piece)
    log.append(b"", is_end=True)
    whole = path.read_bytes()
    for place in (8, HEAD + 4, HEAD + RECORD + 2, len(whole) - 20, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 4
        path.write_bytes(changed)
        with pytest.raises(VaultError, match="E83"), log.open() as reader:
            reader.readall()
            reader.refuse_unended()


def test_pieces_that_changed_places_are_found(log, path):
    for piece in (b"first", b"other", b"third"):
        log.append(piece)
    whole, size = path.read_bytes(), RECORD + 5 + TAG
    begin = HEAD + RECORD + TAG
    first, second = whole[begin:][:size], whole[begin + size :][:size]
    path.write_bytes(whole[:begin] + second + first + whole[begin + 2 * size :])
    with pytest.raises(VaultError, match="E83"):
        content_of(log)


def test_an_ended_log_takes_no_more_and_one_that_was_cut_is_not_ended(log, path):
    log.append(b"first")
    size = path.stat().st_size
    log.append(b"", is_end=True)
    assert log.is_ended()
    with log.open() as reader:
        reader.refuse_unended()
    with pytest.raises(ValueError, match="ended"):
        log.append(b"more")
    os.truncate(path, size)
    with log.open() as reader, pytest.raises(VaultError, match="E83"):
        reader.refuse_unended()


@pytest.mark.parametrize("is_ended", [True, False])
def test_another_key_or_name_opens_nothing_and_changes_nothing(log, path, is_ended):
    log.append(b"first", is_end=is_ended)
    before = path.read_bytes()
    for other in (SealedLog(path, new_key(), "one"), SealedLog(path, KEY, "two")):
        for verb in (content_of, lambda log: log.append(b"more")):
            with pytest.raises(VaultError, match="E83"):
                verb(other)
    assert path.read_bytes() == before


def test_something_else_is_refused(log, path):
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(VaultError, match="E83"):
        log.length()
