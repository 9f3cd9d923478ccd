"""What explains the page: the "?" beside a figure and Help, with mouse and keyboard."""

import pytest

from tests.browser.running import PASSPHRASE, go_to
from tests.browser.test_screens import barriers

pytestmark = pytest.mark.browser
SMALLEST = 24  # px of a button that a finger finds
# Each tab with a figure of its, and words that its explanation must say.
FIGURES = {
    "Review": ("heat-map", "Hatched is no result"),
    "Trends": ("reliable-change", "nor whether for the better"),
    "Patients": ("change-in-the-list", "beyond it"),
}


@pytest.fixture
def page(demonstration):
    return demonstration


@pytest.mark.parametrize("tab", FIGURES)
def test_an_explanation_opens_and_closes_by_mouse_and_by_keyboard(page, tab):
    key, words = FIGURES[tab]
    go_to(page, tab)
    button = page.locator(f"[popovertarget=what-{key}]:visible")
    box = page.locator(f"#what-{key}")
    button.click()
    assert words in box.inner_text()
    assert button.get_attribute("aria-expanded") == "true"
    page.mouse.click(720, 5)  # elsewhere
    box.wait_for(state="hidden")
    button.focus()
    page.keyboard.press("Enter")
    box.wait_for()
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.getAttribute('popovertarget')") == f"what-{key}"
    page.locator(f"[popovertarget=what-{key}][aria-expanded=false]:visible").wait_for()


def test_every_sign_is_large_enough_and_its_box_lies_on_the_screen(page):
    page.set_viewport_size({"width": 1024, "height": 768})
    for tab in FIGURES:
        go_to(page, tab)
        for button in page.locator(".what:visible").all():
            size = button.bounding_box()
            assert size["width"] >= SMALLEST and size["height"] >= SMALLEST
            button.click()
            box = page.locator(".what-box:popover-open").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 1024
            assert box["y"] >= 0 and box["y"] + box["height"] <= 768
            page.keyboard.press("Escape")


def test_help_opens_and_closes_by_keyboard_and_nothing_keeps_anybody_from_it(page):
    button = page.get_by_role("button", name="Help", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    help_ = page.get_by_role("dialog", name="Help")
    help_.get_by_text("confirm the consent").wait_for()
    for title in help_.locator("summary").all()[1:]:
        title.click()
    assert "In Review" in help_.inner_text() and "Valence and arousal" in help_.inner_text()
    assert not barriers(page)
    page.keyboard.press("Escape")
    help_.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.do") == "help"


def test_the_lock_covers_help_too(page):
    page.get_by_role("button", name="Help", exact=True).click()
    page.keyboard.press("Control+l")
    page.get_by_role("dialog", name="Help").wait_for(state="hidden")
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Unlock").click()
    page.get_by_role("dialog", name="Locked").wait_for(state="hidden")
