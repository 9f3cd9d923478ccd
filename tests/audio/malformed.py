"""Files that must be refused: empty, broken off, damaged, disguised, or no sound at all."""

import struct
from pathlib import Path

import numpy as np

from tests.audio.boxes import refer_elsewhere
from tests.audio.encoding import encode, film, stream, write_sound

DISGUISED = {
    "playlist.mp3": "#EXTM3U\n#EXTINF:5,\nfile:///etc/hostname\n",
    "segments.m4a": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nvoice.wav\n#EXT-X-ENDLIST\n",
    "indented.wav": "\n \t#EXTM3U\nvoice.wav\n",
    "marked.wav": "\ufeff#EXTM3U\nvoice.wav\n",
    "radio.pls.ogg": "[playlist]\nFile1=http://localhost/voice.mp3\nNumberOfEntries=1\n",
    "concat.wav": "ffconcat version 1.0\nfile '/etc/hostname'\n",
    "list.wav": "file '/etc/hostname'\n",
    "address.mp3": "http://localhost/voice.mp3\n",
    "slides.wav": '<smil><body><audio src="voice.wav"/></body></smil>',
    "radio.asx.wma": '<ASX version="3.0"><Entry><Ref href="voice.wav"/></Entry></ASX>',
    "list.xspf.flac": '<?xml version="1.0"?><playlist version="1"><trackList/></playlist>',
    "dash.mp4": '<?xml version="1.0"?><MPD profiles="urn:mpeg:dash:profile:full:2011"/>',
    "session.wav": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    "pointer.mov": "RTSPtext\nrtsp://localhost/voice\n",
    "reference.mov": "[Reference]\nRef1=http://localhost/voice.asf\n",
}
TEXTS = {
    "notes.wav": "The patient spoke for an hour.\n",
    "page.mp3": "<!doctype html><title>Not found</title>",
    "subtitles.ogg": "1\n00:00:01,000 --> 00:00:02,000\nHello\n",
    "captions.webm": "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
    "data.m4a": '{"sound": null}',
}
BINARIES = {
    "picture.wav": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200),
    "photograph.mp3": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(200),
    "animation.ogg": b"GIF89a\x01\0\x01\0" + bytes(100),
    "letter.m4a": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "archive.flac": b"PK\x03\x04\x14\0" + bytes(100),
    "program.wav": b"\x7fELF\x02\x01\x01" + bytes(100),
    "melody.wav": b"MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk" + bytes(50),
    "film.wav": b"RIFF\x80\0\0\0AVI LIST" + bytes(100),
    "picture.webm": b"RIFF\x80\0\0\0WEBPVP8 " + bytes(100),
    "zeros.wav": bytes(5000),
    "tag.mp3": b"ID3\x04\0\0\0\0\x0f\x7f" + bytes(300),
}


def make_malformed(folder: Path, speech: Path) -> list[tuple[Path, set[str]]]:
    """Write the files.

    Args:
        folder: to write them to; what they are made from goes to a folder of its own beside it
        speech: a good WAV file

    Returns:
        each file with the codes that may be given for it
    """
    good = folder.with_name(folder.name + "-good")
    good.mkdir()
    folder.mkdir(exist_ok=True)
    contents = [
        *_texts(),
        *((name, data, {"E13"}) for name, data in BINARIES.items()),
        *_random(np.random.default_rng(0)),
        *_wav_headers(speech.read_bytes()),
        *_broken_off(good, speech),
        *_without_sound(good),
        *_not_numbers(good),
    ]
    files = []
    for name, data, codes in contents:
        path = folder / name
        path.write_bytes(data)
        files.append((path, codes))
    return files


def _texts() -> list[tuple[str, bytes, set[str]]]:
    tag = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    return [
        ("empty.wav", b"", {"E11"}),
        *((name, text.encode(), {"E12"}) for name, text in DISGUISED.items()),
        ("wide.wav", "#EXTM3U\nvoice.wav\n".encode("utf-16"), {"E12"}),
        ("tagged.mp3", tag + b"#EXTM3U\nvoice.wav\n", {"E12"}),
        *((name, text.encode(), {"E13"}) for name, text in TEXTS.items()),
    ]


def _random(rng: np.random.Generator) -> list[tuple[str, bytes, set[str]]]:
    noise = rng.bytes(50_000)
    return [
        ("noise.wav", b"\x01" + noise, {"E13"}),
        ("noise.mp3", b"\xff\xfb\x90\0" + noise, {"E14"}),
        ("noise.aac", b"\xff\xf1\x50\x80" + noise, {"E14"}),
        ("noise.flac", b"fLaC" + noise, {"E14"}),
        ("noise.ogg", b"OggS" + noise, {"E14"}),
        ("noise.webm", b"\x1a\x45\xdf\xa3" + noise, {"E14"}),
        ("noise.mp4", b"\0\0\0\x18ftypisom" + noise, {"E14"}),
        ("riff.wav", b"RIFF\xff\xff\xff\xffWAVE" + noise, {"E14"}),
    ]


def _wav_headers(data: bytes) -> list[tuple[str, bytes, set[str]]]:
    """Headers that lie, before sound that is fine."""

    def header(kind: int = 1, channels: int = 1, rate: int = 22_050) -> bytes:
        form = struct.pack("<HHIIHH", kind, channels, rate, rate * 2 * channels, 2 * channels, 16)
        return data[:12] + b"fmt \x10\0\0\0" + form + data[36:20_000]

    return [
        ("header.wav", data[:20], {"E14"}),
        ("nothing.wav", data[:40] + bytes(4), {"E14"}),
        ("broken_off.wav", data[: len(data) // 2], {"E14"}),
        ("channels.wav", header(channels=0), {"E13", "E14"}),
        ("crowd.wav", header(channels=30_000), {"E13", "E14"}),
        ("still.wav", header(rate=0), {"E13", "E14", "E15"}),
        ("unknown.wav", header(kind=0x1234), {"E13"}),
    ]


def _broken_off(good: Path, speech: Path) -> list[tuple[str, bytes, set[str]]]:
    def share(path: Path, part: float) -> bytes:
        data = path.read_bytes()
        return data[: int(len(data) * part)]

    flac = encode(speech, good / "a.flac")
    m4a = encode(speech, good / "a.m4a")
    fast = encode(speech, good / "fast.m4a", "-movflags", "+faststart")
    ogg = encode(speech, good / "a.ogg", "-c:a", "libopus")
    webm = encode(speech, good / "a.webm")
    mov = encode(speech, good / "a.mov", "-c:a", "pcm_s16le")
    live = stream(speech, good / "live.webm", "webm", "-c:a", "libopus")
    scratched = bytearray(m4a.read_bytes())
    scratched[1000:40_000:50] = b"\x55" * len(scratched[1000:40_000:50])
    return [
        ("broken_off.flac", share(flac, 0.6), {"E14"}),
        ("start.flac", share(flac, 0.0) + flac.read_bytes()[:42], {"E14"}),
        ("broken_off.m4a", share(m4a, 0.6), {"E14"}),
        ("broken_off_fast.m4a", share(fast, 0.6), {"E14"}),
        ("broken_off.mp3", share(encode(speech, good / "a.mp3"), 0.6), {"E14"}),
        ("broken_off.webm", share(webm, 0.6), {"E14"}),
        ("start.webm", live.read_bytes()[:60], {"E14"}),
        ("start.ogg", ogg.read_bytes()[:60], {"E14"}),
        ("scratched.m4a", bytes(scratched), {"E14"}),
        ("elsewhere.mov", refer_elsewhere(mov.read_bytes(), mov), {"E14"}),
    ]


def _without_sound(good: Path) -> list[tuple[str, bytes, set[str]]]:
    return [
        (f"mute{suffix}", film(good / f"mute{suffix}").read_bytes(), {"E17"})
        for suffix in (".mp4", ".webm", ".mov")
    ]


def _not_numbers(good: Path) -> list[tuple[str, bytes, set[str]]]:
    files = []
    for name, value in (("nan", np.nan), ("infinite", np.inf), ("loud", 30_000.0)):
        samples = np.full(32_000, 0.1, dtype=np.float32)
        samples[16_000] = value
        path = write_sound(good / f"{name}.wav", samples, 16_000, "FLOAT")
        files.append((f"{name}.wav", path.read_bytes(), {"E14"}))
    return files
