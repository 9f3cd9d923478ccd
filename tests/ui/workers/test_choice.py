"""Which engine an app has."""

import sys

import pytest

from ui.engine_processes import EngineProcesses
from ui.settings import AppSettings, read_settings
from ui.start import engine_for
from ui.workers.engine import QueuedEngine
from verhm.errors import RequestError

QUEUE = {"VERHM_QUEUE": "rediss://:secret@localhost", "VERHM_QUEUE_KEY": "0" * 64}


def test_without_a_queue_this_computer_analyses(tmp_path):
    engine = engine_for(AppSettings(tmp_path))
    assert isinstance(engine, EngineProcesses)
    assert engine.at_once == 1


def test_a_queue_that_is_named_is_used_but_not_before_it_is_needed(tmp_path):
    settings = read_settings({"data": tmp_path, "workers": 3}, QUEUE)
    engine = engine_for(settings)
    assert isinstance(engine, QueuedEngine)
    assert (engine.at_once, "secret" in repr(settings)) == (3, False)
    engine.close()


def test_what_is_not_installed_is_told(tmp_path, monkeypatch):
    for name in ("ui.workers.queue", "ui.workers.engine", "celery"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "celery", None)
    with pytest.raises(RequestError, match=r"E78 .*pip install"):
        engine_for(read_settings({"data": tmp_path}, QUEUE))
