"""What the tests of sound and video share."""

import subprocess

import pytest


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen]:
    """The processes that were started, as they come."""
    processes = []
    make = subprocess.Popen.__init__

    def remember(process, *arguments, **options):
        make(process, *arguments, **options)
        processes.append(process)

    monkeypatch.setattr(subprocess.Popen, "__init__", remember)
    return processes
