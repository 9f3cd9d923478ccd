"""Two sessions beside each other, by mouse and by keyboard alone."""

import pytest

from tests.browser.running import go_to
from tests.browser.test_screens import barriers, is_wider_than_its_window

pytestmark = pytest.mark.browser


@pytest.fixture
def review(demonstration):
    go_to(demonstration, "Review")
    demonstration.locator("[data-compare]").wait_for()
    return demonstration


def test_two_sessions_are_compared_and_each_is_heard(review):
    review.locator("[data-compare]").click()
    dialog = review.locator(".rv-compare")
    dialog.locator(".rv-figures").wait_for()
    names = dialog.locator(".rv-name").all_inner_texts()
    assert len(set(names)) == 2
    assert "Two sessions of one person always differ" in dialog.inner_text()
    assert dialog.locator(".rv-figures tbody tr").count() == 13
    assert not barriers(review)
    for side in dialog.locator(".rv-side").all():
        side.locator(".rv-lanes").click(position={"x": 300, "y": 200})
        assert side.locator(".rv-now").inner_text() != "0:00.0"
        assert side.locator(".rv-readout").inner_text().strip()
    plays = dialog.locator(".rv-play")
    plays.nth(0).click()
    dialog.locator(".rv-play[aria-label=Pause]").wait_for()
    plays.nth(1).click()  # which silences the first
    review.wait_for_function(
        "() => [...document.querySelectorAll('.rv-compare .rv-play')]"
        ".map((each) => each.ariaLabel).join() === 'Play,Pause'"
    )
    first = names[1]
    dialog.locator(".rv-other").select_option(index=1)
    review.wait_for_function(
        "(first) => document.querySelectorAll('.rv-compare .rv-name')[1].textContent !== first",
        arg=first,
    )
    review.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_it_opens_and_closes_by_the_keyboard_and_fits_a_small_screen(review):
    review.set_viewport_size({"width": 1024, "height": 700})
    review.locator("[data-compare]").focus()
    review.keyboard.press("Enter")
    dialog = review.locator(".rv-compare")
    dialog.locator(".rv-figures").wait_for()
    assert not is_wider_than_its_window(review)
    lanes = dialog.locator(".rv-lanes").first
    before = lanes.get_attribute("aria-valuenow")
    dialog.locator(".rv-forward").first.focus()
    review.keyboard.press("Enter")
    assert lanes.get_attribute("aria-valuenow") != before
    review.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert dialog.locator(".rv-side").first.inner_html() != ""
    assert review.evaluate("document.activeElement.matches('[data-compare]')")
