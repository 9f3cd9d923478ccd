"""Fixtures shared by all tests."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

TEXT = (
    "The rainbow is a division of white light into many beautiful colours. "
    "These take the shape of a long round arch, with its path high above, "
    "and its two ends apparently beyond the horizon. "
)


def pytest_configure() -> None:
    """Puts the tests, and every process they start, where it is noon.

    A test may then compare what it did with the day on which it began: no midnight comes between.
    """
    west = time.gmtime().tm_hour - 12  # POSIX counts hours west of Greenwich
    os.environ["TZ"] = f"Noon{west:+d}"
    time.tzset()


@pytest.fixture(scope="session")
def speak(tmp_path_factory):
    """Function that writes a 22.05 kHz mono wav of synthetic speech and returns its path."""
    folder = tmp_path_factory.mktemp("speech")

    def write(name: str = "speech", text: str = TEXT, speed: int = 150) -> Path:
        path = folder / f"{name}.wav"
        program = shutil.which("espeak-ng")
        assert program, "the tests need espeak-ng; ./test installs it"
        subprocess.run([program, "-s", str(speed), "-w", path, text], check=True, timeout=60)
        return path

    return write


@pytest.fixture(scope="session")
def speech_path(speak) -> Path:
    """About 13 s of synthetic speech."""
    return speak()
