"""The tour, by keyboard alone, on a small screen."""

import pytest

from tests.browser.test_screens import barriers
from ui.tour import STEPS

pytestmark = pytest.mark.browser
SMALL = {"width": 1024, "height": 768}


@pytest.fixture
def page(demonstration):
    demonstration.set_viewport_size(SMALL)
    return demonstration


def test_it_is_offered_once(page):
    page.locator("#tabs").get_by_role("tab", name="Patients").click()
    offer = page.locator(".tour-offer")
    assert not offer.is_visible()
    page.evaluate("delete localStorage['verhm-tour']")
    page.evaluate("delete document.documentElement.dataset.tourAnswered")
    offer.get_by_role("button", name="No thanks").click()
    offer.wait_for(state="hidden")
    assert page.evaluate("localStorage.getItem('verhm-tour')") == "answered"


def test_it_is_gone_through_by_keyboard_and_gives_the_keyboard_back(page):
    page.get_by_role("button", name="Help", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show me around").focus()
    page.keyboard.press("Enter")
    for number, step in enumerate(STEPS, start=1):
        box = page.get_by_role("dialog", name=f"Tour, step {number} of {len(STEPS)}: {step.tab}")
        box.wait_for()
        assert page.evaluate("document.activeElement.matches('.tour-step')")
        assert page.locator(step.at).first.evaluate("e => e.classList.contains('tour-at')")
        place = box.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= SMALL["width"]
        assert place["y"] >= 0 and place["y"] + place["height"] <= SMALL["height"]
        assert not barriers(page)
        page.keyboard.press("Tab")  # to the first of its buttons: Next, at last End
        if number < len(STEPS):
            page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    assert page.locator(".tour-at").count() == 0
    assert page.evaluate("document.activeElement.dataset.do") == "help"


def test_it_goes_back_and_ends_anywhere(page):
    page.get_by_role("button", name="Help", exact=True).click()
    page.get_by_role("button", name="Show me around").click()
    shown = page.locator(".tour-step:popover-open")
    for verb, number in (("Next", 2), ("Back", 1), ("Next", 2), ("Next", 3)):
        shown.get_by_role("button", name=verb).click()
        shown.get_by_text(f"{number} of {len(STEPS)}").wait_for()
    shown.get_by_role("button", name="End").click()
    shown.wait_for(state="hidden")
    assert page.locator("#tab-review").is_visible()
