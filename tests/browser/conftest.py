"""A browser for the tests that look at the running app."""

from pathlib import Path

import pytest
import soundfile
import soxr
from playwright.sync_api import expect, sync_playwright

from tests.browser.marked_app import PROGRAM
from tests.browser.running import SIZE, launch, open_page, running
from tests.browser.screenshots import open_demonstration

expect.set_options(timeout=60_000)  # ms, as of the pages; by itself a tenth of it
MICROPHONE_RATE = 48_000  # Hz, what the browser's fake microphone wants
TEXT = (
    "I have been sleeping better since the spring. My sister came to stay for a week, and we "
    "walked along the river every morning. At work there is still too much to do, and some days "
    "I am glad when the evening comes. On Sunday I went to see a friend, and we laughed about old "
    "times until it was dark. The next days will be quiet. I want to paint the kitchen, and I hope "
    "that the weather stays dry. "
)


# For one file at a time: its event loop would stand in the way of other tests in the process.
@pytest.fixture(scope="module")
def playwright_driver():
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def voice(speak) -> Path:
    """About 30 s of synthetic speech, as the fake microphone wants it."""
    source = speak("microphone", TEXT)
    samples, sample_rate = soundfile.read(source, dtype="float32")
    path = source.with_name("microphone-48k.wav")
    soundfile.write(
        path, soxr.resample(samples, sample_rate, MICROPHONE_RATE), MICROPHONE_RATE, "PCM_16"
    )
    return path


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """One app for all tests of a file, of which some need it empty."""
    with running(tmp_path_factory.mktemp("app") / "data") as app:
        yield app


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory):
    """One app for all files that leave the demonstration patient as they find it."""
    with running(tmp_path_factory.mktemp("shared") / "data", program=PROGRAM) as app:
        yield app


@pytest.fixture(scope="module")
def browser(playwright_driver):
    """One browser for all tests of a file."""
    browser = launch(playwright_driver)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def opened(shared_app, browser):
    """A page for all tests of a file, with its watch, at the demonstration's last session."""
    page, watch = open_page(browser, shared_app.url)
    open_demonstration(page)
    yield page, watch
    page.close()


@pytest.fixture
def demonstration(opened):
    """That page, which a test leaves with nothing open, and without a complaint."""
    page, watch = opened
    page.set_viewport_size(SIZE)
    yield page
    watch.assert_silent()
