"""Keeps the stream on which a page gets its answers open for a moment after the last of them.

Gradio ends that stream with the last answer that is on its way, and the page opens another one with
its next question. A question that is asked while the stream ends belongs to neither of them: its
answer would lie there until the page happens to ask again. Questions follow each other at once, or
when a person does something; so here the stream ends a little later, as if one more had been asked.
"""

import asyncio
from collections import Counter
from typing import Any, Final

from gradio.queueing import Queue
from gradio.server_messages import ProcessCompletedMessage

PAUSE = 0.5  # s between two looks at whether a page has asked anything
_LAST: Final = "the stream may end"  # in place of an event's id


def linger(queue: Queue) -> None:
    """Let the streams of a queue end only when a page has asked nothing for two looks."""
    push, asked = queue.push, Counter[str]()

    async def push_and_linger(body: Any, *others: Any, **named: Any) -> Any:
        page = body.session_hash
        if page is None:
            return await push(body, *others, **named)
        queue.pending_event_ids_session.setdefault(page, set()).add(_LAST)
        asked[page] += 1
        if asked[page] == 1:
            watching = asyncio.create_task(_end_later(queue, page, asked))
            watching.add_done_callback(lambda _: asked.pop(page))
        return await push(body, *others, **named)

    queue.push = push_and_linger  # type: ignore[method-assign]


async def _end_later(queue: Queue, page: str, asked: "Counter[str]") -> None:
    """Answer the question that nobody asked, once nothing else is on its way."""
    before = None
    while True:
        await asyncio.sleep(PAUSE)
        open_ = queue.pending_event_ids_session.get(page, set())
        messages = queue.pending_messages_per_session.get(page)
        if messages is None:  # the page is gone
            queue.pending_event_ids_session.pop(page, None)
            return
        now = asked[page] if open_ <= {_LAST} else None
        if now is not None and now == before:
            await messages.put(ProcessCompletedMessage(event_id=_LAST, output={}, success=True))
            return
        before = now
