"""The review screen's script in a browser, on a page that holds nothing else."""

import json
import wave
from dataclasses import replace

import numpy as np
import pytest

from tests.factories import make_analysis
from tests.ui.review.page import FACE, FOLLOW, screen_value
from ui.review_data import as_json
from verhm.types import EmotionTimeline, WindowStatus

pytestmark = pytest.mark.browser


@pytest.fixture
def sound() -> str:
    """Two minutes of silence as an address."""
    import base64
    import io

    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(8_000)
        writer.writeframes(bytes([128]) * 8_000 * 120)
    return "data:audio/wav;base64," + base64.b64encode(file.getvalue()).decode()


def time_of(page) -> float:
    return float(page.get_attribute(".rv-lanes", "aria-valuenow"))


def test_a_click_on_the_timeline_seeks_there(mount):
    page = mount()
    box = page.locator(".rv-lanes").bounding_box()
    plot = box["width"] - 98 - 56
    page.mouse.click(box["x"] + 98 + plot / 2, box["y"] + 200)
    assert time_of(page) == pytest.approx(30.0, abs=0.2)  # the middle of the first 60 s


def test_dragging_the_strip_scrolls_without_seeking_and_a_click_on_it_seeks(mount):
    page = mount()
    box = page.locator(".rv-lanes").bounding_box()
    left, plot = box["x"] + 98, box["width"] - 98 - 56
    page.mouse.move(left + 0.1 * plot, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(left + 0.5 * plot, box["y"] + 12, steps=4)
    page.mouse.up()
    assert time_of(page) == 0.0
    assert page.locator(".rv-playhead .ph").count() == 0  # 48 s are scrolled by, the playhead stays
    page.mouse.click(left + 0.75 * plot, box["y"] + 12)
    assert time_of(page) == pytest.approx(90.0, abs=0.3)
    assert page.locator(".rv-playhead .ph").count() == 1


def test_keys_move_by_windows_and_tenths(mount):
    page = mount()
    page.keyboard.press("ArrowRight")
    assert time_of(page) == 2.0  # from the first window to the middle of the second
    page.keyboard.press("Shift+ArrowLeft")
    assert time_of(page) == 1.9
    page.keyboard.press("End")
    assert time_of(page) == 120.0
    page.keyboard.press("Home")
    assert time_of(page) == 0.0


def test_keys_are_off_while_typing(mount):
    page = mount()
    page.focus("#field")
    page.keyboard.press("End")
    page.keyboard.type("shm]")
    assert time_of(page) == 0.0


def test_brackets_go_to_what_has_no_result(mount):
    page = mount()
    page.keyboard.press("]")
    assert "no result: no speech" in page.get_attribute(".rv-lanes", "aria-valuetext")
    assert page.inner_text(".rv-readout") == "No result: no speech. Nobody speaks here."
    assert page.locator(".rv-readout .tt").count() == 0


def test_the_readout_shows_the_two_likeliest_emotions(mount):
    analysis = make_analysis(60.0)
    page = mount(analysis)
    labels = np.array(analysis.timeline.labels)
    first, second = labels[np.argsort(-analysis.timeline.probabilities[0])[:2]]
    assert page.locator(".rv-readout b:not(.pv)").all_inner_texts() == [
        first.capitalize(),
        second.capitalize(),
    ]


@pytest.mark.parametrize(("key", "view"), [("s", "stacked"), ("m", "multiples"), ("h", "heat")])
def test_a_key_changes_the_view(mount, key, view):
    page = mount()
    page.keyboard.press("s")
    page.keyboard.press(key)
    assert page.get_attribute(f"[data-view={view}]", "aria-pressed") == "true"
    assert page.locator("[data-view].on").count() == 1
    assert page.is_visible(".rv-heat") == (view == "heat")


def test_stacked_probabilities_fill_the_height(mount):
    page = mount()
    page.keyboard.press("s")
    top = page.locator(".g-lanes .f-neutral.edge").first.bounding_box()
    last = page.locator(".g-lanes .f-surprised.edge").first.bounding_box()
    assert last["y"] + last["height"] - top["y"] == pytest.approx(135, abs=4)


def test_a_row_seeks_and_the_table_follows_the_playhead(mount):
    page = mount()
    page.click("tr[data-index='3']")
    assert time_of(page) == 3.0
    assert page.get_attribute("tr.selected", "data-index") == "3"
    page.keyboard.press("End")
    page.wait_for_selector("tr.selected[data-index='234']")


def test_a_row_keeps_the_focus_when_the_playhead_comes_to_it(mount):
    page = mount()
    page.focus("tr[data-index='2'] button")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("tr.selected[data-index='2']")
    focus = "document.activeElement.closest('tr')?.dataset.index"
    assert page.evaluate(focus) == "2"
    assert page.locator("tr[aria-current]").count() == 1


def test_at_the_end_the_bar_below_the_face_is_full(mount, sound):
    page = mount(make_analysis(119.97), face={**FACE, "audio": sound})
    page.wait_for_function("document.querySelector('audio').readyState >= 2")
    page.keyboard.press("End")
    assert page.evaluate("document.querySelector('.rv-scrub i').style.transform") == "scaleX(1)"


@pytest.mark.parametrize(("zooms", "least", "most"), [(0, 10, 21), (3, 30, 200)])
def test_the_playhead_goes_in_steps_only_where_they_are_not_seen(mount, sound, zooms, least, most):
    page = mount(face={**FACE, "audio": sound})
    for _ in range(zooms):
        page.keyboard.press("-")
    page.wait_for_function("document.querySelector('audio').readyState >= 2")
    page.keyboard.press("Space")
    assert least <= page.evaluate(FOLLOW) <= most
    page.keyboard.press("Space")


def test_the_table_can_show_only_what_has_no_result(mount):
    page = mount()
    page.click("[data-filter=gaps]")
    assert page.locator("tr[data-index]").count() == 2


def test_two_hours_are_shown_at_once_and_only_visible_rows_are_made(mount):
    analysis = make_analysis(7_200.0)
    page = mount(analysis)
    assert page.locator("tr[data-index]").count() < 60
    began = page.evaluate("performance.now()")
    page.keyboard.press("End")
    page.wait_for_selector("tr.selected[data-index='14394']")
    assert page.evaluate("performance.now()") - began < 2_000


def test_zooming_keeps_the_playhead_in_view(mount):
    page = mount()
    page.keyboard.press("End")
    page.keyboard.press("-")
    assert page.inner_text(".rv-span") == "30 s"
    assert page.locator(".rv-playhead .ph").count() == 1
    for _ in range(9):
        page.keyboard.press("+")
    assert page.inner_text(".rv-span") == "all"
    assert page.is_disabled(".rv-more")


def test_the_voice_plays_and_one_clock_moves_everything(mount, sound):
    page = mount(face={**FACE, "audio": sound})
    page.wait_for_function("document.querySelector('.rv-face audio').readyState >= 2")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.rv-lanes').ariaValueNow > 0.5")
    page.keyboard.press("Space")
    media = page.evaluate("document.querySelector('.rv-face audio').currentTime")
    assert time_of(page) == pytest.approx(media, abs=0.11)


def test_the_loop_stays_in_its_window(mount, sound):
    page = mount(face={**FACE, "audio": sound})
    page.wait_for_function("document.querySelector('.rv-face audio').readyState >= 2")
    page.click("tr[data-index='6']")
    page.select_option(".rv-speed", "2")
    page.keyboard.press("l")
    page.keyboard.press("Space")
    page.wait_for_timeout(2_500)
    assert 3.0 <= time_of(page) <= 6.1


def test_without_a_recording_nothing_can_be_played(mount):
    assert mount().is_disabled(".rv-play")


def test_the_face_is_waited_for_and_then_appears_where_the_voice_was(mount, sound):
    page = mount(face={**FACE, "audio": sound, "busy": True, "can_render": False})
    page.keyboard.press("End")
    job = {"session_id": "s", "has_ended": False, "state": "rendering", "percent": 43}
    page.evaluate("job => dispatchEvent(new CustomEvent('verhm-jobs', {detail: [job]}))", job)
    assert "43 %" in page.inner_text(".rv-wait")
    page.evaluate("face => change('face', face)", json.dumps({**FACE, "video": sound}))
    page.wait_for_function("document.querySelector('.rv-face video')?.currentTime > 119")
    assert page.locator(".rv-wait").count() == 0


def test_a_failed_face_says_why_and_can_be_asked_for_again(mount):
    problem = {"code": "E41", "cause": "<b>No</b> picture.", "remedy": "Try again."}
    page = mount(face={**FACE, "problem": problem})
    assert "E41 <b>No</b> picture." in page.inner_text(".rv-wait")
    page.click(".rv-render")
    assert page.evaluate("events") == [["render_face", {}]]


def test_the_same_run_is_not_drawn_anew(mount):
    page = mount()
    page.keyboard.press("End")
    analysis = make_analysis(120.0)
    page.evaluate(
        "value => change('value', value)", screen_value(analysis).replace("who-card", "who-card x")
    )
    assert time_of(page) == 120.0
    page.evaluate("value => change('value', value)", screen_value(analysis, run="other"))
    assert time_of(page) == 0.0


def test_corrected_details_are_shown_where_an_earlier_run_is(mount):
    def header(run: str, day: str) -> str:
        entered = f"<div data-entered>{day}<button data-details='s'>Edit</button></div>"
        chosen = f"<select class='rv-run'><option>{run}</option><option>r1</option></select>"
        return f"<section class='panel who-card'>{entered}{chosen}<p>{run}</p></section>"

    value = json.loads(screen_value(make_analysis(20.0)))
    earlier = value | {"run": "r1", "header": header("r1", "1 May"), "face": FACE}
    page = mount(value=as_json(value | {"header": header("r", "1 May")}))
    page.evaluate("value => { verhm.send = async () => value; }", earlier)
    page.select_option(".rv-run", "r1")
    page.locator(".who-card p", has_text="r1").wait_for()
    page.click("[data-details]")
    assert page.evaluate("events") == [["edit_details", {"session_id": "s"}]]
    page.focus("[data-details]")
    renewed = as_json(value | {"header": header("r", "2 May")})
    page.evaluate("value => change('value', value)", renewed)
    assert page.inner_text(".who-card p") == "r1"
    assert "2 May" in page.inner_text(".who-card [data-entered]")
    assert page.evaluate("document.activeElement.dataset.details") == "s"


def test_a_notice_asks_the_server_for_what_its_buttons_say(mount):
    notice = "<button data-again>a</button><button data-visit='patients'>b</button>"
    page = mount(value=as_json({"notice": notice}))
    page.click("[data-again]")
    page.click("[data-visit]")
    assert page.evaluate("events") == [["analyse_again", {}], ["visit", {"tab": "patients"}]]


def test_a_session_of_another_model_is_analysed_again_once_however_often_it_is_pressed(mount):
    value = json.loads(screen_value(make_analysis(60.0)))
    button = "<button data-again>Analyse again</button>"
    value["header"] = f"<section class='panel who-card'>{button}</section>"
    page = mount(value=as_json(value))
    page.evaluate("value => change('value', value)", as_json(value))  # the header is renewed
    page.dblclick("[data-again]")
    assert page.evaluate("events") == [["analyse_again", {}]]


def test_a_running_analysis_shows_its_stage(mount):
    notice = "<p class='rv-stage'></p><progress max='100'></progress>"
    page = mount(value=as_json({"notice": notice}))
    job = {
        "session_id": "s",
        "has_ended": False,
        "state": "analysing",
        "stage_label": "Emotion",
        "percent": 20,
        "seconds_left": 12.3,
    }
    page.evaluate("job => dispatchEvent(new CustomEvent('verhm-jobs', {detail: [job]}))", job)
    assert page.inner_text(".rv-stage") == "Emotion 20 % · 12 s left"


def test_a_recording_of_one_window_without_a_result_is_shown(mount):
    analysis = make_analysis(2.0)
    silent = EmotionTimeline(
        np.zeros(1), np.full(1, 2.0), np.full((1, 8), 0.125), (WindowStatus.SILENCE,)
    )
    page = mount(replace(analysis, timeline=silent, window_quality=analysis.window_quality[:1]))
    assert "No result: no speech" in page.inner_text(".rv-readout")


def test_the_keys_are_listed(mount):
    page = mount()
    page.keyboard.press("?")
    assert page.is_visible(".rv-keys")
    assert "Turn the face" in page.inner_text(".rv-keys")
    page.keyboard.press("Escape")
    assert not page.is_visible(".rv-keys")
