"""The main job in the running app: record, upload, see, keep, find again, take out."""

import re
import subprocess
import time
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.browser.hands import Keyboard, Mouse
from tests.browser.running import go_to, launch, open_page, running

pytestmark = [pytest.mark.browser, pytest.mark.model]

TAKE = 6.0  # s that are recorded
BEGIN = 30.0  # s until the recording is kept and its analysis waits
ANALYSIS = 120_000  # ms until the probabilities are there, on a busy machine
FACE = 60_000  # ms until the face is there in 3D
VIDEO = 180_000  # ms until the face is drawn


@pytest.fixture
def browser(playwright_driver, voice):
    browser = launch(playwright_driver, voice, has_webgl=True)
    yield browser
    browser.close()


def test_from_a_voice_to_a_video_and_back_tomorrow(browser, speak, tmp_path):
    data = tmp_path / "data"
    with running(data) as app:
        page, watch = open_page(browser, app.url)
        add_patient(page, "P-0417")
        pressed = record(page)
        analyse(page)
        see_face_and_probabilities_before_the_video(page)
        duration = see_video(page)
        assert TAKE - 2.0 < duration < pressed + 2.0  # a busy machine may stop seconds late
        upload(page, speak("another", "The kitchen is painted now, and it looks very good."))
        analyse(page)
        see_other_probabilities(page, duration)
        watch.assert_silent()
        app.kill()  # while the second video is drawn
        page.get_by_role("alert").get_by_text("VERHM is not running any more").wait_for()
        page.close()
    with running(data) as app:
        page, watch = open_page(browser, app.url)
        find_in_history(page, "P-0417", sessions=2)
        kept = see_video(page)
        for hand in (Mouse(page), Keyboard(page)):
            path = download_video(page, hand, tmp_path)
        watch.assert_silent()
        # A page that is still open does not keep the app from stopping, nor make it complain.
        assert app.stop() == 0
    see_that_it_plays(path, kept)
    assert "Traceback" not in app_logs(tmp_path)


def add_patient(page, code):
    page.locator("#new-patient").click()
    page.locator("#patient-code textarea").fill(code)
    page.locator("#save-patient").click()
    page.locator("#banner b", has_text=code).wait_for()


def record(page) -> float:
    """Record for a while; return the seconds from the button that begins until all is kept."""
    go_to(page, "New session")
    page.locator("#agreed input").check()
    start = time.monotonic()
    page.locator("#recorder [data-do=record]").click()
    page.locator('#recorder [data-phase="recording"]').wait_for()
    time.sleep(TAKE)
    page.locator("#recorder [data-do=stop]").click()
    page.locator('#recorder [data-phase="ready"]').wait_for()
    return time.monotonic() - start


def upload(page, path: Path):
    go_to(page, "New session")
    page.locator('#recorder [data-way="upload"]').click()
    page.locator("#upload-file").set_input_files(path)
    page.locator('#recorder [data-phase="ready"]').wait_for()


def analyse(page):
    page.locator("#analyse:enabled").wait_for()
    before = len(jobs(page))
    page.keyboard.press("Control+Enter")
    deadline = time.monotonic() + BEGIN
    while len(jobs(page)) == before:
        assert time.monotonic() < deadline, "the analysis does not begin"
        time.sleep(0.2)


def see_face_and_probabilities_before_the_video(page):
    review = page.locator("#tab-review")
    # Not the summary: a synthetic voice is unfamiliar, and gets none.
    review.get_by_role("heading", name="Timeline").wait_for(timeout=ANALYSIS)
    assert review.locator("tr[data-index]").count()
    # Asked last: what was seen above was seen before the video was there.
    assert jobs(page)[-1]["state"] == "rendering"
    review.locator(".rv-canvas[data-frame]").wait_for(timeout=FACE)
    assert not review.locator("video").count()


def see_other_probabilities(page, earlier: float):
    page.wait_for_function(
        """earlier => {
          const slider = document.querySelector('#tab-review [role=slider][aria-valuemax]');
          return slider && Math.abs(Number(slider.ariaValueMax) - earlier) > 0.5
            && document.querySelector('#tab-review tr[data-index]');
        }""",
        arg=earlier,
        timeout=ANALYSIS,
    )
    assert jobs(page)[-1]["state"] == "rendering"


def jobs(page) -> list[dict]:
    return page.evaluate("verhm.send('/jobs')")["jobs"]


def see_video(page) -> float:
    """Choose the video in place of the face in 3D, until it can be played; return its seconds."""
    page.wait_for_function(
        """() => {
          document.querySelector('#tab-review [data-mode="video"][aria-pressed="false"]')?.click();
          return [...document.querySelectorAll('#tab-review video')].some(
            video => video.readyState >= 2);
        }""",
        timeout=VIDEO,
    )
    return page.evaluate("document.querySelector('#tab-review video').duration")


def find_in_history(page, code, sessions):
    page.locator("tr[data-patient]", has_text=code).click()
    history = page.locator("#patients [data-session]")
    history.nth(sessions - 1).wait_for()
    assert history.count() == sessions
    history.last.click()
    page.locator("#tab-review").wait_for()


def download_video(page, hand, folder) -> Path:
    hand.go_to("Export")
    with page.expect_download() as started:
        hand.press(page.locator("#export-files a[href$='face.mp4']"))
    name = started.value.suggested_filename
    assert re.fullmatch(r"P-0417_session1_\d{4}-\d\d-\d\d_run1_face\.mp4", name)
    path = folder / "downloaded.mp4"
    started.value.save_as(path)
    return path


def see_that_it_plays(path, duration):
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-hide_banner", "-i", str(path), "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    assert "Video: h264" in report and "yuv420p" in report
    assert "Audio: aac" in report
    hours, minutes, seconds = re.search(r"Duration: (\d+):(\d+):([\d.]+)", report).groups()
    length = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    assert length == pytest.approx(duration, abs=0.2)


def app_logs(folder) -> str:
    return "".join(path.read_text() for path in folder.glob("*.log"))
