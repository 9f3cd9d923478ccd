"""Gradio's page in the language of whoever asks.

Gradio lays a page out once. So it is laid out once per language, with the same names for the same
components: a browser is shown the one it asks for, and all events are those of the English one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import gradio as gr
from gradio.context import Context
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.scripts import script_element
from ui.speaking import language_of
from verhm.language import ENGLISH, language, speaking

PAGE: Final = "/app/"
# Listeners of the window are called in the order in which they came, and Gradio's comes early.
_LEAVING: Final = 'addEventListener("beforeunload",(event)=>window.verhm?.leave(event));'


class SpokenPage(gr.Blocks):
    """The page as it is laid out in one language.

    Attributes:
        others: the same in other languages, by their codes
    """

    others: dict[str, "SpokenPage"]

    def __init__(self, **options: Any) -> None:
        self.others = {}
        self.first_name = Context.id
        super().__init__(**options)

    @property
    def config(self) -> Any:
        """What a browser needs to show the page, in the language of whoever asks."""
        other = self.others.get(language())
        if other is None:
            return self._config
        return {**self._config, "components": other._config["components"]}

    @config.setter
    def config(self, value: Any) -> None:
        self._config = value

    async def process_api(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Answer an event, in the language of whoever caused it.

        Its task may stem from somebody else's request, so only its own request counts.
        """
        request = options.get("request")
        with speaking(language_of(request) if request is not None else ENGLISH):
            return await super().process_api(*arguments, **options)


class PageHead:
    """Begins Gradio's page with what has to come before Gradio's own scripts: the page's script,
    and its language, by which Gradio's own words go.

    Args:
        app: that answers with Gradio's page at `PAGE`
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == PAGE and scope["method"] == "GET":
            send = _with_head(send)
        await self._app(scope, receive, send)


def _with_head(send: Send) -> Send:
    """Begin the page with its own head.

    Gradio adds what it is given for the head when its own scripts run, after its styles, as the
    stylesheet has to come; but it waits for none of it.
    """
    started: list[Message] = []
    page = bytearray()

    async def send_with_head(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        if message["type"] != "http.response.body":
            await send(message)
            return
        page.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        code = language()
        spoken = f'Object.defineProperty(navigator,"language",{{value:"{code}"}});'
        told = f"<head><script>{spoken}{_LEAVING}</script>{script_element()}"
        whole = bytes(page).replace(b'lang="en"', f'lang="{code}"'.encode(), 1)
        whole = whole.replace(b"<head>", told.encode(), 1)
        MutableHeaders(scope=started[0])["Content-Length"] = str(len(whole))
        await send(started[0])
        await send({"type": "http.response.body", "body": whole})

    return send_with_head


@contextmanager
def same_names(page: SpokenPage) -> Iterator[None]:
    """Lay out another page whose components are called as those of a page."""
    following, Context.id = Context.id, page.first_name
    try:
        yield
        assert Context.id == following, "the two pages have other components"
    finally:
        Context.id = following
