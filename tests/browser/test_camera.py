"""The camera beside a voice: off unless it is asked for each time, and never in the voice's way."""

import json
from datetime import date

import pytest

from storage.access import Actor
from storage.details import Agreement, PatientDetails, RunResult
from storage.repository import open_accounts
from tests.browser.recording import AWAY, LARGE
from tests.browser.running import go_to, open_page, open_records
from tests.browser.test_recorder import COUNTED, FULL, discard, press, wait_for
from tests.browser.test_screens import barriers
from tests.factories import make_analysis
from tests.ui.review.page import IN_STEP, share_in_step
from verhm.report.document import to_json
from verhm.settings import AnalysisSettings

pytestmark = pytest.mark.browser

CODE = "P-0431"
LAG = 0.08  # s between voice and picture that nobody notices
WHAT_IS_OPEN = "opened.flatMap((each) => each.getTracks()).map((each) => each.readyState)"


@pytest.fixture(scope="module")
def page(shared_app, browser):
    """One page for all, at New session, that counts what it opens of microphone and camera."""
    page, _ = open_page(browser, shared_app.url)
    page.evaluate(COUNTED)
    go_to(page, "New session")
    yield page
    page.close()


@pytest.fixture(scope="module")
def repository(shared_app):
    opened = open_records(shared_app.data)
    yield opened
    opened.close()


@pytest.fixture
def film(page):
    """The box, not ticked; nothing is open, and nothing is left when the test is over."""
    page.evaluate("opened.length = 0")
    box = page.get_by_label("Film as well")
    assert not box.is_checked()
    yield box
    page.unroute_all()
    if not page.locator('#recorder [data-phase="idle"]').count():
        discard(page)
    assert set(page.evaluate(WHAT_IS_OPEN)) <= {"ended"}
    assert not box.is_checked()


def seconds(page, least: float):
    page.wait_for_function(
        "least => Number(document.querySelector('[data-slot=time]').textContent.slice(2)) > least",
        arg=least,
    )


def words(page) -> str:
    return page.locator("[data-slot=film-words]").inner_text()


def take_of(page) -> dict:
    """The take that is ready, as the app lists it."""
    return page.evaluate("verhm.send('/takes')")["takes"][0]


def record(page, least: float = 1.0):
    press(page, "record")
    wait_for(page, "recording")
    seconds(page, least)


def stop(page) -> dict:
    press(page, "stop")
    wait_for(page, "ready")
    return take_of(page)


def test_the_camera_is_on_while_its_picture_is_seen_and_a_voice_alone_has_none(page, film):
    preview = page.locator("#recorder .preview")
    film.check()
    preview.wait_for()
    assert preview.evaluate("each => each.muted && getComputedStyle(each).transform") == (
        "matrix(-1, 0, 0, 1, 0, 0)"  # as in a mirror
    )
    assert page.evaluate(WHAT_IS_OPEN) == ["live"]  # the camera, and no microphone
    go_to(page, "Patients")
    page.wait_for_function(f"{WHAT_IS_OPEN}.join() === 'ended'")
    go_to(page, "New session")
    preview.wait_for()
    page.locator('#recorder [data-way="upload"]').click()
    page.wait_for_function(f"!({WHAT_IS_OPEN}).includes('live')")
    page.locator('#recorder [data-way="record"]').click()
    preview.wait_for()
    film.uncheck()
    assert not preview.is_visible()
    assert set(page.evaluate(WHAT_IS_OPEN)) == {"ended"}
    page.evaluate("opened.length = 0")
    record(page)
    assert page.evaluate("opened.length") == 1
    assert not preview.is_visible()
    assert not stop(page)["has_picture"]


def test_it_is_seen_while_the_microphone_is_checked_by_the_keyboard_alone(page, film):
    film.focus()
    page.keyboard.press("Space")
    page.locator("#recorder [data-do=check]").focus()
    page.keyboard.press("Enter")
    page.locator("#recorder .preview").wait_for()
    assert not barriers(page)
    film.focus()
    page.keyboard.press("Space")
    page.locator("#recorder .preview").wait_for(state="hidden")
    page.keyboard.press("Space")
    page.locator("#recorder .preview").wait_for()
    page.locator("#recorder [data-do=record]").focus()
    page.keyboard.press("Enter")
    wait_for(page, "recording")
    assert film.is_disabled() and film.is_checked()
    seconds(page, 1.0)
    page.locator("#recorder [data-do=stop]").focus()
    page.keyboard.press("Enter")
    wait_for(page, "ready")
    assert words(page) == "With picture." and take_of(page)["has_picture"]


def test_a_refused_camera_is_said_and_the_voice_is_recorded(page, film):
    page.evaluate(
        """() => {
          const { getUserMedia } = navigator.mediaDevices;
          navigator.mediaDevices.getUserMedia = async (wish) => {
            if (wish.audio) return getUserMedia(wish);
            navigator.mediaDevices.getUserMedia = getUserMedia;
            throw new DOMException("", "NotAllowedError");
          };
        }"""
    )
    film.click()
    page.locator("[data-slot=film-words]", has_text="not let this page use the camera").wait_for()
    assert "recorded without picture" in words(page) and not film.is_checked()
    record(page)
    take = stop(page)
    assert take["seconds"] > 0.9 and not take["has_picture"]


def test_a_camera_taken_away_leaves_what_it_saw_and_the_voice_goes_on(page, film):
    film.check()
    record(page)
    page.evaluate(
        "opened.flatMap((each) => each.getVideoTracks())[0].dispatchEvent(new Event('ended'))"
    )
    page.get_by_text("The camera is gone. The picture ends here").wait_for()
    seconds(page, 2.0)
    take = stop(page)
    assert take["seconds"] > 1.9 and take["has_picture"]


def test_where_there_is_no_room_for_the_picture_the_voice_goes_on(page, film):
    page.route(
        "**/picture*",
        lambda route: route.fulfill(
            status=400, content_type="application/json", body=json.dumps(FULL)
        ),
    )
    film.check()
    record(page)
    press(page, "pause")  # which sends what there is
    page.locator("[data-slot=film-words]", has_text="E51").wait_for()
    assert not page.locator("#recorder .preview").is_visible()
    press(page, "pause")
    seconds(page, 1.5)
    take = stop(page)
    assert take["seconds"] > 1.4 and not take["has_picture"]


def test_while_the_app_is_away_the_picture_ends_before_it_fills_the_memory(page, film):
    film.check()
    record(page)
    for address in AWAY:
        page.route(address, lambda route: route.abort())
    press(page, "pause")  # which sends what there is
    page.locator("[data-slot=film-words]", has_text="The picture waits in this page").wait_for()
    page.evaluate(LARGE, "video")
    press(page, "pause")
    seconds(page, 2.0)
    press(page, "pause")
    page.locator("[data-slot=film-words]", has_text="The picture ends here").wait_for()
    assert "has not answered for too long" in words(page)
    assert not page.locator("#recorder .preview").is_visible()
    press(page, "pause")
    seconds(page, 2.5)
    page.evaluate("restoreSize()")
    for address in AWAY:
        page.unroute(address)
    take = stop(page)
    assert take["seconds"] > 2.4 and take["has_picture"]


def test_a_session_is_filmed_and_seen_in_step_with_the_voice(page, repository, film):
    ada = Actor(open_accounts(repository).everybody()[0].id)
    hers = repository.acting_as(lambda: ada)
    patient = hers.add_patient(PatientDetails(CODE), Agreement(date(2026, 1, 5)))
    page.reload()
    page.evaluate(COUNTED)
    go_to(page, "Patients")  # a reload keeps the tab
    page.locator("tr[data-patient]", has_text=CODE).click()
    page.locator("#banner b", has_text=CODE).wait_for()
    go_to(page, "New session")
    film.check()
    record(page, 2.5)
    press(page, "pause")
    page.wait_for_timeout(300)
    press(page, "pause")
    seconds(page, 4.5)
    press(page, "stop")
    wait_for(page, "ready")
    page.locator("#analyse:enabled").click()
    page.locator("#recorder [data-phase=idle]").wait_for()
    (session,) = hers.sessions(patient.id)
    finish(hers, session)
    page.reload()
    page.evaluate(COUNTED)
    go_to(page, "Patients")  # a reload keeps the tab
    page.locator("tr[data-patient]", has_text=CODE).click()
    page.locator("#patients [data-session]").first.click()
    page.get_by_role("button", name="Camera", exact=True).click()
    page.wait_for_function("document.querySelector('.rv-camera').videoWidth === 640")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.rv-face audio').currentTime > 0.5")
    page.wait_for_function(IN_STEP, arg=LAG)
    assert share_in_step(page, 700, LAG) > 0.8
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.rv-face audio').currentTime > 2.2")
    page.wait_for_function(IN_STEP, arg=LAG)
    assert share_in_step(page, 500, LAG) > 0.8
    page.keyboard.press("Space")
    assert not barriers(page)
    assert page.evaluate("document.querySelector('.rv-camera').duration") > 4
    go_to(page, "New session")


def finish(repository, session):
    """Put a result in the place of one that the model would make of a beep."""
    run = repository.begin_run(session.id, AnalysisSettings())
    found = make_analysis(6.0)
    result = RunResult(
        to_json(found).encode(), found.morphs, found.summary, found.quality, found.model, 6.0
    )
    repository.finish_run(run.id, result)
