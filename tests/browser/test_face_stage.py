"""The turning face where it belongs: on the Review screen, in time with the voice."""

import pytest

from tests.browser.running import go_to, launch, open_page
from tests.browser.screenshots import open_demonstration
from tests.browser.test_screens import barriers
from tests.browser.viewing import READY, picture
from verhm.labels import MORPHS

pytestmark = [pytest.mark.browser, pytest.mark.model]

# For three seconds, after each picture of the screen: the voice's time, and the drawn frame.
# For three seconds, or on a busy machine until the face has moved.
FOLLOW = """() => new Promise((done) => {
  const canvas = document.querySelector(".rv-canvas");
  const audio = document.querySelector(".rv-face audio");
  const seen = [];
  const start = performance.now();
  const look = () => setTimeout(() => {
    seen.push([audio.currentTime, Number(canvas.dataset.frame)]);
    const taken = performance.now() - start;
    const isMoving = new Set(seen.map(([, frame]) => frame)).size > 5;
    if (taken < 3000 || (!isMoving && taken < 30000)) requestAnimationFrame(look); else done(seen);
  });
  requestAnimationFrame(look);
})"""


@pytest.fixture(scope="module")
def browser(playwright_driver):
    browser = launch(playwright_driver, has_webgl=True)
    yield browser
    browser.close()


@pytest.fixture
def review(demonstration):
    """The demonstration's last session from its start, its face drawn."""
    demonstration.keyboard.press("Home")
    demonstration.locator('.rv-canvas[data-frame="0"]').wait_for(timeout=READY)
    return demonstration


def seek(page, time: float):
    """Click on the timeline at a time of its first minute."""
    plot = page.locator(".rv-lanes").bounding_box()["width"] - 98 - 56
    page.locator(".rv-lanes").click(position={"x": 98 + plot * time / 60, "y": 200})
    page.wait_for_function(
        "time => Math.abs(document.querySelector('.rv-canvas').dataset.frame / 30 - time) < 0.2",
        arg=time,
    )


def test_the_face_is_there_at_once_and_says_that_it_is_synthetic(review):
    assert review.locator(".rv-face canvas").is_visible()
    assert review.locator(".rv-caption").inner_text().startswith("synthetic face · made-up figures")
    assert "Synthetic face · made-up figures" in review.get_attribute(".rv-canvas", "aria-label")
    assert not review.locator(".rv-face video").count()
    seen = picture(review, ".rv-canvas")
    assert seen.std() > 40  # hair, skin and wall, not one colour


def test_seeking_changes_the_frame(review):
    first = picture(review, ".rv-canvas").astype(int)
    seek(review, 16.6)
    assert abs(picture(review, ".rv-canvas").astype(int) - first).mean() > 0.5


@pytest.mark.parametrize("rate", ["2", "1"])  # so that the page is left as it was
def test_the_face_stays_with_the_voice(review, rate):
    review.select_option(".rv-speed", rate)
    review.keyboard.press("Space")
    review.wait_for_function("document.querySelector('.rv-face audio').currentTime > 0.5")
    seen = review.evaluate(FOLLOW)
    review.keyboard.press("Space")
    times, frames = (list(each) for each in zip(*seen, strict=True))
    assert len(set(frames)) > 5
    assert all(frame / 30 < time + 0.02 for time, frame in seen)
    # However long a picture takes, the next but one shows what was heard since.
    assert all(frame / 30 > time - 2 / 30 for time, frame in zip(times, frames[2:], strict=False))


def test_a_pause_holds_the_frame_of_the_voice(review):
    review.keyboard.press("Space")
    review.wait_for_function("document.querySelector('.rv-face audio').currentTime > 0.5")
    review.keyboard.press("Space")
    review.wait_for_timeout(300)
    time, frame = review.evaluate(
        "[document.querySelector('.rv-face audio').currentTime,"
        " Number(document.querySelector('.rv-canvas').dataset.frame)]"
    )
    assert -0.001 < time - frame / 30 < 0.08


def test_in_a_pause_without_a_result_the_face_is_neutral(review):
    weights = review.evaluate(
        """async (frame) => {
          const names = performance.getEntriesByType("resource").map((each) => each.name);
          const piece = await fetch(names.find((name) => /[/]motion[/][^/]+[/]0$/.test(name)));
          return [...new Uint8Array(await piece.arrayBuffer(), 58 * frame, 52)];
        }""",
        round(38.0 * 30),
    )
    assert len(weights) == len(MORPHS)
    moved = [name for name, weight in zip(MORPHS, weights, strict=True) if weight]
    assert set(moved) <= {"eyeBlinkLeft", "eyeBlinkRight"}


def test_the_video_stays_within_reach_and_the_voice_keeps_its_place(review):
    seek(review, 16.6)
    review.locator('[data-mode="video"]').click()
    assert review.locator(".rv-wait").is_visible()
    assert not review.locator(".rv-canvas").is_visible()
    review.locator('[data-mode="3d"]').click()
    assert review.locator(".rv-canvas").is_visible()
    assert review.locator(".rv-wait").count() == 0
    assert review.evaluate("document.querySelector('.rv-face audio').currentTime") > 16


def test_the_face_can_be_reached_and_turned_without_a_mouse(review):
    review.locator(".rv-canvas").focus()
    review.keyboard.press("ArrowRight")
    review.wait_for_function("document.querySelector('.rv-canvas').dataset.angle === '6.0 0.0'")
    assert review.get_attribute(".rv-lanes", "aria-valuenow") == "0.0"
    review.keyboard.press("Tab")
    review.keyboard.press("Tab")
    review.keyboard.press("Tab")
    assert review.evaluate("document.activeElement.className") == "rv-front"
    review.keyboard.press("Enter")
    review.wait_for_function("document.querySelector('.rv-canvas').dataset.angle === '0.0 0.0'")


def test_another_face_is_loaded_in_sight_and_takes_up_the_same_moment(review):
    seek(review, 16.6)
    before, held = picture(review, ".rv-canvas").astype(int), []
    review.route("**/face/*", lambda route: held.append(route))
    choose_face(review, "man")
    review.locator(".rv-wait", has_text="Loading the face…").wait_for()
    while not held:  # the server packs it
        review.wait_for_timeout(100)
    review.unroute("**/face/*")  # what was held goes on
    review.wait_for_function(
        "Math.abs(document.querySelector('.rv-canvas')?.dataset.frame / 30 - 16.6) < 0.2",
        timeout=READY,
    )
    assert review.locator(".rv-wait").count() == 0
    assert abs(picture(review, ".rv-canvas").astype(int) - before).mean() > 3
    choose_face(review, "neutral")
    review.locator(".rv-canvas[data-frame]").wait_for(timeout=READY)


def choose_face(page, name: str):
    """Choose another face in Settings, and come back to what was open."""
    go_to(page, "Settings")
    chosen = page.locator(f"input[name=avatar][value={name}]")
    chosen.check()
    chosen.and_(page.locator("[checked]")).wait_for(state="attached")
    go_to(page, "Review")


def test_the_stage_puts_up_no_barrier(review):
    assert not barriers(review)


def test_the_stage_puts_up_no_barrier_in_the_dark(shared_app, browser):
    page, watch = open_page(browser, shared_app.url, "dark")
    open_demonstration(page)
    page.locator('.rv-canvas[data-frame="0"]').wait_for(timeout=READY)
    assert not barriers(page)
    watch.assert_silent()
    page.close()


def test_when_the_browser_takes_the_drawing_away_a_sentence_says_so(review):
    review.evaluate(
        "window.loss = document.querySelector('.rv-canvas').getContext('webgl2')"
        ".getExtension('WEBGL_lose_context'); loss.loseContext()"
    )
    review.locator(".rv-note", has_text="The browser interrupted the 3D face").wait_for()
    assert review.locator(".rv-wait").is_visible()
    review.keyboard.press("]")  # everything else goes on
    review.locator(".rv-none").wait_for()
    review.evaluate("loss.restoreContext()")
    review.locator(".rv-canvas").wait_for()
    assert review.locator(".rv-note").count() == 0
