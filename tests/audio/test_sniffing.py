import io

import pytest

from verhm.audio.sniffing import choose_demuxer
from verhm.errors import AudioError


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (b"RIFF\x24\0\0\0WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"fLaC\0\0\0\x22", "flac"),
        (b"OggS\0\x02", "ogg"),
        (b"\x1a\x45\xdf\xa3\x9f", "matroska"),
        (b"\0\0\0\x20ftypM4A ", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\xff\xf3\x40\xc4", "mp3"),
        (b"\xff\xfd\xc4\x04", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (bytes(400) + b"\xff\xfb\x90\x64", "mp3"),
    ],
)
def test_formats_are_known_by_their_first_bytes(head, demuxer):
    assert choose_demuxer(io.BytesIO(head)) == demuxer


def test_tags_before_the_sound_are_skipped_however_long():
    tag = b"ID3\x03\0\0\0\x01\x00\x00" + bytes(128 * 128)
    assert choose_demuxer(io.BytesIO(tag + b"\xff\xfb\x90\x64")) == "mp3"
    assert choose_demuxer(io.BytesIO(tag + tag + b"fLaC")) == "flac"


def test_tags_without_end_are_given_up():
    with pytest.raises(AudioError, match="E13"):
        choose_demuxer(io.BytesIO((b"ID3\x03\0\0\0\0\0\0") * 1000))


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "E11"),
        (b"#EXTM3U", "E12"),
        (b"  ffconcat version 1.0", "E12"),
        (b"\xff\xd8\xff\xe0", "E13"),
        (b"\xff\xfb\xf0\x64", "E13"),  # a bit rate that does not exist
        (b"\xff\xf1\xfc\x80", "E13"),  # a sample rate that does not exist
        (b"#!/bin/sh", "E13"),
        (b"\0", "E13"),
    ],
)
def test_all_else_is_refused(head, code):
    with pytest.raises(AudioError, match=code):
        choose_demuxer(io.BytesIO(head))
