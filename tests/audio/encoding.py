"""Sound files of every kind, made with the program that reads them."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import soundfile


def run_ffmpeg(*arguments: str | Path) -> bytes:
    """Run ffmpeg to its end; returns what it wrote to its output pipe."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    start = [program, "-nostdin", "-loglevel", "error", "-y"]
    return subprocess.run([*start, *arguments], check=True, timeout=60, stdout=-1).stdout


def encode(source: Path, target: Path, *options: str) -> Path:
    """Convert a file to the format that the target's name says."""
    run_ffmpeg("-i", source, *options, target)
    return target


def stream(source: Path, target: Path, kind: str, *options: str) -> Path:
    """Convert a file as a browser records: to a pipe, so that no length is ever filled in."""
    target.write_bytes(run_ffmpeg("-i", source, *options, "-f", kind, "pipe:1"))
    return target


def film(target: Path, *options: str | Path) -> Path:
    """A second of a test card, with what else the options say."""
    run_ffmpeg("-f", "lavfi", "-i", "testsrc=duration=1:size=64x64", *options, target)
    return target


def write_sound(path: Path, samples: np.ndarray, sample_rate: int, subtype: str = "PCM_16") -> Path:
    """Write (T,) or (T, C) samples as they are."""
    soundfile.write(path, samples, sample_rate, subtype)
    return path


def tone(frequency: float, duration: float, sample_rate: int) -> np.ndarray:
    """(T,) sine of amplitude 0.5."""
    return 0.5 * np.sin(
        2 * np.pi * frequency * np.arange(round(duration * sample_rate)) / sample_rate
    )
