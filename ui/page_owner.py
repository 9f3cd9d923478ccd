"""Whose a Gradio page is: its own name for itself is bound to the first account that shows it."""

import json
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope

from storage.belongings import Belongings
from storage.signins import SignedIn
from ui.allowed import Rule

PAGE: Final = "page"  # kind of belonging
_LARGEST = 4_000_000  # bytes of an event; notes and forms are far smaller
_DEEPEST = 64


class Replayed:
    """A body that was read to be checked, and is given to the app as if it just came.

    Args:
        body: the whole of it, or None when it was too large
        receive: of the request, for what comes after
    """

    def __init__(self, body: bytes | None, receive: Receive) -> None:
        self.body = body
        self._receive = receive
        self._is_given = False

    @classmethod
    async def read(cls, receive: Receive) -> "Replayed":
        """Read a request's body."""
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > _LARGEST or message["type"] != "http.request":
                return cls(None, receive)
            if not message.get("more_body"):
                return cls(bytes(body), receive)

    async def __call__(self) -> Message:
        if self._is_given:
            return await self._receive()
        self._is_given = True
        return {"type": "http.request", "body": self.body or b"", "more_body": False}


class PageOwner:
    """Says whether a request of Gradio's is about the person's own page, and names no file.

    Args:
        belongings: whose pages are
    """

    def __init__(self, belongings: Belongings) -> None:
        self._belongings = belongings

    async def allows(
        self, rule: Rule, found: SignedIn, scope: Scope, body: Replayed | None
    ) -> bool:
        """Whether to let a request through.

        Args:
            rule: that it met
            found: who asks
            scope: of the request
            body: of an event
        """
        names = _named(rule, scope)
        if body is not None:
            event = _event(body.body)
            if event is None or _names_a_file(event):
                return False
            names.append(event.get("session_hash"))
        if not names or not all(isinstance(name, str) and name for name in names):
            return False
        for name in names:
            if not await run_in_threadpool(self._belongings.claim, PAGE, name, found.account_id):
                return False
        return True


def _named(rule: Rule, scope: Scope) -> list[Any]:
    """Names of pages in a request's address."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    names: list[Any] = list(query.get("session_hash", []))
    path = rule.path.fullmatch(scope["path"])
    if path is not None and "page" in path.groupdict():
        names.append(path["page"])
    return names


def _event(body: bytes | None) -> dict[str, Any] | None:
    try:
        event = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _names_a_file(value: Any, depth: int = 0) -> bool:
    """Whether an event points at a file; the page hands recordings over elsewhere, never so."""
    if depth > _DEEPEST:
        return True
    if isinstance(value, dict):
        if "path" in value or value.get("_type") == "gradio.FileData":
            return True
        return any(_names_a_file(each, depth + 1) for each in value.values())
    if isinstance(value, list):
        return any(_names_a_file(each, depth + 1) for each in value)
    return False
