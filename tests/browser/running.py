"""The real app in a process of its own, and a browser that misses nothing it complains about."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    TimeoutError,
)

from storage.repository import Repository
from storage.safe import Safe

ROOT = Path(__file__).parents[2]
START = 60.0  # s, on a busy machine; a quiet one needs a few
STOP = 90.0  # s, likewise: the model may be loading, which cannot be broken off
USER = "Ada Lovelace"
RECORDS = "words for the tests"
PASSPHRASE = "quiet heron counts eleven lanterns"
SIZE = {"width": 1440, "height": 900}
FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# WebGL drawn by the processor, and the page itself without such a detour; or no WebGL at all:
# without those flags some Chromiums have it, some not.
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing")
NO_WEBGL = ("--disable-gpu", "--disable-3d-apis")


class RunningApp:
    """The app as a person starts it.

    Args:
        data: the data folder
        passphrase: that opens it; none to have it asked for in the browser
        options: of the command line, besides
        environment: variables, besides
    """

    def __init__(
        self,
        data: Path,
        passphrase: str = RECORDS,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (data.parent / f"{data.name}-{self.port}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(self.port), "--data", str(data), *options],
            cwd=ROOT,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "VERHM_PASSPHRASE": passphrase,
                **(environment or {}),
            },
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the app does not answer:\n{self.log()}")

    def log(self) -> str:
        """What the app has printed."""
        self._log.flush()
        return Path(self._log.name).read_text()

    def stop(self) -> int:
        """Press Ctrl-C and wait."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=STOP)
        finally:
            self.kill()

    def kill(self) -> None:
        """Take the process away without a word, as a power cut would."""
        self.process.kill()
        self.process.wait()
        self._log.close()


@contextmanager
def running(data: Path, passphrase: str = RECORDS, **options: Any) -> Iterator[RunningApp]:
    """Start the app over a data folder, and end it; as `RunningApp`.

    It is not asked to stop, which takes as long as its model loads; a test about that asks.
    """
    app = RunningApp(data, passphrase, **options)
    try:
        yield app
    finally:
        app.kill()


def open_records(data: Path) -> Repository:
    """What a running app keeps, as the program itself reaches it."""
    safe = Safe(data)
    return safe.open(safe.keys.unlock(RECORDS))


def launch(playwright: Playwright, voice: Path | None = None, has_webgl: bool = False) -> Browser:
    """A browser that draws without a GPU.

    Args:
        playwright: what drives it
        voice: 48 kHz wav that its microphone hears over and over
        has_webgl: whether it can show the face in 3D; without, the video stands in
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "the browser tests need chromium; ./test installs it"
    flags = [*FLAGS, *(WEBGL if has_webgl else NO_WEBGL)]
    if voice:
        flags.append(f"--use-file-for-fake-audio-capture={voice}")
    return playwright.chromium.launch(executable_path=program, headless=True, args=flags)


class Watch:
    """Everything a page complained about, and every address it asked outside the app."""

    def __init__(self, page: Page, url: str) -> None:
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self._own = (url, "blob:", "data:")
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self._own):
            self.outside.append(request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def assert_silent(self) -> None:
        """Fail on any complaint, and on any request outside the app."""
        assert not self.complaints, self.complaints
        assert not self.outside, self.outside


def open_page(browser: Browser, url: str, theme: str = "light") -> tuple[Page, Watch]:
    """The app's page, ready to be used, with its watch; beside others that the browser has.

    The tour is offered to nobody here, but where a test forgets that it was answered.
    """
    page = _context_for(browser, url).new_page()
    page.set_default_timeout(60_000)  # ms; two apps start at once where tests share cores
    watch = Watch(page, url)
    page.add_init_script(
        f"localStorage.setItem('verhm-theme', '{theme}'); localStorage['verhm-tour'] ??= 'answered'"
    )
    page.goto(url)
    if page.get_by_label("Passphrase", exact=True).count():
        sign_in(page)
    try:
        page.locator("#patients :is(table, .empty)").wait_for()
    except TimeoutError as error:
        seen = f"{page.url}: {page.locator('body').inner_text()[:500]!r}"
        raise AssertionError(f"no patients on {seen}; complaints: {watch.complaints}") from error
    return page, watch


def _context_for(browser: Browser, url: str) -> BrowserContext:
    """Where nothing else is open: a cookie is the host's, whichever port it came from."""
    for context in browser.contexts:
        if all(page.url.startswith(url) for page in context.pages):
            return context
    return browser.new_context(viewport=SIZE)


def sign_in(page: Page, name: str = USER, passphrase: str = PASSPHRASE) -> None:
    """Fill in the form that stands before the page; the first one there makes the account."""
    page.get_by_label("name").fill(name)
    page.get_by_label("Passphrase", exact=True).fill(passphrase)
    again = page.get_by_label("The same again")
    if again.count():
        again.fill(passphrase)
    page.locator("main button").click()


def go_to(page: Page, tab: str) -> None:
    """Select a tab by its name."""
    page.locator("#tabs").get_by_role("tab", name=tab, exact=True).click()
    page.locator(f"#tab-{tab.lower().replace(' ', '-')}").wait_for()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
