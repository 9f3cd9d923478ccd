"""Having a video made in the tab Export, as a person does."""

import pytest

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
