"""Nothing that a person enters lies about: what was typed, named or tagged is searched for."""

import subprocess
import time
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Page

from storage.safe import Safe
from tests.browser.planting import command_lines, files_in, found, opened_pages
from tests.browser.running import ROOT, RunningApp, launch
from tests.browser.test_main_path import ANALYSIS, analyse, jobs
from tests.browser.visiting import OTHERS, PATIENTS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.model]

ENDING = ".Xaver"  # of a file's name that has no suffix
SOUND = ROOT / "ui" / "assets" / "demonstration" / "voice.ogg"


@pytest.fixture
def browser(playwright_driver, voice):
    browser = launch(playwright_driver, voice)
    yield browser
    browser.close()


@pytest.fixture
def place(tmp_path):
    """A folder for the app with everything that it writes."""
    place = tmp_path / "place"
    for name in ("home", "passing"):
        (place / name).mkdir(parents=True)
    return place


@pytest.fixture
def recording(speak, tmp_path):
    """A file whose name and tags are somebody's."""
    voice = speak("planted", "The kitchen is painted now, and it looks very good.")
    return tagged(voice, tmp_path / f"{PATIENTS['file name']}.m4a")


def tagged(source: Path, target: Path, times: int = 1) -> Path:
    """A recording that says the same so many times, with somebody's tags."""
    tags = [f"{each}={PATIENTS[f'{each} in the file']}" for each in ("title", "artist", "comment")]
    options = [option for tag in tags for option in ("-metadata", tag)]
    loop = ["-stream_loop", str(times - 1), "-i", str(source)]
    start = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *loop]
    subprocess.run([*start, *options, target], check=True, timeout=60)
    return target


@pytest.fixture
def start(place):
    """Function that starts the app with a home and a temporary folder of its own."""
    passing = str(place / "passing")
    own = {"HOME": str(place / "home"), "TMPDIR": passing, "XDG_CACHE_HOME": passing}
    started = []

    def start(*options: str) -> RunningApp:
        started.append(RunningApp(place / "data", "", options, own))
        return started[-1]

    yield start
    for app in started:
        app.kill()


def test_nothing_entered_lies_about_and_nothing_erased_is_left(
    start, browser, place, recording, tmp_path
):
    broken = tmp_path / f"{OTHERS['name of a broken file']}{ENDING}"
    broken.write_text(OTHERS["content of a broken file"])
    app = start()
    visit = Visit(browser, app)
    visit.opens_the_records(is_new=True)
    visit.signs_in(is_new=True)
    visit.adds_a_colleague()
    visit.adds_the_patient()
    visit.meets_refusals(broken)
    visit.uploads(recording)
    visit.fills_in_the_session()
    analyse(visit.page)
    taken_out = visit.sees_the_result(tmp_path)
    visit.records()
    assert not [each for each in visit.addresses if ENDING in each]
    assert lying_about(place, visit) == []
    assert found(without_code(), [(path.name, path.read_bytes()) for path in taken_out]) == []
    dies_while_it_analyses(visit, app, tmp_path)
    assert lying_about(place, visit) == []

    app = start()
    visit = Visit(browser, app)
    visit.opens_the_records(is_new=False)
    visit.signs_in()
    key = Safe(place / "data").keys.unlock(OTHERS["passphrase of the records"]).database_key
    database = place / "data" / "sealed" / "verhm.db"
    entered = {what: PATIENTS[what] for what in ("code", "name", "note", "note of the session")}
    before = found(entered, opened_pages(database, key))
    assert {each.partition(" in page")[0] for each in before} == set(entered)
    visit.erases_the_patient()
    assert found(PATIENTS, opened_pages(database, key)) == []
    assert app.stop() == 0
    assert "Traceback" not in (place / f"data-{app.port}.log").read_text()
    assert found(PATIENTS, opened_pages(database, key)) == []
    assert lying_about(place, visit) == []


def dies_while_it_analyses(visit: Visit, app: RunningApp, folder: Path):
    # Long enough to be looked at while it is analysed.
    visit.uploads(tagged(SOUND, folder / f"{PATIENTS['file name']}.ogg", times=4))
    analyse(visit.page)
    await_analysing(visit.page)
    in_memory = list(files_in(*Path("/dev/shm").glob("verhm-*")))
    assert found(PATIENTS, in_memory) == []
    assert jobs(visit.page)[-1]["state"] == "analysing"
    app.kill()


def await_analysing(page: Page):
    deadline = time.monotonic() + ANALYSIS / 1000
    while jobs(page)[-1]["state"] == "waiting":
        assert time.monotonic() < deadline, "the analysis does not begin"
        time.sleep(0.1)


def lying_about(place: Path, visit: Visit) -> list[str]:
    """What was planted and lies about where nobody put it."""
    in_memory = files_in(*Path("/dev/shm").glob("verhm-*"))
    everywhere = [*files_in(place), *in_memory, *command_lines(), asked(visit)]
    token = {each["value"] for each in visit.page.context.cookies()}
    planted = {**PATIENTS, **OTHERS, **dict.fromkeys(("id of the browser",), *token)}
    return found(planted, everywhere)


def printed(place: Path) -> list[tuple[str, bytes]]:
    """What the apps over a folder have printed."""
    return [(path.name, path.read_bytes()) for path in place.glob("*.log")]


def asked(visit: Visit) -> tuple[str, bytes]:
    """The addresses that a browser asked for."""
    return "addresses", "\n".join(visit.addresses).encode()


def without_code() -> dict[str, str]:
    """All that was planted but the code, after which files that are taken out are called."""
    return {what: text for what, text in {**PATIENTS, **OTHERS}.items() if what != "code"}
