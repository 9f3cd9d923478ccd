"""What the recorder was given is kept, and it says so, whatever comes in between."""

import json

import pytest

from tests.browser.running import go_to, launch, open_page, running

pytestmark = pytest.mark.browser
FULL = {"code": "E51", "text": "E51 The disk is full. Free some space and try again."}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with running(tmp_path_factory.mktemp("recorder") / "data") as app:
        yield app


@pytest.fixture
def page(app, playwright_driver):
    browser = launch(playwright_driver)
    page, _ = open_page(browser, app.url)
    go_to(page, "New session")
    yield page
    browser.close()


def press(page, name):
    page.locator(f"#recorder [data-do={name}]").click()


def wait_for(page, phase):
    page.locator(f'#recorder [data-phase="{phase}"]').wait_for()


def record(page, milliseconds):
    press(page, "record")
    wait_for(page, "recording")
    page.wait_for_timeout(milliseconds)


def test_a_refusal_pauses_the_recording_and_stop_saves_it_once_there_is_room(page):
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.fulfill(status=400, content_type="application/json", body=json.dumps(FULL))

    page.route("**/pieces*", refuse)
    record(page, 1_500)
    press(page, "pause")
    page.locator("#recorder [data-slot=problem]", has_text="E51").wait_for()
    page.wait_for_timeout(3_000)
    assert len(asked) == 1  # nobody asks a full disk again and again
    page.unroute("**/pieces*")
    press(page, "stop")
    wait_for(page, "ready")
    page.wait_for_function("document.querySelector('#recorder audio').duration > 1")
    press(page, "discard")
    wait_for(page, "idle")


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
    press(page, "discard")
    wait_for(page, "idle")


def test_a_finished_recording_is_offered_again_after_a_reload(page):
    record(page, 1_500)
    press(page, "stop")
    wait_for(page, "ready")
    page.reload()
    page.locator("#tabs").get_by_role("tab", name="New session", exact=True).click()
    notice = page.locator("#recorder [data-slot=left-behind]", has_text="not analysed yet")
    notice.get_by_role("button", name="Use it").click()
    wait_for(page, "ready")
    page.locator("#analyse:enabled").wait_for()
    press(page, "discard")
    wait_for(page, "idle")


def test_no_address_holds_the_name_of_an_uploaded_file(page):
    addresses = []
    page.on("request", lambda request: addresses.append(request.url + (request.post_data or "")))
    page.locator('[data-way="upload"]').click()
    file = {"name": "Ada Lovelace.ogg", "mimeType": "audio/ogg", "buffer": b"OggS"}
    page.locator("#upload-file").set_input_files(file)
    wait_for(page, "ready")
    assert any("/recordings?suffix=.ogg" in address for address in addresses)
    assert not any("Ada" in address for address in addresses)
    press(page, "discard")
    wait_for(page, "idle")


COUNTED = """() => {
  window.opened = [];
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wish) => {
    const stream = await open(wish);
    window.opened.push(stream);
    return stream;
  };
}"""


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
    press(page, "discard")
    wait_for(page, "idle")
