"""Medication and life events in Trends: written down, changed and removed by mouse and by keys."""

import pytest
from playwright.sync_api import expect

from tests.browser.running import go_to, open_page
from tests.browser.screenshots import open_demonstration
from tests.browser.test_screens import barriers, is_wider_than_its_window

pytestmark = pytest.mark.browser

WICKED = "Sertraline <b>50</b> mg ${1+1} {{x}}"


@pytest.fixture
def trends(demonstration):
    """The demonstration patient's trends."""
    go_to(demonstration, "Trends")
    demonstration.locator(".tr-chart").wait_for()
    return demonstration


def rows(page):
    return page.locator(".tr-events li")


def test_by_mouse_an_event_is_added_changed_and_removed(trends):
    page, form = trends, trends.locator("#event-form")
    days = page.locator(".tr-facts dd").first.inner_text().split(",")[0]
    page.locator("input[name=happy]").uncheck()
    page.locator(".tr-chart text", has_text="Happy").wait_for(state="detached")
    assert rows(page).count() == 2
    page.get_by_role("button", name="Add…").click()
    page.wait_for_function("document.activeElement.closest('#event-text')")
    page.get_by_label("What it was").fill(WICKED)
    page.get_by_label("First day").fill(days)
    page.get_by_label("Last day (optional)").fill("1.1.2020")
    page.locator("#save-event").click()
    form.locator(".problem", has_text="E63").wait_for()
    assert page.get_by_label("What it was").input_value() == WICKED
    assert page.get_by_label("First day").input_value() == days
    page.get_by_label("Last day (optional)").fill("")
    page.locator("#save-event").click()
    form.wait_for(state="hidden")
    rows(page).filter(has_text=WICKED).wait_for()
    assert rows(page).count() == 3
    page.wait_for_function("document.querySelectorAll('.tr-chart .md').length === 2")
    expect(page.locator("input[name=happy]")).not_to_be_checked()  # what was chosen stays

    page.get_by_role("button", name="Edit Example: back to work").click()
    text = page.get_by_label("What it was")
    expect(text).to_have_value("Example: back to work")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(text).not_to_be_in_viewport()
    page.get_by_role("button", name=f"Edit {WICKED}").click()
    expect(text).to_be_in_viewport()
    expect(text).to_have_value(WICKED)
    page.get_by_label("What it was").fill("Goes on holiday")
    form.get_by_label("Life event").check()
    page.locator("#save-event").click()
    form.wait_for(state="hidden")
    rows(page).filter(has_text=f"Life event, {days}").wait_for()
    page.wait_for_function("document.querySelectorAll('.tr-chart .le').length === 2")
    page.get_by_role("button", name="Remove Goes on holiday").click()
    page.wait_for_function("document.querySelectorAll('.tr-events li').length === 2")
    assert page.locator(".tr-chart .le").count() == 1


def test_by_keys_an_event_is_added_changed_and_removed(trends):
    page, form = trends, trends.locator("#event-form")
    page.get_by_role("button", name="Add…").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('#event-text')")
    page.keyboard.type("Moves house")
    for key in ("Tab", "Tab", "Space", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("1.1.2020")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "save-event"
    page.keyboard.press("Enter")
    form.wait_for(state="hidden")
    row = rows(page).filter(has_text="Moves house")
    row.wait_for()
    assert "Life event, 1 Jan 2020" in row.inner_text()

    row.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.activeElement.closest('#event-text')")
    expect(page.get_by_label("What it was")).to_have_value("Moves house")
    page.keyboard.press("End")
    page.keyboard.type(" again")
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rows(page).filter(has_text="Moves house again").wait_for()
    page.get_by_role("button", name="Remove Moves house again").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.tr-events li').length === 2")
    page.wait_for_function("document.activeElement.textContent === 'Add…'")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_fits_on_a_small_screen_and_has_no_barriers(shared_app, browser, theme):
    page, watch = open_page(browser, shared_app.url, theme)
    open_demonstration(page)
    go_to(page, "Trends")
    for width, height in ((1024, 768), (640, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Add…").click()
        page.get_by_label("What it was").wait_for()
        assert not is_wider_than_its_window(page)
        assert not barriers(page)
        fields = ("#event-text", "#event-kind", "#event-first", "#event-last")
        for part in (*fields, "#save-event", ".tr-events"):
            box = page.locator(part).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width, part
        page.locator("#close-event").click()
        page.locator("#event-form").wait_for(state="hidden")
    watch.assert_silent()
    page.close()


def test_another_patient_closes_the_form(shared_app, browser):
    page, watch = open_page(browser, shared_app.url)
    open_demonstration(page)
    page.get_by_role("tab", name="Patients").first.click()
    page.locator("#new-patient").click()
    page.locator("#patient-code textarea").fill("P-0417")
    page.locator("#save-patient").click()
    page.locator("#banner b", has_text="P-0417").wait_for()
    page.locator("tr[data-patient]", has_text="DEMO").click()
    page.locator("#banner b", has_text="DEMO").wait_for()
    go_to(page, "Trends")
    page.get_by_role("button", name="Add…").click()
    page.get_by_label("What it was").fill("Lithium")
    go_to(page, "Patients")
    page.locator("tr[data-patient]", has_text="P-0417").click()
    page.locator("#banner b", has_text="P-0417").wait_for()
    go_to(page, "Trends")
    page.locator("#event-form").wait_for(state="hidden")
    watch.assert_silent()
    page.close()
