"""A page's stream of answers outlasts the last of them, so that no question falls into the gap."""

import asyncio
from types import SimpleNamespace

import pytest

from ui import lingering
from ui.lingering import linger

PAGE = SimpleNamespace(session_hash="a page")


class Queue:
    """What of Gradio's queue is used: each question is on its way until it is answered."""

    def __init__(self) -> None:
        self.pending_event_ids_session: dict[str, set[str]] = {}
        self.pending_messages_per_session: dict[str, asyncio.Queue] = {}
        self.count = 0

    async def push(self, body, request=None):
        self.count += 1
        self.pending_messages_per_session.setdefault(body.session_hash, asyncio.Queue())
        self.pending_event_ids_session[body.session_hash].add(f"event {self.count}")
        return f"event {self.count}"

    def answer(self, event: str) -> bool:
        """Whether Gradio would end the stream with this answer."""
        pending = self.pending_event_ids_session[PAGE.session_hash]
        pending.remove(event)
        return not pending


@pytest.fixture
def queue():
    made = Queue()
    linger(made)
    return made


def test_the_stream_ends_after_the_last_answer_and_not_with_it(queue):
    async def ask():
        event = await queue.push(PAGE)
        assert not queue.answer(event)
        ending = await queue.pending_messages_per_session[PAGE.session_hash].get()
        assert queue.answer(ending.event_id)

    asyncio.run(asyncio.wait_for(ask(), 5))


def test_a_question_that_follows_at_once_is_answered_on_the_same_stream(queue, monkeypatch):
    monkeypatch.setattr(lingering, "PAUSE", 0.05)

    async def ask():
        messages = None
        for _ in range(5):
            event = await queue.push(PAGE)
            assert not queue.answer(event)
            messages = queue.pending_messages_per_session[PAGE.session_hash]
            await asyncio.sleep(0.03)
            assert messages.empty()
        assert queue.answer((await messages.get()).event_id)

    asyncio.run(asyncio.wait_for(ask(), 5))


def test_the_stream_does_not_end_while_an_answer_is_on_its_way(queue):
    async def ask():
        event = await queue.push(PAGE)
        messages = queue.pending_messages_per_session[PAGE.session_hash]
        await asyncio.sleep(0.1)
        assert messages.empty()
        assert not queue.answer(event)
        assert queue.answer((await messages.get()).event_id)

    asyncio.run(asyncio.wait_for(ask(), 5))


def test_nothing_is_kept_of_a_page_that_is_gone(queue):
    async def ask():
        await queue.push(PAGE)
        del queue.pending_messages_per_session[PAGE.session_hash]
        await asyncio.sleep(0.1)
        assert PAGE.session_hash not in queue.pending_event_ids_session

    asyncio.run(asyncio.wait_for(ask(), 5))
