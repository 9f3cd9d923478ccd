"""Analyses by a worker, over a real Redis server: what comes back."""

import os
from dataclasses import replace

import pytest

from tests.factories import make_analysis
from tests.ui.workers.calls import SETTINGS, is_empty, refusal
from tests.ui.workers.servers import working
from ui.engine import shipped_model
from ui.workers.recordings import PIECE
from verhm.errors import Cancelled, VerhmError
from verhm.stages import Stage, no_progress


@pytest.fixture(scope="module")
def worker(broker):
    with working(broker.address) as process:
        yield process


def test_what_is_found_and_reported_on_the_way_comes_back(engine, worker, broker, recording):
    reports = []
    path = recording("fine", size=2 * PIECE + 1000)
    analysis = engine.analyze(path, lambda *report: reports.append(report), SETTINGS)
    assert analysis.model == make_analysis(1.0).model
    assert analysis.duration not in (0.0, os.getpid())  # the process that made it says so
    assert set(reports) <= {(Stage.DECODE, 0.0), (Stage.DECODE, 0.5), (Stage.FACE, 1.0)}
    assert is_empty(broker)
    engine.load()


def test_a_window_is_explained_by_a_worker(engine, worker, broker, recording):
    found = engine.explain(recording("fine"), make_analysis(10.0), 3, no_progress)
    assert found.sentences[0] != str(os.getpid())
    assert (found.sentences[1], found.light, found.dark) == ("15 windows", b"light", b"dark")
    assert is_empty(broker)


def test_a_refusal_keeps_its_code(engine, worker, recording):
    error = refusal(engine, recording("empty"))
    assert (error.code, error.cause) == ("E11", "The file is empty.")


@pytest.mark.parametrize("does", ["unforeseen", "dies"])
def test_a_worker_goes_on_after_what_nobody_foresaw(engine, worker, recording, does):
    assert refusal(engine, recording(does)).code == "E64"
    assert engine.analyze(recording("fine"), no_progress, SETTINGS)


def test_who_cancels_is_obeyed_and_the_worker_is_free(engine, worker, broker, recording):
    def stop(stage, share):
        if stage is Stage.EMOTION:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.analyze(recording("reports"), stop, SETTINGS)
    assert is_empty(broker)
    assert engine.analyze(recording("fine"), no_progress, SETTINGS)


def test_a_worker_with_another_model_refuses(engine, worker, recording):
    engine._local.analyses_with = replace(shipped_model(), version="another")
    error = refusal(engine, recording("fine"))
    assert (error.code, "another model" in error.cause) == ("E78", True)
    with pytest.raises(VerhmError, match="E78 The worker has another model"):
        engine.explain(recording("fine"), make_analysis(10.0), 3, no_progress)
