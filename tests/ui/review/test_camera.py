"""The person's own picture on the review screen follows the voice, and is called what it is."""

import base64
import io
import json
import wave
from pathlib import Path

import pytest

from tests.audio.encoding import run_ffmpeg
from tests.factories import make_analysis
from tests.ui.review.page import FACE, IN_STEP, share_in_step
from verhm.audio.picture_copy import copy_in_step

pytestmark = pytest.mark.browser

SECONDS = 12  # of voice; the picture ends 3 s earlier
LAG = 0.08  # s


def address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


@pytest.fixture(scope="module")
def voice() -> str:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(8_000)
        writer.writeframes(bytes([128]) * 8_000 * SECONDS)
    return address("audio/wav", file.getvalue())


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> str:
    """What a camera saw, as it is kept."""
    folder: Path = tmp_path_factory.mktemp("camera")
    source = f"testsrc=size=64x48:rate=24:duration={SECONDS - 3}"
    live = ("-deadline", "realtime", "-g", "48", "-live", "1")
    run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libvpx", *live, folder / "seen.webm")
    copy_in_step(folder / "seen.webm", folder / "kept.webm", 0.0)
    return address("video/webm", (folder / "kept.webm").read_bytes())


@pytest.fixture
def filmed(mount, voice, picture):
    """The screen at the person's picture."""
    page = mount(make_analysis(SECONDS), face={**FACE, "audio": voice, "camera": picture})
    page.get_by_role("button", name="Camera", exact=True).click()
    page.wait_for_function("document.querySelector('.rv-camera').readyState >= 2")
    return page


def is_seen(page) -> bool:
    return page.locator(".rv-camera").is_visible()


def test_it_stays_with_the_voice_while_it_plays_and_after_a_seek(filmed):
    filmed.keyboard.press("Space")
    filmed.wait_for_function("document.querySelector('.rv-face audio').currentTime > 0.5")
    filmed.wait_for_function(IN_STEP, arg=LAG)
    assert share_in_step(filmed, 1_000, LAG) > 0.8
    filmed.click("tr[data-index='8']")
    filmed.wait_for_function("document.querySelector('.rv-face audio').currentTime > 5")
    filmed.wait_for_function(IN_STEP, arg=LAG)
    assert share_in_step(filmed, 700, LAG) > 0.8
    filmed.keyboard.press("Space")
    filmed.wait_for_function(IN_STEP, arg=LAG / 4)
    assert filmed.evaluate("document.querySelector('.rv-camera').paused")


def test_it_goes_at_the_voice_s_pace(filmed):
    filmed.select_option(".rv-speed", "2")
    filmed.keyboard.press("Space")
    filmed.wait_for_function("document.querySelector('.rv-face audio').currentTime > 1")
    filmed.wait_for_function(IN_STEP, arg=LAG)
    assert share_in_step(filmed, 700, 2 * LAG) > 0.8  # which is as long for who watches


def test_in_a_pause_it_shows_the_moment_of_the_playhead(filmed):
    for key, time in (("ArrowRight", 2.0), ("End", SECONDS - 3), ("Home", 0.0)):
        filmed.keyboard.press(key)
        filmed.wait_for_function(
            "time => Math.abs(document.querySelector('.rv-camera').currentTime - time) < 0.05",
            arg=time,
        )


def test_it_is_silent_and_called_what_it_is(filmed):
    assert filmed.evaluate("document.querySelector('.rv-camera').muted") and is_seen(filmed)
    caption = filmed.locator(".rv-caption:visible").inner_text()
    assert caption == "the person’s own picture · not analysed"
    assert "ynthetic" not in filmed.locator(".rv-face").inner_html()
    filmed.get_by_role("button", name="Video", exact=True).click()
    assert not filmed.locator(".rv-camera").count() and not filmed.locator(".own").count()


def test_where_the_picture_has_ended_a_sentence_says_so(filmed):
    filmed.keyboard.press("End")
    filmed.get_by_text("There is no picture of this moment.").wait_for()
    assert not is_seen(filmed)
    filmed.keyboard.press("Home")
    filmed.locator(".rv-camera:visible").wait_for()
    assert not filmed.locator(".rv-unseen").count()


def test_a_picture_that_the_browser_cannot_play_is_said(mount, voice):
    page = mount(make_analysis(SECONDS), face={**FACE, "audio": voice, "camera": voice})
    page.get_by_role("button", name="Camera", exact=True).click()
    page.get_by_text("cannot play the recording’s own picture").wait_for()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.rv-face audio').currentTime > 0.3")
    assert page.locator(".rv-unseen").count() == 1


def test_without_a_picture_there_is_nothing_to_choose(mount, voice):
    page = mount(make_analysis(SECONDS), face={**FACE, "audio": voice})
    assert not page.locator(".rv-modes").is_visible()


def test_an_erased_picture_is_not_shown_any_more(filmed, voice):
    filmed.evaluate("face => change('face', face)", json.dumps({**FACE, "audio": voice}))
    filmed.locator(".rv-camera").wait_for(state="detached")
    assert not filmed.locator(".rv-modes").is_visible()
