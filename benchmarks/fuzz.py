"""Whether a broken file can hurt: a seeded fuzzer for recordings.

    python -m benchmarks.fuzz --files 320

Good files of every format are broken off, scratched, spliced, mislabelled, joined to something
else, told to be longer than they are, or made to name other files and addresses. Each is decoded in
a process whose time, memory, temporary folder and connections are watched.
"""

import argparse
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg
import numpy as np

from benchmarks.memory import held_mib
from verhm.audio.media import decode
from verhm.errors import VerhmError

LONGEST, LARGEST = 20.0, 2048.0  # s and MiB that a file may take
_VOICE: Final = Path(__file__).parents[1] / "ui" / "assets" / "demonstration" / "voice.ogg"
_SECONDS = 6  # of the voice
_PACE = 0.1  # s between two looks
# Names of good files, and how ffmpeg is told to make them.
_FORMATS: Final = {
    "a.wav": (),
    "b.wav": ("-c:a", "pcm_f32le", "-ar", "48000", "-ac", "2"),
    "a.flac": (),
    "a.mp3": (),
    "a.ogg": ("-c:a", "libopus"),
    "b.ogg": ("-c:a", "libvorbis"),
    "a.webm": ("-c:a", "libopus"),
    "a.m4a": (),
    "a.mov": ("-c:a", "pcm_s16le"),
    "a.aac": (),
    "a.mp4": ("-f", "lavfi", "-i", f"testsrc=duration={_SECONDS}:size=64x64:rate=5", "-shortest"),
}
_LINKS: Final = (
    "#EXTM3U\n#EXTINF:5,\n{}\n",
    "\ufeff \n#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
    "ffconcat version 1.0\nfile '{}'\n",
    "[playlist]\nFile1={}\nNumberOfEntries=1\n",
    '<smil><body><audio src="{}"/></body></smil>',
    '<ASX version="3.0"><Entry><Ref href="{}"/></Entry></ASX>',
    '<?xml version="1.0"?><MPD><BaseURL>{}</BaseURL></MPD>',
    "RTSPtext\n{}\n",
    "[Reference]\nRef1={}\n",
    "{}\n",
)
_OTHERS: Final = (
    b"PK\x03\x04\x14\0\0\0\x08\0",
    b"%PDF-1.7\n1 0 obj\n",
    b"<!doctype html><script src='{}'></script>",
    b"#!/bin/sh\nexit 1\n",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"MZ\x90\0\x03\0\0\0",
    b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
)


@dataclass(frozen=True)
class Found:
    """What became of a file.

    Attributes:
        kind: how it was broken
        answer: an error's code, "decoded", "crashed" or "hung"
        seconds: it took
        mib: held at once by the process and what it started
    """

    kind: str
    answer: str
    seconds: float
    mib: float


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=320, help="how many (320)")
    parser.add_argument("--seed", type=int, default=0, help="decides all of them (0)")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.answer:
        answer_requests()
        return
    found, left_over, calls = fuzz(arguments.files, arguments.seed)
    print(report(found, left_over, calls))
    bad = [one for one in found if is_harm(one)]
    raise SystemExit(1 if bad or left_over or calls else 0)


def is_harm(found: Found) -> bool:
    """Whether a file did what none may do."""
    is_answered = found.answer not in ("crashed", "hung")
    return not is_answered or found.seconds > LONGEST or found.mib > LARGEST


def report(found: list[Found], left_over: int, calls: int) -> str:
    """The figures, in lines."""
    lines = []
    for kind in sorted({one.kind for one in found}):
        answers = Counter(one.answer for one in found if one.kind == kind)
        told = ", ".join(f"{answer} {count}" for answer, count in sorted(answers.items()))
        lines.append(f"{kind:22} {sum(answers.values()):4}  {told}")
    lines += [
        f"{len(found)} files; crashed or hung {sum(is_harm(one) for one in found)}",
        f"slowest {max(one.seconds for one in found):.1f} s of {LONGEST:.0f}",
        f"most memory {max(one.mib for one in found):.0f} MiB of {LARGEST:.0f}",
        f"files left in the temporary folder {left_over}; connections {calls}",
    ]
    return "\n".join(lines)


def fuzz(count: int, seed: int) -> tuple[list[Found], int, int]:
    """Decode broken files.

    Returns:
        what became of each, how many files stayed in the temporary folder, how many connections
        came to the address that the files name
    """
    with (
        tempfile.TemporaryDirectory() as name,
        _listening() as (address, calls),
        contextlib.ExitStack() as stack,
    ):
        folder, scratch = Path(name, "files"), Path(name, "scratch")
        folder.mkdir()
        scratch.mkdir()
        reader = stack.enter_context(_Reader(scratch))
        good = make_good(Path(name))
        found = []
        for index in range(count):
            kind, path = make_broken(good, folder, address, np.random.default_rng([seed, index]))
            found.append(reader.decode(kind, path))
            path.unlink()
        return found, sum(1 for _ in scratch.rglob("*")), len(calls)


def make_good(folder: Path) -> dict[str, bytes]:
    """A few seconds of a synthetic voice in every format, by name."""
    good = {}
    for name, options in _FORMATS.items():
        start = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"]
        cut = ["-t", str(_SECONDS), "-i", str(_VOICE)]
        subprocess.run([*start, *cut, *options, str(folder / name)], check=True)  # noqa: S603
        good[name] = (folder / name).read_bytes()
    return good


def make_broken(
    good: dict[str, bytes], folder: Path, address: str, rng: np.random.Generator
) -> tuple[str, Path]:
    """Write a broken file; returns how it is broken, and where it is."""
    name = str(rng.choice(list(good)))
    way = _WAYS[rng.integers(len(_WAYS))]
    data = way(good, name, address, rng)
    suffix = Path(name).suffix
    if rng.random() < 0.3:
        suffix = Path(str(rng.choice(list(good)))).suffix
    path = folder / f"recording{suffix}"
    path.write_bytes(data)
    return way.__name__.strip("_").replace("_", " "), path


def _broken_off(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    return good[name][: rng.integers(len(good[name]))]


def _scratched(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    data = np.frombuffer(good[name], np.uint8).copy()
    count = int(10 ** rng.uniform(0, 3.5))
    data[rng.integers(len(data), size=count)] = rng.integers(256, size=count)
    return data.tobytes()


def _scratched_head(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    data = np.frombuffer(good[name], np.uint8).copy()
    count = int(rng.integers(1, 40))
    data[rng.integers(300, size=count)] = rng.integers(256, size=count)
    return data.tobytes()


def _lying_about_size(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    data = bytearray(good[name])
    for _again in range(rng.integers(1, 4)):
        place = int(rng.integers(4, 400))
        lie = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x10000000)[rng.integers(5)]
        data[place : place + 4] = lie.to_bytes(4, "little" if rng.random() < 0.5 else "big")
    return bytes(data)


def _spliced(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    other = good[str(rng.choice(list(good)))]
    return good[name][: rng.integers(len(good[name]))] + other[rng.integers(len(other)) :]


def _repeated(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    data = good[name]
    start, end = sorted(rng.integers(len(data), size=2))
    return data[:end] + data[start:end] * int(rng.integers(1, 20)) + data[end:]


def _with_holes(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    data = bytearray(good[name])
    start, end = sorted(rng.integers(len(data), size=2))
    if rng.random() < 0.5:
        del data[start:end]
    else:
        data[start:end] = bytes(end - start)
    return bytes(data)


def _joined_to_another(
    good: dict[str, bytes], name: str, address: str, rng: np.random.Generator
) -> bytes:
    other = _OTHERS[rng.integers(len(_OTHERS))].replace(b"{}", address.encode())
    other += rng.bytes(int(rng.integers(200)))
    return other + good[name] if rng.random() < 0.5 else good[name] + other


def _disguised_link(_: dict[str, bytes], __: str, address: str, rng: np.random.Generator) -> bytes:
    text = _LINKS[rng.integers(len(_LINKS))]
    target = ("{}", "file:///etc/hostname", "concat:{}|{}", "subfile,,start,0,end,9,,:{}")
    link = target[rng.integers(4)].replace("{}", address)
    return text.format(link).encode(("utf-8", "utf-16")[int(rng.random() < 0.2)])


def _noise(good: dict[str, bytes], name: str, _: str, rng: np.random.Generator) -> bytes:
    return good[name][: rng.integers(80)] + rng.bytes(int(10 ** rng.uniform(1, 5.5)))


def _long_silence(_: dict[str, bytes], __: str, ___: str, rng: np.random.Generator) -> bytes:
    """Hours in a small file: a WAV whose few bytes a second add up."""
    seconds, rate = int(rng.integers(3_600, 200_000)), 500
    size = seconds * rate
    form = (1).to_bytes(2, "little") * 2 + rate.to_bytes(4, "little") * 2 + b"\1\0\x08\0"
    head = b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0" + form
    return head + b"data" + size.to_bytes(4, "little") + b"\x80" * size


_Way = Callable[[dict[str, bytes], str, str, np.random.Generator], bytes]
_WAYS: Final[tuple[_Way, ...]] = (
    *(_broken_off, _scratched, _scratched_head, _lying_about_size, _spliced, _repeated),
    *(_with_holes, _joined_to_another, _disguised_link, _noise, _long_silence),
)


class _Reader(contextlib.AbstractContextManager):
    """A process that decodes; another takes its place when it dies or hangs."""

    def __init__(self, scratch: Path) -> None:
        self._environment = {**os.environ, "TMPDIR": str(scratch)}
        self._process = self._start()

    def __exit__(self, *_: object) -> None:
        self._stop()

    def decode(self, kind: str, path: Path) -> Found:
        """Have a file decoded."""
        start, most, answer = time.perf_counter(), 0.0, ""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        while not answer and time.perf_counter() - start < 2 * LONGEST:
            most = max(most, held_mib(self._process.pid))
            if select.select([self._process.stdout], [], [], _PACE)[0]:
                answer = self._process.stdout.readline().strip() or "crashed"
        if answer in ("", "crashed"):
            self._stop()
            self._process = self._start()
        return Found(kind, answer or "hung", time.perf_counter() - start, most)

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fuzz", "--answer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        assert process.stdout
        process.stdout.readline()  # it is ready
        return process

    def _stop(self) -> None:
        self._process.kill()
        self._process.communicate()


def answer_requests() -> None:
    """Decode the files named on standard input; a line of answer for each."""
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            decode(Path(line.rstrip("\n")))
            print("decoded", flush=True)
        except VerhmError as error:
            print(error.code, flush=True)


@contextlib.contextmanager
def _listening() -> Iterator[tuple[str, list[str]]]:
    """An address that notes who calls."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):  # closed at the end
                while True:
                    connection, caller = server.accept()
                    calls.append(json.dumps(caller))
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/voice.wav", calls
        server.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main()
