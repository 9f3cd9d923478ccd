"""The web server: Gradio's page, the media, the jobs and the recordings behind one guard."""

import contextlib
import errno
import logging
import signal
import socket
import webbrowser
from collections.abc import Callable, Generator
from types import FrameType

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp

from ui import export_routes, face_routes, intake_routes, job_routes, media_routes
from ui.context import AppContext
from ui.guard import Guard
from ui.layout import build_page
from ui.settings import AppSettings
from ui.theme import asset, head, stylesheet, theme
from ui.user import user_of
from verhm.errors import RequestError, VerhmError

log = logging.getLogger(__name__)
PAGE = "/app"
# What asks the app to stop: Ctrl-C, the system, a terminal that is closed; on Windows Ctrl-Break.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
STOPPING = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def make_app(context: AppContext) -> ASGIApp:
    """The whole app, ready to be served."""
    parent = FastAPI(title="VERHM", docs_url=None, redoc_url=None, openapi_url=None)
    parent.add_exception_handler(VerhmError, _answer_error)
    for module in (media_routes, face_routes, job_routes, intake_routes, export_routes):
        parent.include_router(module.routes(context))
    _add_page_routes(parent)
    gr.mount_gradio_app(
        parent,
        build_page(context),
        PAGE,
        auth_dependency=user_of,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        show_error=False,
        ssr_mode=False,
        max_file_size="1gb",
        theme=theme(),
        head=head(),
    )
    return Guard(parent, context.settings)


def _add_page_routes(parent: FastAPI) -> None:
    @parent.get("/")
    def start() -> RedirectResponse:
        return RedirectResponse(f"{PAGE}/")

    @parent.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @parent.get("/assets/page.css")
    def page_css() -> Response:
        return Response(stylesheet(), media_type="text/css", headers=LASTING)

    @parent.get("/assets/{name}.js")
    def script(name: str) -> Response:
        if name not in SERVED_SCRIPTS:
            return Response(status_code=404)
        return Response(asset(f"{name}.js"), media_type="text/javascript")

    @parent.get("/assets/icon.svg")
    @parent.get("/favicon.ico")
    def icon() -> Response:
        return Response(asset("icon.svg"), media_type="image/svg+xml", headers=LASTING)


LASTING = {"Cache-Control": "public, max-age=86400"}
SERVED_SCRIPTS = ("recorder-worklet",)  # a worklet can only be loaded from an address


def _answer_error(request: Request, error: Exception) -> JSONResponse:
    """An expected failure as JSON: its code, and a sentence for the person."""
    assert isinstance(error, VerhmError)
    status = {"E53": 404, "E61": 429}.get(error.code, 400)
    return JSONResponse(
        {"code": error.code, "text": str(error), "cause": error.cause, "remedy": error.remedy},
        status_code=status,
    )


class _Server(uvicorn.Server):
    """A server that says when it answers, and when it has been told to stop."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], on_exit: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_exit = on_exit

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take every request to stop as one to return; uvicorn's own would kill the process.

        Afterwards only Ctrl-C has its usual effect again: the app is tidying up, and a terminal
        that is closed says so twice.
        """
        usual = signal.getsignal(signal.SIGINT)
        for sig in STOPPING:
            # What was started to outlive its terminal (nohup) goes on doing so.
            if sig == signal.SIGINT or signal.getsignal(sig) is not signal.SIG_IGN:
                signal.signal(sig, self.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, usual)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_exit()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Every open page holds a connection on which it waits for events that no longer come.
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await super().shutdown(sockets)


def open_port(settings: AppSettings) -> socket.socket:
    """A socket bound to the app's address.

    Raises:
        RequestError: E73 when the port is taken or may not be used
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        in_use = error.errno == errno.EADDRINUSE
        raise RequestError(
            "E73",
            f"Port {settings.port} {'is in use' if in_use else 'may not be used'}.",
            "Close the program that uses it (VERHM may be running already), or choose another "
            "with --port.",
        ) from error
    return bound


def serve(context: AppContext, bound: socket.socket) -> None:
    """Answer requests until Ctrl-C or another request to stop, then stop the jobs.

    Args:
        context: the parts of the app
        bound: made by `open_port`
    """
    config = uvicorn.Config(
        make_app(context),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )

    def announce() -> None:
        print(f"VERHM is ready at {context.settings.url} (Ctrl-C stops it)", flush=True)
        if context.settings.opens_browser:
            webbrowser.open(context.settings.url)
        context.jobs.warm_up()

    try:
        # Ctrl-C also ends the drawing processes, long before the last answer is given.
        _Server(config, announce, context.jobs.expect_closing).run(sockets=[bound])
    finally:
        with contextlib.suppress(OSError):  # the terminal may be closed
            print("VERHM is stopping; what was saved stays.", flush=True)
        context.jobs.shutdown()
