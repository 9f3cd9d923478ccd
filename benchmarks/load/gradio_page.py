"""The app's page as one browser has it open, spoken to as Gradio's own script does."""

import asyncio
import json
import secrets
from collections.abc import Iterable
from typing import Any, Final

import httpx

_API: Final = "/app/gradio_api"
_CONFIG: Final = "window.gradio_config = "


class PageError(Exception):
    """The app answered an event with an error."""


class GradioPage:
    """Knows the page's components and what they show, and sends their events.

    Args:
        client: of a browser that is signed in
        config: of the page, as it lies in its HTML
    """

    def __init__(self, client: httpx.AsyncClient, config: dict[str, Any]) -> None:
        self._client = client
        self._name = secrets.token_hex(6)  # the page's own, by which the app knows it
        self._root = config["dependencies"]
        self._shown = {each["id"]: dict(each["props"]) for each in config["components"]}
        for each in config["components"]:
            if each["type"] == "textbox" and each["props"].get("value") is None:
                self._shown[each["id"]]["value"] = ""  # what an empty field sends
        self._ids = {
            each["elem_id"]: id_ for id_, each in self._shown.items() if each.get("elem_id")
        }
        self._turn = asyncio.Lock()
        self._alive: asyncio.Task[None] | None = None
        # Answers by their event's id. Many of a page's events are asked while the stream is open.
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._hearing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, client: httpx.AsyncClient) -> "GradioPage":
        """Load the page, and let it fill itself as it does in a browser."""
        answer = await client.get("/app/")
        answer.raise_for_status()
        start = answer.text.index(_CONFIG) + len(_CONFIG)
        page = cls(client, json.JSONDecoder().raw_decode(answer.text, start)[0])
        page._alive = asyncio.create_task(page._stay())
        await page._run([each for each in page._root if _is_target(each, "load")], None)
        return page

    async def close(self) -> None:
        """Leave the page, as closing its window does."""
        tasks = [each for each in (self._alive, self._hearing) if each is not None]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def shown(self, name: str, part: str = "") -> str:
        """What the component of that `elem_id` shows, or a part of it, as text."""
        component = self._shown[self._ids[name]]
        return str((component["props"][part] if part else component.get("value")) or "")

    def enter(self, name: str, value: Any) -> None:
        """Type something into the component of that `elem_id`."""
        self._shown[self._ids[name]]["value"] = value

    async def trigger(self, name: str, event: str, **data: Any) -> None:
        """Let the component of that `elem_id` report an event; returns when all it led to is there.

        Raises:
            PageError: the app answered with an error
        """
        component = self._ids[name]
        async with self._turn:
            await self._run(
                [each for each in self._root if _is_target(each, event, component)], data
            )

    async def _run(self, dependencies: Iterable[dict[str, Any]], data: Any) -> None:
        waiting = {}
        for each in dependencies:
            if each["backend_fn"]:
                waiting[await self._join(each, data)] = each
        if not waiting:
            return
        changed = set()
        for event_id, dependency in waiting.items():
            output = await self._answer(event_id)
            self._show(dependency["outputs"], output["data"])
            changed.update(output.get("changed_state_ids", ()))
        # What the page keeps on the server, such as the open patient, reports its changes too.
        await self._run(
            [
                each
                for each in self._root
                if any(_is_target(each, "change", id_) for id_ in changed)
            ],
            None,
        )

    async def _join(self, dependency: dict[str, Any], data: Any) -> str:
        event = {
            "data": [self._shown[id_].get("value") for id_ in dependency["inputs"]],
            "event_data": data,
            "fn_index": dependency["id"],
            "trigger_id": dependency["targets"][0][0],
            "session_hash": self._name,
        }
        answer = await self._client.post(f"{_API}/queue/join", json=event)
        if answer.is_error:
            raise PageError(f"{answer.status_code} {answer.text[:200]}")
        return answer.json()["event_id"]

    async def _answer(self, event_id: str) -> dict[str, Any]:
        """What an event led to, as soon as the app has said it."""
        answer = self._awaited(event_id)
        while not answer.done():
            if self._hearing is None or self._hearing.done():
                self._hearing = asyncio.create_task(self._hear())
            either: tuple[asyncio.Future[Any], ...] = answer, self._hearing
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self._hearing.result()  # raises what broke it off
        message = self._answers.pop(event_id).result()
        if not message["success"]:
            raise PageError(str(message["output"].get("error")))
        return message["output"]

    def _awaited(self, event_id: str) -> "asyncio.Future[dict[str, Any]]":
        return self._answers.setdefault(event_id, asyncio.get_running_loop().create_future())

    async def _hear(self) -> None:
        """Take in answers until the app ends the stream, some time after the last."""
        address = f"{_API}/queue/data?session_hash={self._name}"
        async with self._client.stream("GET", address) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                if message["msg"] == "process_completed":
                    answer = self._awaited(message["event_id"])
                    if not answer.done():  # the stream's own end has one id for all
                        answer.set_result(message)
                elif message["msg"] == "close_stream":
                    return
                elif message["msg"] in ("unexpected_error", "server_stopped"):
                    raise PageError(str(message.get("message")))
        raise PageError("the stream of events broke off")

    def _show(self, outputs: list[int], values: list[Any]) -> None:
        for id_, value in zip(outputs, values, strict=True):
            is_update = isinstance(value, dict) and value.get("__type__") == "update"
            self._shown[id_].update(value if is_update else {"value": value})

    async def _stay(self) -> None:
        """Keep the connection by which the app knows that the page is open."""
        async with self._client.stream("GET", f"{_API}/heartbeat/{self._name}") as stream:
            async for _ in stream.aiter_lines():
                pass


def _is_target(dependency: dict[str, Any], event: str, component: int | None = None) -> bool:
    """Whether a dependency waits for an event, of a component or of anything."""
    targets = dependency["targets"]
    return any(name == event and component in (None, id_) for id_, name in targets)
