import io
import struct

import pytest

from verhm.audio.wav_header import missing_seconds

FORM = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16_000, 2, 16)


def wav(size: int, held: int, between: bytes = b"") -> io.BytesIO:
    """A header that promises `size` bytes of sound, before `held` bytes of it."""
    data = FORM + between + struct.pack("<4sI", b"data", size) + bytes(held)
    return io.BytesIO(b"RIFF\0\0\0\0WAVE" + data)


def test_what_is_there_is_not_missing():
    assert missing_seconds(wav(16_000, 16_000)) == 0.0
    assert missing_seconds(wav(16_000, 17_000)) == 0.0


def test_what_is_cut_off_is_missing():
    assert missing_seconds(wav(16_000, 4_000)) == 0.75


def test_chunks_before_the_sound_are_skipped_with_their_padding():
    listed = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    assert missing_seconds(wav(16_000, 4_000, listed)) == 0.75


@pytest.mark.parametrize("size", [0, 0x7FFF_0000, 0x8000_0000, 0xFFFF_FFFF])
def test_a_length_left_open_misses_nothing(size):
    assert missing_seconds(wav(size, 1_000)) == 0.0


def test_long_files_keep_their_length_elsewhere():
    long_size = struct.pack("<4sIQQQI", b"ds64", 28, 0, 16_000, 0, 0)
    data = long_size + FORM + struct.pack("<4sI", b"data", 0xFFFF_FFFF) + bytes(8_000)
    assert missing_seconds(io.BytesIO(b"RF64\xff\xff\xff\xffWAVE" + data)) == 0.5


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFX\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\x09\0"])
def test_headers_that_cannot_be_read_say_nothing(data):
    assert missing_seconds(io.BytesIO(data)) == 0.0
