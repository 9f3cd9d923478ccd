"""Having a video made in the tab Export, as a person does."""

import pytest

from tests.browser.hands import Keyboard, Mouse
from tests.browser.running import go_to, open_page
from tests.browser.screenshots import open_demonstration
from tests.browser.test_screens import barriers

pytestmark = pytest.mark.browser


def test_a_video_is_begun_followed_and_stopped_and_choices_are_remembered(shared_app, browser):
    page, watch = open_page(browser, shared_app.url)
    open_demonstration(page)
    go_to(page, "Export")
    form = page.locator("#export-film .film-form")
    form.wait_for()
    assert page.get_by_label("Emotions over time, below the face").is_checked()
    assert "this recording has none" in form.inner_text()
    page.get_by_label("720 × 720").check()
    assert not page.get_by_label("The same words said neutrally").count()
    assert "made up for the demonstration" in form.inner_text()
    form.get_by_role("button", name="Make the video").dblclick()  # out of habit; orders one
    film = form.locator("li", has_text="Face, 720 pixels · emotions over time")
    film.get_by_text("Drawing").wait_for()
    assert film.count() == 1
    film.get_by_role("button", name="Cancel").click()
    film.get_by_text("Cancelled.").wait_for()
    assert not barriers(page)
    run = form.get_attribute("data-run")
    page.locator("#export-session input").click()
    page.get_by_role("option").nth(1).click()
    page.wait_for_function(
        "run => document.querySelector('.film-form')?.dataset.run !== run", arg=run
    )
    assert page.get_by_label("720 × 720").is_checked()
    assert not form.locator("li").count()
    watch.assert_silent()
    page.close()


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_the_report_is_taken_out(demonstration, hand):
    page, hand = demonstration, hand(demonstration)
    hand.go_to("Export")
    with page.expect_download() as started:
        hand.press(page.locator("#export-files a[href$='/report.pdf']"))
    assert started.value.suggested_filename.endswith("_report.pdf")
    assert started.value.path().read_bytes().startswith(b"%PDF-")


def test_a_video_is_chosen_begun_and_stopped_by_keyboard_alone(demonstration):
    page, hand = demonstration, Keyboard(demonstration)
    hand.go_to("Export")
    form = page.locator("#export-film .film-form")
    hand.reach(form.locator("[name=film-size]:checked"))
    for key, size in (("ArrowDown", "720 × 720"), ("ArrowUp", "512 × 512")):
        page.keyboard.press(key)
        assert page.get_by_label(size).is_checked()
    hand.press(page.get_by_label("Emotions over time, below the face"))
    hand.press(form.get_by_role("button", name="Make the video"))
    film = form.locator("li", has_text="Face, 512 pixels")
    film.get_by_text("Drawing").wait_for()
    hand.press(film.get_by_role("button", name="Cancel"))
    film.get_by_text("Cancelled.").wait_for()
