"""The door: a browser is asked for the passphrase before there is anything else to reach.

When the records are open this server ends, and the app itself takes over the same port; a browser
that asks in between waits a moment.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storage.vault import Vault
from ui.door_app import make_door
from ui.listening import STOPPING, Server
from ui.opening import Opening
from ui.settings import AppSettings
from ui.window import show_page


class Door:
    """Asks in the browser for the passphrase.

    Args:
        settings: where the app serves
        bound: its port, made by `ui.listening.open_port`; stays open
        setup_code: has to be known to choose the passphrase; None where nobody else reaches the app
    """

    has_person = True  # sooner or later

    def __init__(self, settings: AppSettings, bound: socket.socket, setup_code: str | None) -> None:
        self._settings = settings
        self._bound = bound
        self._setup_code = setup_code
        self.was_shown = False

    def say(self, sentence: str) -> None:
        """Tell whoever looks at the terminal."""
        print(sentence, flush=True)

    def choose(self, make: Callable[[str], Vault], is_filled: bool) -> Vault:
        """Have a passphrase chosen; raises KeyboardInterrupt when the app is told to stop.

        Args:
            make: encrypts the data folder with it
            is_filled: whether there are patients already
        """
        return self._serve(Opening(make, is_new=True, is_filled=is_filled))

    def open(self, unlock: Callable[[str], Vault]) -> Vault:
        """Ask for the passphrase; raises KeyboardInterrupt when the app is told to stop."""
        return self._serve(Opening(unlock))

    def _serve(self, opening: Opening) -> Vault:
        def leave() -> None:
            server.should_exit = True

        app = make_door(self._settings, opening, leave, self._setup_code)
        server = Server(app, self._settings, lambda: self._announce(opening), lambda: None)
        self.was_shown = True
        # Windows' usual loop would keep hold of the port when it ends.
        loop = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
        with _usual_signals(), self._bound.dup() as port, loop:
            loop.run(server.serve(sockets=[port]))
        return opening.result()

    def _announce(self, opening: Opening) -> None:
        url = self._settings.url
        self.say(f"VERHM waits for the passphrase at {url} (Ctrl-C stops it)")
        if opening.is_new and self._setup_code is not None:
            self.say(f"Code for the first start: {self._setup_code}")
        show_page(url, self._settings.shows, self._settings.window_profile)


@contextmanager
def _usual_signals() -> Iterator[None]:
    """Leave no handler of a server behind that has ended."""
    usual = {sig: signal.getsignal(sig) for sig in STOPPING}
    try:
        yield
    finally:
        for sig, handler in usual.items():
            signal.signal(sig, handler)
