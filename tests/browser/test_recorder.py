"""What the recorder was given is kept, and it says so, whatever comes in between."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.recording import (
    AWAY,
    LARGE,
    analysis_of,
    begin,
    choose_file,
    discard,
    follow,
    leave_behind,
    press,
    record,
    reload_with_clock,
    takes_left,
    wait_for,
)
from tests.browser.running import go_to, open_page

pytestmark = pytest.mark.browser
FULL = {"code": "E51", "text": "E51 The disk is full. Free some space and try again."}

COUNTED = """() => {
  const isNew = !window.opened;
  window.opened = [];
  if (!isNew) return;
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wish) => {
    const stream = await open(wish);
    window.opened.push(stream);
    return stream;
  };
}"""


@pytest.fixture(scope="module")
def opened(app, browser):
    page, _ = open_page(browser, app.url)
    go_to(page, "New session")
    yield page
    page.close()


@pytest.fixture
def page(opened):
    """One page for all tests that leave the recorder as they find it."""
    wait_for(opened, "idle")
    opened.locator('[data-way="record"]').click()
    yield opened
    opened.unroute_all()


@pytest.fixture
def fresh(app, browser):
    """A page of its own for a test that changes what lies under the recorder."""
    page, _ = open_page(browser, app.url)
    go_to(page, "New session")
    yield page
    page.close()


def test_a_refusal_pauses_the_recording_and_stop_saves_it_once_there_is_room(page):
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.fulfill(status=400, content_type="application/json", body=json.dumps(FULL))

    page.route("**/pieces*", refuse)
    record(page, 1_500)
    press(page, "pause")
    page.locator("#recorder [data-slot=problem]", has_text="E51").wait_for()
    before = len(asked)
    page.wait_for_timeout(3_000)
    assert len(asked) == before  # nobody asks a full disk again and again
    page.unroute("**/pieces*")
    press(page, "stop")
    wait_for(page, "ready")
    page.wait_for_function("document.querySelector('#recorder audio').duration > 1")
    discard(page)


def test_a_voice_waits_for_the_app_until_no_more_fits_and_none_of_it_is_lost(page):
    page.route(AWAY[0], lambda route: route.abort())
    record(page, 1_500)
    press(page, "pause")  # which sends what there is
    saved = page.locator("[data-slot=saved]")
    expect(saved).to_contain_text("the recording goes on and is saved when it does")
    page.evaluate(LARGE, "")
    press(page, "pause")
    expect(page.locator("#recorder [data-slot=problem]")).to_contain_text("the recording is paused")
    wait_for(page, "paused")
    expect(saved).to_contain_text("what was recorded is saved when it does")
    page.evaluate("restoreSize()")
    page.unroute(AWAY[0])
    press(page, "stop")
    wait_for(page, "ready")
    page.wait_for_function("document.querySelector('#recorder audio').duration > 1")
    discard(page)


def test_stop_keeps_what_is_safe_where_the_rest_is_refused(page):
    record(page, 1_500)
    press(page, "pause")
    page.wait_for_function("/0:0[1-9]/.test(document.querySelector('[data-slot=saved]').innerText)")
    press(page, "pause")  # goes on
    page.wait_for_timeout(1_000)
    too_long = {"code": "E15", "text": "E15 The recording has become too long."}
    page.route(
        "**/pieces*",
        lambda route: route.fulfill(
            status=400, content_type="application/json", body=json.dumps(too_long)
        ),
    )
    press(page, "stop")
    wait_for(page, "ready")
    assert "could be saved. E15" in page.locator("#recorder [data-slot=problem]").inner_text()
    page.locator("#analyse:enabled").wait_for()
    discard(page)


def test_whoever_stays_after_all_can_go_on(page):
    record(page, 500)
    asked, ended = [], []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.on("requestfailed", lambda request: ended.append(request.url))
    page.evaluate("setTimeout(() => location.reload())")
    page.wait_for_timeout(1_000)
    assert asked == ["beforeunload"]
    assert not [url for url in ended if "heartbeat" in url]  # an hour later it would be forgotten
    press(page, "stop")
    wait_for(page, "ready")
    page.locator("#analyse:enabled").wait_for()
    discard(page)


def test_a_finished_recording_is_offered_again_after_a_reload(page):
    record(page, 1_500)
    press(page, "stop")
    wait_for(page, "ready")
    page.reload()
    page.locator("#tabs").get_by_role("tab", name="New session", exact=True).click()
    notice = page.locator("#recorder [data-slot=left-behind]", has_text="not analysed yet")
    assert re.search(r"is kept until \d+ \w+, \d\d:\d\d", notice.inner_text())
    notice.get_by_role("button", name="Use it").click()
    wait_for(page, "ready")
    page.locator("#analyse:enabled").wait_for()
    discard(page)


def test_no_address_holds_the_name_of_an_uploaded_file(page):
    addresses = []
    page.on("request", lambda request: addresses.append(request.url + (request.post_data or "")))
    choose_file(page, "Ada Lovelace.ogg")
    wait_for(page, "ready")
    assert any("/recordings?suffix=.ogg" in address for address in addresses)
    assert not any("Ada" in address for address in addresses)
    discard(page)


def test_a_file_can_be_analysed_also_where_questions_come_late(page):
    delays = iter([1_500])

    def pass_on(route):
        page.wait_for_timeout(next(delays, 0))
        route.continue_()

    page.route("**/queue/join*", pass_on)
    choose_file(page)
    wait_for(page, "ready")
    page.wait_for_timeout(2_500)
    assert page.locator("#analyse").is_enabled()
    discard(page)


@pytest.mark.parametrize("first", ["record", "check"])
def test_two_quick_clicks_open_one_microphone_and_begin_one_take(page, first):
    takes = []
    page.on("request", lambda request: takes.append(request) if "sample_rate" in request.url else 0)
    page.evaluate(COUNTED)
    page.evaluate(
        """names => names.forEach(
             name => document.querySelector(`#recorder [data-do=${name}]`).click())""",
        [first, "record"],
    )
    wait_for(page, "recording" if first == "record" else "checking")
    page.wait_for_timeout(300)
    assert page.evaluate("opened.length") == 1
    assert len(takes) == (first == "record")
    press(page, "discard" if first == "record" else "check")
    wait_for(page, "idle")


def test_a_double_click_does_not_stop_what_it_began(page):
    page.locator("#recorder [data-do=record]").dblclick(delay=150)
    wait_for(page, "recording")
    page.wait_for_timeout(300)
    wait_for(page, "recording")
    discard(page)


def test_a_recording_left_behind_is_not_offered_while_another_is_made(app, fresh):
    reload_with_clock(fresh)
    record(fresh, 500)
    left = leave_behind(fresh, app, 1)
    with fresh.expect_response("**/takes"):
        fresh.clock.fast_forward(25_000)
    fresh.wait_for_timeout(300)
    notice = fresh.locator("#recorder [data-slot=left-behind]")
    assert notice.is_hidden()
    press(fresh, "discard")
    notice.get_by_role("button", name="Use it").click()
    wait_for(fresh, "ready")
    discard(fresh)
    assert left not in takes_left(fresh)


def test_a_file_that_is_still_being_copied_can_be_dropped_for_a_recording(page):
    held = []
    page.route("**/recordings?*", lambda route: held.append(route))
    choose_file(page)
    wait_for(page, "uploading")
    assert page.locator('[data-way="record"]').is_disabled()
    press(page, "discard")
    wait_for(page, "idle")
    page.locator('[data-way="record"]').click()
    record(page, 300)
    held[0].fulfill(json={"id": "a" * 32})
    page.wait_for_timeout(300)
    wait_for(page, "recording")
    discard(page)


def test_discarding_an_uploaded_file_keeps_the_take_that_was_made_before_it(page):
    record(page, 500)
    press(page, "stop")
    wait_for(page, "ready")
    (take,) = takes_left(page)
    with page.expect_response("**/recordings?*"):
        choose_file(page)
    wait_for(page, "ready")
    discard(page)
    assert takes_left(page) == {take}
    page.evaluate("id => verhm.send(`/recordings/${id}`, { method: 'DELETE' })", take)


def test_a_paused_recording_says_that_it_is_still_being_made(fresh):
    reload_with_clock(fresh)
    record(fresh, 500)
    press(fresh, "pause")
    fresh.locator("#recorder [data-slot=saved]", has_text="saved up to").wait_for()
    fresh.wait_for_timeout(300)
    with fresh.expect_request("**/pieces*") as request:
        fresh.clock.fast_forward(10_000)
    assert not request.value.post_data
    assert request.value.response().ok
    discard(fresh)


def test_a_late_refusal_of_a_discarded_take_does_not_touch_the_next_one(page):
    held = []
    page.route("**/pieces*", lambda route: held.append(route))
    record(page, 300)
    with page.expect_request("**/pieces*"):
        press(page, "pause")
    discard(page)
    record(page, 300)
    gone = {"code": "E53", "text": "E53 There is no such recording."}
    held[0].fulfill(status=404, json=gone)
    page.wait_for_timeout(300)
    wait_for(page, "recording")
    assert page.locator("#recorder [data-slot=problem]").is_hidden()
    discard(page)


def test_a_microphone_that_cannot_be_listened_to_is_closed_again(fresh):
    fresh.evaluate(COUNTED)
    fresh.evaluate("() => { AudioContext.prototype.resume = () => Promise.reject(new Error()) }")
    press(fresh, "record")
    fresh.locator("#recorder [data-slot=problem]", has_text="could not be opened").wait_for()
    wait_for(fresh, "idle")
    assert fresh.evaluate("opened[0].getAudioTracks()[0].readyState") == "ended"


def test_a_microphone_taken_away_ends_the_recording_and_says_what_goes_wrong(page):
    page.evaluate(COUNTED)
    unplug = "opened[0].getAudioTracks()[0].dispatchEvent(new Event('ended'))"
    press(page, "check")
    wait_for(page, "checking")
    page.evaluate(unplug)
    wait_for(page, "idle")
    page.evaluate("opened.length = 0")
    record(page, 300)
    page.route("**/finish", lambda route: route.fulfill(status=400, json=FULL))
    page.evaluate(unplug)
    page.locator("#recorder [data-slot=problem]", has_text="E51").wait_for()
    wait_for(page, "paused")
    discard(page)


def test_a_refused_file_is_named(page):
    choose_file(page, "notes.wav", b"Monday: nothing recorded\n" * 100)
    page.locator("#recorder [data-slot=problem]", has_text="notes.wav: E13").wait_for()


def test_what_was_taken_is_told_until_it_has_been_analysed(fresh):
    job = analysis_of("b" * 32)
    follow(fresh, job)
    taken = fresh.locator("#recorder [data-slot=taken]")
    fresh.wait_for_timeout(800)  # longer than between two looks
    assert fresh.locator("#progress .stages .done").count() == 0  # it was not begun here
    begin(fresh)
    taken.wait_for()
    fresh.locator("#progress .stages .now").wait_for()
    job |= {"state": "done", "has_ended": True}
    taken.wait_for(state="hidden")
    assert fresh.locator("#progress .stages .done").count() == 0  # nothing is being made any more
    choose_file(fresh, "next.ogg")
    wait_for(fresh, "ready")
    assert fresh.locator("#progress .stages .done").count() == 0
    discard(fresh)


def test_the_banner_says_when_it_speaks_of_another_session(fresh):
    open_one, other = analysis_of("b" * 32), analysis_of("d" * 32)
    follow(fresh, open_one, other)
    banner = fresh.locator(".job-slot")
    banner.get_by_text("Emotion 50 %", exact=True).wait_for()
    open_one |= {"state": "done", "has_ended": True}
    banner.get_by_text("Another 50 %", exact=True).wait_for()
    assert banner.get_attribute("title") == "Another session · Emotion 50 %"


def test_a_cancelling_that_fails_is_said(fresh):
    follow(fresh, analysis_of("b" * 32))
    begin(fresh)
    fresh.route("**/jobs/*/cancel", lambda route: route.abort())
    fresh.locator(".analysis [data-do=cancel]").click()
    fresh.locator(".analysis [data-slot=words]", has_text="Not stopped").wait_for()
