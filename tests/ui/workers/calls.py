"""What tests ask a queued engine."""

from pathlib import Path

import pytest

from tests.ui.workers.servers import Broker
from ui.workers.engine import QueuedEngine
from verhm.errors import VerhmError
from verhm.settings import AnalysisSettings
from verhm.stages import no_progress

SETTINGS = AnalysisSettings(window=4.0)


def refusal(engine: QueuedEngine, path: Path) -> VerhmError:
    with pytest.raises(VerhmError) as found:
        engine.analyze(path, no_progress, SETTINGS)
    return found.value


def is_empty(broker: Broker) -> bool:
    return not broker.redis.keys("verhm:recording:*")
