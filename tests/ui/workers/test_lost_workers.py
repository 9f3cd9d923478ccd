"""What may happen between the app and its workers, over a real Redis server, and what is told."""

import base64
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.ui.fakes import FakeEngine
from tests.ui.workers.calls import SETTINGS, is_empty, refusal
from tests.ui.workers.conftest import WORDS
from tests.ui.workers.servers import Broker, wait_until, working
from ui.engine import shipped_model
from ui.workers import engine as queued_engine
from ui.workers.engine import QueuedEngine
from ui.workers.queue import Queue
from ui.workers.recordings import PIECE, SentRecording
from verhm.errors import Cancelled, VaultError, VerhmError
from verhm.stages import no_progress


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(queued_engine, "_PULSE", 0.2)
    monkeypatch.setattr(queued_engine, "_ANSWER", 0.5)


def assert_nothing_readable(broker):
    held = b""
    for key in broker.redis.keys("*"):
        match broker.redis.type(key):
            case b"list":  # calls, whose content is spelled in letters
                calls = [json.loads(call) for call in broker.redis.lrange(key, 0, -1)]
                held += json.dumps(calls).encode()
                held += b"".join(base64.b64decode(call["body"]) for call in calls)
            case b"hash":
                held += b"".join(broker.redis.hvals(key))
            case b"string":
                held += broker.redis.get(key)
    assert len(held) > 500
    for readable in (WORDS, "window", "fine", "emotion", "E11", shipped_model().sha256):
        assert readable.encode() not in held


class Begun(threading.Event):
    """Set when the worker is at it."""

    def __call__(self, stage, share):
        if share > 0:
            self.set()


def test_redis_never_has_what_can_be_read(engine, broker, recording):
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(engine.analyze, recording("fine"), no_progress, SETTINGS)
        wait_until(lambda: broker.redis.keys("verhm-*"))  # no worker is there to take it
        assert_nothing_readable(broker)
        engine.close()
        assert waiting.exception(timeout=10).code == "E61"
    broker.redis.flushall()


def test_a_recording_that_was_changed_on_its_way_is_refused(broker, recording, tmp_path):
    sent = Queue(broker.address).recording("call")
    sent.send(recording("fine", size=PIECE + 10), lambda: None)
    Queue(broker.address).recording("call").fetch(tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == (tmp_path / "recording").read_bytes()
    broker.redis.rename("verhm:recording:call", "verhm:recording:other")
    with pytest.raises(VaultError, match="E83"):
        Queue(broker.address).recording("other").fetch(tmp_path / "fetched")
    with pytest.raises(VaultError, match="E83"):
        sent.fetch(tmp_path / "fetched")
    assert not sent.is_wanted()
    assert not sent.renewed()
    broker.redis.flushall()


def test_without_a_worker_a_person_is_told(engine, broker, recording, impatient):
    with pytest.raises(VerhmError, match="E78 No worker"):
        engine.load()
    assert refusal(engine, recording("fine")).cause == "No worker for analyses answers."
    assert is_empty(broker)


def test_a_worker_with_another_key_is_as_good_as_none(broker, recording, impatient):
    with working(replace(broker.address, key=bytes(32))):
        engine = QueuedEngine(Queue(broker.address), FakeEngine(), at_once=1)
        assert refusal(engine, recording("fine")).code == "E78"


def test_two_workers_analyse_two_recordings_at_once(engine, broker, recording):
    begun = Begun(), Begun()
    with ExitStack() as stack, ThreadPoolExecutor(2) as threads:
        for _ in begun:
            stack.enter_context(working(broker.address))
        path = recording("lasts")
        lasting = [threads.submit(engine.analyze, path, each, SETTINGS) for each in begun]
        assert all(each.wait(30) for each in begun)
        engine.close()
        assert {each.exception(timeout=10).code for each in lasting} == {"E61"}


def test_who_waits_for_a_busy_worker_is_not_told_that_it_is_lost(
    broker, engine, recording, impatient
):
    begun, stop = Begun(), threading.Event()

    def until_stopped(stage, share):
        begun(stage, share)
        if stop.is_set():
            raise Cancelled

    with working(broker.address), ThreadPoolExecutor(2) as threads:
        first = threads.submit(engine.analyze, recording("reports"), until_stopped, SETTINGS)
        assert begun.wait(30)
        second = threads.submit(engine.analyze, recording("fine"), no_progress, SETTINGS)
        time.sleep(4)  # several times as long as a lost one is waited for
        assert not second.done()
        stop.set()
        assert second.result(timeout=30)
        assert isinstance(first.exception(), Cancelled)


def test_a_worker_that_is_lost_is_told(engine, broker, recording, impatient):
    begun = Begun()
    with working(broker.address) as process, ThreadPoolExecutor(1) as thread:
        lasting = thread.submit(engine.analyze, recording("lasts"), begun, SETTINGS)
        assert begun.wait(30)
        time.sleep(2)  # it answers, although it is at work
        assert not lasting.done()
        os.killpg(process.pid, signal.SIGKILL)
        assert "does not answer any more" in lasting.exception(timeout=30).cause


def test_what_comes_back_cannot_be_read_in_redis_either(engine, broker, recording):
    begun = Begun()
    with working(broker.address), ThreadPoolExecutor(1) as thread:
        lasting = thread.submit(engine.analyze, recording("reports"), begun, SETTINGS)
        assert begun.wait(30)
        assert broker.redis.keys("celery-task-meta-*")
        assert_nothing_readable(broker)
        engine.close()
        assert lasting.exception(timeout=10).code == "E61"


def test_a_worker_is_not_taken_for_the_one_that_was_lost(engine, broker, recording, impatient):
    begun = Begun()
    with working(broker.address) as lost, ThreadPoolExecutor(1) as thread:
        lasting = thread.submit(engine.analyze, recording("lasts"), begun, SETTINGS)
        assert begun.wait(30)
        with working(broker.address):
            os.killpg(lost.pid, signal.SIGKILL)
            assert "does not answer any more" in lasting.exception(timeout=30).cause


def test_a_call_that_no_worker_understands_is_not_waited_for(engine, broker, recording, impatient):
    with working(broker.address), ThreadPoolExecutor(1) as thread:
        engine._queue.celery.conf.task_default_queue = "another"  # as good as dropped
        waiting = thread.submit(engine.analyze, recording("fine"), no_progress, SETTINGS)
        wait_until(lambda: broker.redis.delete("another") == 1)
        assert waiting.exception(timeout=30).code == "E78"


def test_a_call_that_is_handed_out_twice_is_done_once(broker, recording):
    sent = Queue(broker.address).recording("twice")
    sent.send(recording("fine"), lambda: None)
    assert [sent.taken(), sent.taken()] == [True, False]
    sent.withdraw()
    assert not broker.redis.keys("*twice*")


def test_the_queue_goes_on_after_redis_was_started_anew(tmp_path, recording):
    broker = Broker(tmp_path)
    engine = QueuedEngine(Queue(broker.address), FakeEngine(), at_once=1)
    engine._local.analyses_with = None
    with working(broker.address):
        assert engine.analyze(recording("fine"), no_progress, SETTINGS)
        broker.stop()
        broker.start()
        assert engine.analyze(recording("fine"), no_progress, SETTINGS)
    broker.stop()


def test_a_worker_says_nothing_of_whom_it_hears(engine, broker, recording):
    with working(broker.address) as process:
        assert refusal(engine, recording("unforeseen")).code == "E64"
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "ValueError" in printed
    assert "Xaver" not in printed


@pytest.mark.parametrize("heard", ["answer", "recording"])
def test_a_queue_that_is_gone_is_told(tmp_path, recording, monkeypatch, heard):
    """Whichever of the two it is that finds it gone first."""
    monkeypatch.setattr("ui.workers.queue._RETRIES", 1)
    if heard == "recording":
        monkeypatch.setattr(Queue, "answer", lambda *_: None)
    else:
        monkeypatch.setattr(SentRecording, "renewed", lambda _: True)
    broker = Broker(tmp_path)
    engine = QueuedEngine(Queue(broker.address), FakeEngine(), at_once=1)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(engine.analyze, recording("fine"), no_progress, SETTINGS)
        wait_until(lambda: not is_empty(broker))
        broker.stop()
        assert waiting.exception(timeout=60).code == "E78"
    assert refusal(engine, recording("fine")).code == "E78"
    with pytest.raises(VerhmError, match="E78"):
        engine.load()
