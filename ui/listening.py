"""The app's port, and the server that listens on it."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Callable, Generator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from ui.settings import AppSettings
from verhm.errors import RequestError

# What asks the app to stop: Ctrl-C, the system, a terminal that is closed; on Windows Ctrl-Break.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
# s that a connection may idle; closed after uvicorn's five, a request on its way would be lost.
_IDLE = 75
STOPPING = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


class Server(uvicorn.Server):
    """A server that says when it answers, and when it has been told to stop.

    Args:
        app: that answers
        settings: where it serves
        on_ready: called once it answers
        on_exit: called when the app is asked to stop
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: AppSettings,
        on_ready: Callable[[], None],
        on_exit: Callable[[], None],
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                server_header=False,
                proxy_headers=False,  # or whoever guesses could name another address each time
                timeout_graceful_shutdown=5,
                timeout_keep_alive=_IDLE,
                ssl_certfile=settings.tls_cert,
                ssl_keyfile=settings.tls_key,
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)
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


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out the traceback of what stopping broke off: no mistake, and of no use to anybody."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def open_port(settings: AppSettings) -> socket.socket:
    """A socket bound to the app's address.

    Raises:
        RequestError: E73 when the port is taken or may not be used
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    # Connections inherit it. Else the second part of each answer would wait some 40 ms until the
    # browser has acknowledged the first.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
