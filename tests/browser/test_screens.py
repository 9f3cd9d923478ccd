"""Every screen, empty and filled, in each look, without a complaint."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.running import SIZE, go_to, open_page
from tests.browser.screenshots import TABS

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SEEN_WHOLE = {"Patients": "#patients tr.selected td:last-child", "Trends": ".tr-scroll"}
LEGIBLE = 1000  # px of the trends' chart
TWICE = {"width": 720, "height": 450}  # what 200 % leaves of 1440 by 900
# What each tab shows once it is filled.
FILLED = {
    "Patients": "tr.opened",
    "New session": ".rec",
    "Review": ".rv-readout .tt",
    "Trends": ".tr-chart",
    "Export": ".downloads",
    "Settings": ".avatars",
}
# What leaves the screen sideways. A box within it may be scrolled; a drawing is looked at whole;
# and Gradio keeps a hidden copy of the tabs, to measure them.
STICKING_OUT = """() => {
  const scrolls = (box) => /auto|scroll/.test(getComputedStyle(box).overflowX);
  const isFree = (each) => {
    if (each.closest("svg svg, svg *, .visually-hidden") || !each.checkVisibility()) return false;
    for (let box = each.parentElement; box; box = box.parentElement) if (scrolls(box)) return false;
    return true;
  };
  return [...document.querySelectorAll("body *")].filter((each) => {
    const { left, right, width, height } = each.getBoundingClientRect();
    return width && height && (left < -0.5 || right > innerWidth + 0.5) && isFree(each);
  }).map((each) => each.outerHTML.slice(0, 80));
}"""


@pytest.fixture(scope="module")
def opened_empty(app, browser):
    page, watch = open_page(browser, app.url)
    yield page, watch
    page.close()


@pytest.fixture
def empty(opened_empty):
    """A page for all tests that need no patient, which they leave without a complaint."""
    page, watch = opened_empty
    page.set_viewport_size(SIZE)
    go_to(page, "Patients")
    yield page
    watch.assert_silent()


@pytest.fixture
def review(demonstration):
    """The demonstration's last session."""
    go_to(demonstration, "Review")
    demonstration.keyboard.press("Home")
    return demonstration


def test_every_screen_has_an_empty_state(empty):
    empty.get_by_text("No patients yet").wait_for()
    for tab in TABS:
        go_to(empty, tab)
        assert empty.locator(f"#tab-{tab.lower().replace(' ', '-')}").inner_text().strip()
        assert not is_wider_than_its_window(empty)
    assert empty.locator("#analyse").is_disabled()


@pytest.mark.parametrize("theme", ["dark", "contrast", "light"])  # so that it is left as it was
def test_every_screen_can_be_filled(demonstration, theme):
    demonstration.evaluate("theme => verhm.setTheme(theme)", theme)
    for tab in TABS:
        go_to(demonstration, tab)
        if tab == "New session":
            demonstration.locator("#batch details:not([open]) summary").click()
        assert demonstration.locator(".disclaimer").is_visible()
        assert not is_wider_than_its_window(demonstration)
        assert not barriers(demonstration)
        if tab == "New session":
            demonstration.locator("#batch details[open] summary").click()
    assert demonstration.evaluate("document.documentElement.dataset.theme") == theme


def test_whoever_reads_that_recording_belongs_to_others_has_no_tab_for_it(demonstration):
    tab = demonstration.locator("#tabs").get_by_role("tab", name="New session", exact=True)
    tab.wait_for()
    told = "<div id='figures-note' class='tried'><p></p></div>"
    demonstration.evaluate(
        "told => document.querySelector('#banner').insertAdjacentHTML('afterend', told)", told
    )
    assert not tab.is_visible()
    demonstration.evaluate("document.querySelector('.tried').remove()")
    assert tab.is_visible()


def test_high_contrast_is_chosen_by_hand_or_by_the_system(app, browser):
    page, watch = open_page(browser, app.url, "system")
    light, contrast = (page.locator(f"html[data-theme={each}]") for each in ("light", "contrast"))
    light.wait_for()
    page.emulate_media(contrast="more")
    contrast.wait_for()
    page.emulate_media(contrast="no-preference")
    light.wait_for()
    page.emulate_media(forced_colors="active")
    contrast.wait_for()
    page.emulate_media(forced_colors="none")
    light.wait_for()
    go_to(page, "Settings")
    page.get_by_role("radio", name="High contrast").click()
    contrast.wait_for()
    assert page.evaluate("localStorage.getItem('verhm-theme')") == "contrast"
    watch.assert_silent()
    page.close()


def test_loading_the_demonstration_says_so_until_it_is_there(app, browser):
    page, watch = open_page(browser, app.url)
    held = []
    page.route("**/queue/join*", lambda route: held.append(route))
    go_to(page, "Settings")
    button = page.locator("#settings-page [data-do=demonstrate]")
    button.click()
    assert button.is_disabled() and button.inner_text() == "Loading…"
    page.unroute("**/queue/join*")  # what was held goes on
    page.locator("#banner b", has_text="DEMO").wait_for()
    go_to(page, "Settings")
    page.locator("#settings-page [data-do=demonstrate]:enabled").wait_for()
    assert button.inner_text() == "Load the demonstration patient"
    watch.assert_silent()
    page.close()


def test_a_form_keeps_what_was_typed_when_it_is_refused(empty):
    empty.locator("#new-patient").click()
    empty.locator("#patient-code textarea").fill("x" * 40)
    empty.locator("#patient-name textarea").fill("Ada <b>Lovelace</b> ${1+1}")
    empty.locator("#consent-until input").fill("2026-01-01")
    empty.locator("#save-patient").click()
    empty.locator("#patient-form .problem").wait_for()
    assert "E63" in empty.locator("#patient-form .problem").inner_text()
    assert empty.locator("#patient-name textarea").input_value() == "Ada <b>Lovelace</b> ${1+1}"
    empty.locator("#patient-form").get_by_role("button", name="Cancel").click()
    empty.locator("#patient-form").wait_for(state="hidden")


@pytest.mark.parametrize("width", [1366, 1024])
def test_the_button_that_records_needs_no_scrolling_on_a_small_screen(empty, width):
    empty.set_viewport_size({"width": width, "height": 768})
    go_to(empty, "New session")
    assert end_of(empty, "#recorder [data-do=record]") <= 768


def test_all_choices_of_a_new_session_fit_on_the_screen(empty):
    go_to(empty, "New session")
    empty.locator("#advanced button").first.click()
    empty.get_by_label("Seed").wait_for()
    assert empty.locator("#analyse").bounding_box()["x"] < SIZE["width"]
    assert end_of(empty, "#analyse") <= SIZE["height"]
    assert end_of(empty, "#advanced") < end_of(empty, ".column.step.details")
    assert not is_wider_than_its_window(empty)


def test_a_file_that_is_no_sound_is_refused_with_a_code_and_another_can_be_chosen(app, browser):
    page, _ = open_page(browser, app.url)  # the refusal is an answer of 400: not watched
    go_to(page, "New session")
    page.locator("#session-note textarea").fill("typed before")
    page.locator('[data-way="upload"]').click()
    letter = {"name": "voice.wav", "mimeType": "audio/wav", "buffer": b"I am a letter"}
    page.locator("#upload-file").set_input_files(letter)
    page.locator("#recorder [data-slot=problem]", has_text="E13").wait_for()
    assert page.locator("#recorder .drop").is_visible()
    assert page.locator("#analyse").is_disabled()
    assert page.locator("#session-note textarea").input_value() == "typed before"
    page.close()


def test_what_is_typed_is_shown_as_typed_and_never_run(empty):
    wicked = "<img src=/x onerror=alert(1)> ${document.title='run'} {{x}}"
    empty.locator("#new-patient").click()
    empty.locator("#patient-code textarea").fill("<i>P</i>${1+1}{{2}}")
    empty.locator("#patient-name textarea").fill(wicked)
    empty.locator("#save-patient").click()
    empty.locator("#banner b", has_text="<i>P</i>${1+1}{{2}}").wait_for()
    empty.get_by_label("Show names").check()
    empty.locator("#patients").get_by_text(wicked).wait_for()
    assert empty.title() == "VERHM"


def test_nothing_overlaps_in_banner_and_headers(review):
    for width in (1440, 1366, 1100, 1024):
        review.set_viewport_size({"width": width, "height": 768})
        go_to(review, "Review")
        assert not overlap(review, ".banner .chip", ".banner .disclaimer"), width
        assert review.locator(".rv-help").bounding_box()["height"] < 26, width  # one line
        assert not overlap(review, ".rv .tl h2", ".rv-help"), width
        go_to(review, "Patients")
        assert not overlap(review, ".row.head .title", "#patient-search"), width
        assert not is_wider_than_its_window(review), width


def test_in_a_narrow_window_nothing_is_cut_off_or_written_over(review):
    review.set_viewport_size({"width": 640, "height": 900})
    for part in (".banner .chip", ".banner .disclaimer", ".rv-face", ".rv .cards", ".rv .tl"):
        box = review.locator(part).first.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 640, part
    review.wait_for_function("document.querySelector('.rv-lanes').clientWidth > 500")
    for words in (".rv .card > span", ".rv .sh", ".rv-lanes text[y='42']"):
        boxes = [each.bounding_box() for each in review.locator(words).all()]
        assert len(boxes) > 2
        for one, other in itertools.pairwise(boxes):
            is_next_line = other["y"] >= one["y"] + one["height"]
            assert is_next_line or one["x"] + one["width"] <= other["x"], words


def test_on_a_phone_and_at_twice_the_size_nothing_sticks_out_and_the_probabilities_are_seen(review):
    for size in (TWICE, PHONE):
        review.set_viewport_size(size)
        for tab, part in FILLED.items():
            go_to(review, tab)
            review.locator(part).first.wait_for()
            assert not is_wider_than_its_window(review), tab
            assert review.evaluate(STICKING_OUT) == [], tab
            assert (
                end_of(review, "#tabs [role=tablist]") < size["height"] / 3
            )  # the rest is the tab's
            if size == TWICE and tab in SEEN_WHOLE:
                figures = review.locator(SEEN_WHOLE[tab]).bounding_box()
                assert figures["x"] + figures["width"] <= TWICE["width"], tab
            if tab == "Trends":  # or its words shrink with it
                assert review.locator(".tr-chart").bounding_box()["width"] >= LEGIBLE
    assert review.get_by_role("button", name="Sign out").is_visible()
    assert review.locator(".banner .brand").bounding_box()["y"] > 0
    assert end_of(review, ".disclaimer") < end_of(review, ".banner")
    go_to(review, "Review")
    review.evaluate("scrollTo(0, 0)")
    for probability in review.locator(".rv-readout .pv").all():
        box = probability.bounding_box()
        assert box["x"] > 0 and box["x"] + box["width"] < PHONE["width"]
        assert box["y"] + box["height"] < PHONE["height"]
    assert end_of(review, ".rv-face") < PHONE["height"]  # and the face with them


def test_face_and_timeline_are_seen_together_on_a_small_screen(review):
    review.set_viewport_size({"width": 1024, "height": 768})
    assert end_of(review, ".rv-face") < 768
    assert end_of(review, ".rv-lanes") < 768
    review.mouse.wheel(0, 400)
    review.wait_for_function("scrollY > 200")
    assert review.locator(".disclaimer").bounding_box()["y"] > 0


def test_where_there_is_no_result_nothing_is_called_a_probability(review):
    note = review.get_by_text("Calibrated probability of vocal expression")
    assert note.is_visible()
    review.keyboard.press("]")
    review.locator(".rv-none").wait_for()
    assert not note.is_visible()
    assert end_of(review, ".plane svg") <= end_of(review, ".circ")


def end_of(page, selector: str) -> float:
    """Where the first element of a selector ends, px from the top of the window."""
    box = page.locator(selector).first.bounding_box()
    return box["y"] + box["height"]


def overlap(page, one: str, other: str) -> bool:
    """Whether the first elements of two selectors share a part of the screen."""
    a, b = (page.locator(each).first.bounding_box() for each in (one, other))
    apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not (apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])


def barriers(page) -> list[str]:
    """What keeps people with a disability from using the page, as axe-core finds it."""
    found = Axe().run(page).response["violations"]
    return [each["id"] for each in found if each["impact"] in ("serious", "critical")]


def is_wider_than_its_window(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
