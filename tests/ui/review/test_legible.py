"""What Review says in words beside its pictures, and of labels that another run was given."""

import json
from dataclasses import replace

import pytest

from tests.factories import make_analysis
from tests.ui.review.page import screen_value

pytestmark = pytest.mark.browser


def cells(page, index: int) -> list[str]:
    found = page.locator(f"tr[data-index='{index}'] td").all_inner_texts()
    return [each.strip() for each in found[-2:]]


def test_silence_has_no_level_and_each_view_its_own_legend(mount):
    analysis = make_analysis(20.0)
    loudness = analysis.acoustics.loudness.copy()
    loudness[: len(loudness) // 2] = -120.0
    acoustics = replace(analysis.acoustics, loudness=loudness)
    page = mount(replace(analysis, acoustics=acoustics))
    values = page.locator(".g-values")
    assert "silent" in values.text_content() and "120" not in values.text_content()
    page.keyboard.press("End")
    assert "−25 dB" in values.text_content()
    legend = page.locator(".rv-legend")
    assert legend.locator("i").count() == 10
    page.keyboard.press("s")
    assert legend.inner_text() == "height: p, together 1"
    page.keyboard.press("m")
    assert legend.inner_text() == "height: p, each from 0 to 1"
    page.keyboard.press("h")
    assert legend.locator("i").count() == 10


def test_a_label_given_on_a_run_with_other_windows_is_shown_and_says_so(mount):
    value = json.loads(screen_value(make_analysis(20.0)))
    value["runs"] += [{"number": 2, "window": 4.0, "hop": 1.0}]
    nothing = {"label": "", "is_excluded": False, "text": ""}
    value["annotations"] = [
        {**nothing, "start": 0.0, "end": 3.0, "label": "happy"},
        {**nothing, "start": 5.0, "end": 9.0, "label": "sad", "text": "sister"},
        {**nothing, "start": 5.1, "end": 8.9, "label": "angry"},
        {**nothing, "start": 5.3, "end": 7.9, "text": "a stretch that was drawn"},
    ]
    page = mount(value=json.dumps(value))
    assert page.inner_text("[data-count=said]") == "2"
    page.click("[data-filter=said]")
    assert cells(page, 0) == ["Happy", "–"]
    labels, where = cells(page, 11)  # nearest to 7 s, their middle
    assert labels.split() == ["Sad", "Angry"]
    assert where == "Run 2: 0:05.0–0:09.0 · sister; Another run: 0:05.1–0:08.9"
