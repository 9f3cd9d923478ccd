"""Which format a file really has, judged by its first bytes and never by its name.

ffmpeg would guess too, but its guesses include playlists, image lists and stream descriptions,
which make it open other files. Here one demuxer is chosen from a short list, or the file is
refused.
"""

import functools
from typing import BinaryIO

from verhm.errors import AudioError

FORMATS = "WAV, MP3, FLAC, OGG, WebM, M4A, AAC, MP4 or MOV"

_MAGIC = ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"\x1a\x45\xdf\xa3", "matroska"))
_RIFF = (b"RIFF", b"RIFX", b"RF64")
# First boxes of ISO base media and of the QuickTime files before it.
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_POINTERS = (
    *("#extm3u", "#ext-x-", "ffconcat", "[playlist]", "[reference]", "<?xml", "<smil", "<asx"),
    *("<mpd", "<xspf", "<playlist", "v=0", "rtsptext", "file '", "file:", "http://", "https://"),
    *("rtsp://", "rtmp://", "ftp://", "concat:"),
)
_ID3_LONGEST = 10  # tags in a row


def choose_demuxer(stream: BinaryIO) -> str:
    """Name ffmpeg's demuxer for a file.

    Args:
        stream: the open file, at its start

    Returns:
        one of wav, flac, ogg, matroska, mov, mp3, aac

    Raises:
        AudioError: E11 when it is empty, E12 when it only points to other files, E13 when it is
            anything else that is not audio
    """
    head = stream.read(4096)
    if not head:
        raise AudioError("E11", "The file is empty.", "Record or export it again.")
    demuxer = _binary_demuxer(_after_tags(stream, head))
    if demuxer:
        return demuxer
    if _points_elsewhere(head) or _points_elsewhere(_after_tags(stream, head)):
        raise AudioError(
            "E12",
            "The file is a playlist or a description of other files and holds no sound itself.",
            f"Choose the sound file itself: {FORMATS}.",
        )
    raise AudioError(
        "E13", "The file is not a sound or video file that can be read.", f"Use {FORMATS}."
    )


def _after_tags(stream: BinaryIO, head: bytes) -> bytes:
    """What follows the ID3 tags and the padding that may precede MP3, AAC and FLAC."""
    position = 0
    for _ in range(_ID3_LONGEST):
        if len(head) < 10 or not head.startswith(b"ID3"):
            break
        # The size has seven bits a byte (ID3v2.4.0 structure, section 3.1); a footer is ten more.
        size = functools.reduce(lambda size, byte: size << 7 | byte & 0x7F, head[6:10], 0)
        position += 10 + size + (10 if head[5] & 0x10 else 0)
        stream.seek(position)
        head = stream.read(4096)
    return head


def _binary_demuxer(head: bytes) -> str:
    for magic, demuxer in _MAGIC:
        if head.startswith(magic):
            return demuxer
    if head[:4] in _RIFF and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] in _BOXES:
        return "mov"
    return _frame_demuxer(head.lstrip(b"\0"))


def _frame_demuxer(head: bytes) -> str:
    """Tell bare MPEG audio from bare AAC by the header of the first frame (ISO 11172-3, 2.4.1.3).

    All ones in eleven or twelve bits, then version and layer: 0 means ADTS, 3 is the obsolete
    layer I (and UTF-16's byte order mark looks like it).
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        rate = head[2] >> 2 & 15
        return "aac" if head[1] & 0xF0 == 0xF0 and rate < 13 else ""
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    is_mp3 = version != 1 and layer != 3 and bit_rate != 15 and rate != 3
    return "mp3" if is_mp3 else ""


def _points_elsewhere(head: bytes) -> bool:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = head[:1024].decode(encoding, errors="replace").lstrip("\0 \t\r\n\ufeff").lower()
    return text.startswith(_POINTERS)
