"""What a clinician says in Review, in a browser, on a page that holds nothing else."""

import pytest

from tests.factories import make_analysis

pytestmark = pytest.mark.browser

# An app that keeps what it is told, as the real one does, and remembers what it was asked.
APP = """(() => {
  window.asked = [];
  let kept = [];
  verhm.send = async (url, { body }) => {
    const said = JSON.parse(body);
    window.asked.push([url, said]);
    if (window.refusal) throw new Error(window.refusal);
    const before = kept.find((each) => each.start === said.start && each.end === said.end);
    kept = kept.filter((each) => each !== before);
    const nothing = { label: "", is_excluded: false, text: "" };
    const after = { ...nothing, ...before, ...said };
    const isEmpty = after.start < after.end && !after.label && !after.is_excluded && !after.text;
    if (!url.endsWith("/remove") && !isEmpty) kept.push(after);
    return { annotations: kept, cards: `<section class="cards">${kept.length} kept</section>` };
  };
})()"""


@pytest.fixture
def screen(mount):
    opened = mount(make_analysis(120.0))
    opened.evaluate(APP)
    opened.keyboard.press("End")
    opened.keyboard.press("Home")
    return opened


def asked(page, count: int) -> list:
    page.wait_for_function("count => window.asked.length >= count", arg=count)
    return page.evaluate("window.asked")


def row(page, index: int) -> list[str]:
    cells = page.locator(f"tr[data-index='{index}'] td").all_inner_texts()
    return [each.strip() for each in cells[-3:]]


def go_to(page, index: int):
    """Choose a row; only those that can be seen are on the page."""
    page.evaluate("top => { document.querySelector('.rv-scroll').scrollTop = top; }", 22 * index)
    page.click(f"tr[data-index='{index}']")


def press(page, key: str):
    """Press a key and wait for the app's answer to it."""
    before = len(page.evaluate("window.asked"))
    page.keyboard.press(key)
    asked(page, before + 1)


def test_a_number_labels_the_window_and_again_takes_it_back(screen):
    press(screen, "4")
    assert asked(screen, 1) == [["/runs/r/annotations", {"start": 0, "end": 3, "label": "sad"}]]
    screen.wait_for_function(
        "document.querySelector('tr[data-index=\"0\"]').innerText.includes('Sad')"
    )
    assert screen.inner_text("[data-count=said]") == "1"
    press(screen, "4")
    assert asked(screen, 2)[1][1]["label"] == ""
    screen.wait_for_function("document.querySelector('[data-count=said]').textContent === '0'")
    assert row(screen, 0)[1:] == ["–", "–"]


def test_who_hears_what_the_model_found_agrees(screen):
    top = screen.locator("tr[data-index='0'] .emo").first.inner_text()
    screen.select_option(".rv-label", top.lower())
    asked(screen, 1)
    screen.wait_for_function(
        "document.querySelector('tr[data-index=\"0\"]').innerText.includes('Agree')"
    )
    screen.select_option(".rv-label", "unsure")
    screen.wait_for_function(
        "document.querySelector('tr[data-index=\"0\"]').innerText.includes('Unsure')"
    )
    assert row(screen, 0)[1] == "Unsure"


def test_the_list_shows_the_label_of_the_window_at_the_playhead(screen):
    chosen = lambda: screen.input_value(".rv-label")  # noqa: E731
    screen.select_option(".rv-label", "neutral")
    asked(screen, 1)
    go_to(screen, 3)
    assert chosen() == ""
    screen.select_option(".rv-label", "neutral")  # the same for another window
    assert asked(screen, 2)[1][1] == {"start": 1.5, "end": 4.5, "label": "neutral"}
    screen.keyboard.press("ArrowRight")
    assert chosen() == ""
    press(screen, "4")
    screen.wait_for_function("document.querySelector('.rv-label').value === 'sad'")
    screen.keyboard.press("ArrowLeft")
    assert chosen() == "neutral"
    screen.evaluate("window.refusal = 'E75'")
    screen.select_option(".rv-label", "happy")
    screen.wait_for_function("document.querySelector('.rv-label').value === 'neutral'")
    screen.evaluate("window.refusal = ''")
    screen.select_option(".rv-label", "")  # takes it back
    assert asked(screen, 5)[4][1]["label"] == ""


def test_what_is_left_out_has_no_result_with_its_neighbours_until_it_is_taken_in(screen):
    go_to(screen, 40)  # 20.0 to 23.0 s
    without = int(screen.inner_text("[data-count=gaps]"))
    press(screen, "x")
    screen.wait_for_function(
        "without => Number(document.querySelector('[data-count=gaps]').textContent) > without",
        arg=without,
    )
    assert int(screen.inner_text("[data-count=gaps]")) == without + 7  # middles of 20.0 to 23.0 s
    assert row(screen, 37)[0] == row(screen, 43)[0] == "Excluded"
    assert row(screen, 36)[0] == row(screen, 44)[0] == "OK"
    assert "No result: excluded" in screen.inner_text(".rv-readout")
    assert screen.inner_text(".rv-told").startswith("Left out 0:20.0–0:23.0: 7 windows")
    go_to(screen, 42)
    press(screen, "x")  # from one of the neighbours, too
    screen.wait_for_function(
        "without => Number(document.querySelector('[data-count=gaps]').textContent) === without",
        arg=without,
    )
    assert row(screen, 40)[0] == "OK"


def test_a_note_is_written_and_its_words_are_only_words(screen):
    screen.keyboard.press("n")
    screen.keyboard.type("<b>talks</b> about 4 sisters, x & e?")
    assert screen.evaluate("window.asked") == []  # keys are off while somebody writes
    screen.keyboard.press("Enter")
    assert asked(screen, 1)[0][1]["text"] == "<b>talks</b> about 4 sisters, x & e?"
    screen.wait_for_selector(".rv-mark.span")
    assert row(screen, 0)[2] == "<b>talks</b> about 4 sisters, x & e?"
    screen.click(".rv-mark.span")
    assert screen.input_value(".rv-say textarea").startswith("<b>talks")
    screen.click(".rv-say [data-do=remove]")
    screen.wait_for_selector(".rv-mark.span", state="detached")


def test_an_event_is_marked_at_the_playhead_and_found_again(screen):
    screen.keyboard.press("ArrowRight")
    press(screen, "e")
    screen.wait_for_selector(".rv-say[open]")
    screen.keyboard.type("Q: sleep")
    screen.keyboard.press("Enter")
    screen.wait_for_function("document.querySelector('.rv-mark.event')?.textContent === 'Q: sleep'")
    assert [said for _, said in asked(screen, 2)] == [
        {"start": 2, "end": 2},
        {"start": 2, "end": 2, "text": "Q: sleep"},
    ]
    screen.keyboard.press("e")  # there is one here already
    assert screen.input_value(".rv-say textarea") == "Q: sleep"
    screen.keyboard.press("Escape")
    screen.keyboard.press("End")
    screen.keyboard.press("Home")
    screen.focus(".rv-mark.event")
    screen.keyboard.press("Enter")
    screen.wait_for_selector(".rv-say[open]")
    assert screen.locator(".rv-lanes").get_attribute("aria-valuenow") == "2.0"


def test_a_stretch_is_drawn_on_the_lane_and_can_be_left_out(screen):
    box = screen.locator(".rv-marks").bounding_box()
    second = box["width"] / 60
    screen.mouse.move(box["x"] + 10 * second, box["y"] + 8)
    screen.mouse.down()
    screen.mouse.move(box["x"] + 20 * second, box["y"] + 8, steps=5)
    screen.mouse.up()
    assert "21 windows" in screen.inner_text(".rv-say .rv-out")
    screen.fill(".rv-say textarea", "door")
    screen.check(".rv-say input[type=checkbox]")
    screen.click(".rv-say [data-do=save]")
    [[_, said]] = asked(screen, 1)
    assert (said["text"], said["is_excluded"]) == ("door", True)
    assert said["start"] == pytest.approx(10.0, abs=0.2)
    assert said["end"] == pytest.approx(20.0, abs=0.2)
    assert screen.inner_text(".rv-mark.out") == "door"
    screen.mouse.click(box["x"] + 30 * second, box["y"] + 8)  # a click alone seeks
    assert float(screen.get_attribute(".rv-lanes", "aria-valuenow")) == pytest.approx(30.0, abs=0.2)


def test_by_keys_a_stretch_is_begun_carried_on_and_left_out_or_noted(screen):
    assert "Drag here, or press R" in screen.inner_text(".rv-lane-hint")
    go_to(screen, 20)
    screen.keyboard.press("r")
    go_to(screen, 40)
    assert screen.inner_text(".rv-told").startswith("Stretch with 21 windows.")
    assert screen.locator(".rv-marks > i").bounding_box()["width"] > 100
    press(screen, "x")
    stretch = {"start": 11.5, "end": 21.5}
    assert asked(screen, 1)[0][1] == {**stretch, "is_excluded": True}
    screen.wait_for_function("document.querySelector('.rv-told').textContent.startsWith('Left')")
    assert "21 windows" in screen.inner_text(".rv-told")
    assert screen.get_attribute("[data-say=r]", "aria-pressed") == "false"
    screen.keyboard.press("r")
    screen.keyboard.press("Escape")  # given up: a note is on the window again
    screen.keyboard.press("n")
    assert "0:20.0–0:23.0" in screen.inner_text(".rv-say h2")


def test_what_was_not_kept_is_said_and_nothing_seems_kept(screen):
    screen.evaluate("window.refusal = 'E75 This patient is in the archive.'")
    press(screen, "1")
    screen.wait_for_function("document.querySelector('.rv-problem').textContent.includes('E75')")
    assert screen.inner_text("[data-count=said]") == "0"


def test_a_key_held_down_says_it_once(screen):
    screen.keyboard.down("x")
    for _ in range(5):
        screen.keyboard.down("x")  # repeats
    screen.keyboard.up("x")
    screen.keyboard.press("ArrowRight")
    assert len(asked(screen, 1)) == 1


def test_who_may_only_look_is_offered_nothing(mount):
    page = mount(may_annotate=False)
    page.evaluate(APP)
    page.keyboard.press("4")
    page.keyboard.press("x")
    assert page.evaluate("window.asked") == []
    assert page.locator("[data-say], .rv-label").count() == 0


def test_the_keyboard_gets_through_the_table_in_one_step_and_along_it_by_arrows(screen):
    focused = "document.activeElement.closest('tr')?.dataset.index"
    screen.locator(".rv-scroll").focus()
    screen.keyboard.press("Tab")
    assert screen.evaluate(focused) == "0"
    for _ in range(40):  # far beyond the rows that are drawn at first
        screen.keyboard.press("ArrowDown")
        screen.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert screen.evaluate(focused) == "40"
    screen.keyboard.press("ArrowUp")
    screen.keyboard.press("Enter")
    screen.locator("tr[data-index='39'].selected").wait_for()
    assert screen.evaluate(focused) == "39"
    screen.keyboard.press("Tab")
    assert screen.evaluate("!document.activeElement.closest('.rv-scroll')")
    screen.keyboard.press("Shift+Tab")
    assert screen.evaluate(focused) == "39"
