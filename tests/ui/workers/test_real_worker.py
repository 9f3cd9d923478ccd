"""The worker as it is started, with the shipped model."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.ui.workers.servers import PASSWORD, working
from ui.engine_processes import EngineProcesses
from ui.workers.address import QUEUE, QUEUE_KEY
from ui.workers.engine import QueuedEngine
from ui.workers.queue import Queue
from verhm.settings import AnalysisSettings
from verhm.stages import no_progress


@pytest.mark.model
def test_a_worker_finds_what_this_computer_finds(broker, speech_path):
    local = EngineProcesses()
    queued = QueuedEngine(Queue(broker.address), local, at_once=1)
    with working(broker.address, "ui.workers"):
        far = queued.analyze(speech_path, no_progress, AnalysisSettings())
    near = local.analyze(speech_path, no_progress, AnalysisSettings())
    queued.close()
    assert (far.source, far.model) == (near.source, near.model)
    np.testing.assert_allclose(far.timeline.probabilities, near.timeline.probabilities, atol=1e-5)
    np.testing.assert_allclose(far.morphs.weights, near.morphs.weights, atol=1e-4)


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui.workers", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_key_is_made_and_what_is_missing_is_told():
    key, other = (command("--new-key").stdout.strip() for _ in range(2))
    assert len(bytes.fromhex(key)) == 32
    assert key != other
    for variables in ({}, {QUEUE: "redis://:secret@localhost"}, {QUEUE_KEY: key}):
        ended = command(**variables)
        assert ended.returncode == 2
        assert ended.stderr.startswith("E71 ")
        assert "secret" not in ended.stderr


def test_a_server_that_refuses_or_is_not_there_is_told(broker):
    key = broker.address.key.hex()
    for url, cause in (
        (broker.address.url.replace(PASSWORD, "mistyped"), "refuses the user or the password"),
        ("redis://:mistyped@127.0.0.1:1/0", "cannot be reached"),
    ):
        ended = command(**{QUEUE: url, QUEUE_KEY: key})
        assert (ended.returncode, ended.stderr.startswith("E78 ")) == (2, True)
        assert cause in ended.stderr
        assert "mistyped" not in ended.stdout + ended.stderr
