"""A queue with a real Redis server, and the app's side of it."""

from pathlib import Path

import pytest

from tests.ui.fakes import FakeEngine
from tests.ui.workers.servers import Broker
from ui.engine import shipped_model
from ui.workers.engine import QueuedEngine
from ui.workers.queue import Queue

WORDS = "Xaver was afraid of the well"


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("redis"))
    yield broker
    broker.stop()


@pytest.fixture
def engine(broker):
    local = FakeEngine()
    local.analyses_with = shipped_model()
    engine = QueuedEngine(Queue(broker.address), local, at_once=2)
    yield engine
    engine.close()


@pytest.fixture
def recording(tmp_path):
    """Function that writes a recording, which tells the worker's engine what to do."""

    def write(does: str, size: int = 0) -> Path:
        path = tmp_path / "recording"
        path.write_text(f"{does} {WORDS}".ljust(size))
        return path

    return write
