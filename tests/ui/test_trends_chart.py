import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from ui.trends_axes import LEFT, RIGHT
from ui.trends_chart import trends_chart
from verhm.labels import EMOTIONS
from verhm.report.trends import TrendPoint

START = date(2026, 6, 1)


def point(number: int, day: int, model: str = "a") -> TrendPoint:
    figures = {label: (10.0 + number, 5.0, 30.0) for label in EMOTIONS}
    figures |= {"valence": (0.1, 0.0, 0.2), "arousal": (-0.1, -0.2, 0.0)}
    return TrendPoint(
        f"s{number}",
        number,
        START + timedelta(days=day),
        grade="Good",
        model=f"model {model}",
        model_key=model,
        figures=figures,
    )


def drawn(points, shown, chosen=None, **named) -> str:
    return trends_chart(points, shown, chosen or points[-1], **named)


def parsed(*arguments, **named) -> ElementTree.Element:
    return ElementTree.fromstring(drawn(*arguments, **named))


def of_class(drawing: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [each for each in drawing.iter() if name in each.get("class", "").split()]


def across(path: ElementTree.Element) -> list[float]:
    return [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", path.get("d", ""))]


@pytest.fixture
def points():
    return [point(1, 0), point(2, 10), point(3, 40), point(4, 100)]


def test_sessions_lie_across_as_their_dates_do(points):
    (line,) = of_class(parsed(points, ["sad"], hidden=frozenset({"valence", "arousal"})), "ln")
    xs = across(line)
    gaps = [right - left for left, right in pairwise(xs)]
    assert gaps[1] / gaps[0] == pytest.approx(3, rel=0.02)
    assert gaps[2] / gaps[0] == pytest.approx(6, rel=0.02)
    assert all(LEFT < x < RIGHT for x in xs)


def test_every_lane_has_a_marker_and_an_interval_per_session(points):
    drawing = parsed(points, ["sad", "happy"])
    assert len(of_class(drawing, "q")) == len(of_class(drawing, "wh")) == 4 * len(points)


def test_no_line_crosses_a_model_break(points):
    later = [point(number, 100 + 10 * number, "b") for number in (5, 6, 7)]
    drawing = parsed([*points, *later], ["sad"])
    (gap,) = of_class(drawing, "gap")
    edge = float(gap.get("x")) + float(gap.get("width")) / 2
    lines = of_class(drawing, "ln")
    assert len(lines) == 6
    for line in lines:
        assert max(across(line)) < edge or min(across(line)) > edge


def test_a_model_break_names_both_models(points):
    text = drawn([*points, point(5, 150, "b")], ["sad"])
    assert "model a → model b · not joined, not compared" in text


def test_fewer_than_three_sessions_are_dots_only(points):
    drawing = parsed(points[:2], ["sad"])
    assert of_class(drawing, "ln") == []
    assert len(of_class(drawing, "q")) == 6


@pytest.mark.parametrize(("grade", "halves"), [("Good", 0), ("Fair", 1), ("Poor", 0)])
def test_a_marker_says_how_good_the_recording_is(points, grade, halves):
    drawing = parsed(
        [replace(points[0], grade=grade)], ["sad"], hidden=frozenset({"valence", "arousal"})
    )
    assert len(of_class(drawing, grade.lower())) == 1
    assert len(of_class(drawing, "halff")) == halves


def test_a_session_without_figures_is_a_gap_with_its_reason(points):
    points[1] = replace(points[1], figures={}, reason="E21 <little>")
    drawing = parsed(points, ["sad"])
    (strip,) = of_class(drawing, "nothing")
    assert float(strip.get("x")) < RIGHT
    assert any(
        "E21 <little>" in (title.text or "")
        for title in drawing.iter()
        if title.tag.endswith("title")
    )


def test_scores_are_joined_over_models_as_they_were_entered(points):
    scored = [replace(each, phq9=20 - each.number) for each in points]
    scored[3] = replace(scored[3], model_key="b")
    (line,) = of_class(parsed(scored, ["sad"]), "ln2")
    assert len(across(line)) == 4


def test_without_scores_there_is_no_lane_for_them(points):
    assert "PHQ-9" not in drawn(points, ["sad"])


def test_every_session_can_be_opened_by_keyboard(points):
    buttons = of_class(parsed(points, ["sad"]), "sb")
    assert [button.get("data-session") for button in buttons] == ["s1", "s2", "s3", "s4"]
    assert all(button.get("tabindex") == "0" and button.get("aria-label") for button in buttons)


def test_the_chosen_session_is_marked(points):
    drawing = parsed(points, ["sad"], points[2])
    assert len(of_class(drawing, "cur")) == 1
    assert len(of_class(drawing, "sel")) == 2


def column(drawing: ElementTree.Element) -> list[str]:
    return [each.text for each in drawing.iter() if each.get("x") == "970"]


def test_the_figures_at_the_right_are_of_the_chosen_session(points):
    same_day = [replace(each, day=START) for each in points]
    found = column(parsed(same_day, ["sad"], same_day[1]))
    assert found[:2] == ["12 %", "5–30 %"]
    assert found[-2:] == ["Session 2", "1 Jun, 95 % int."]


def test_a_chosen_session_without_figures_borrows_none(points):
    points[3] = replace(points[3], figures={}, reason="no result", phq9=7)
    found = column(parsed([replace(points[0], phq9=9), *points[1:]], ["sad"]))
    assert found == ["no figures"] * 3 + ["PHQ-9 7", "Session 4", "9 Sep"]


def test_a_chosen_session_out_of_the_range_is_named_too(points):
    drawing = parsed(points[2:], ["sad"], points[0])
    assert of_class(drawing, "cur") == []
    assert "Session 1" in column(drawing)


def test_one_session_is_drawn_too(points):
    assert len(of_class(parsed(points[:1], ["sad"]), "q")) == 3


def test_a_session_without_figures_does_not_cover_another_of_its_day(points):
    nothing = replace(points[1], number=5, figures={}, reason="no result")
    places = [each.get("class") for each in parsed([*points, nothing], ["sad"]).iter()]
    assert places.index("nothing") < places.index("wh")


def test_without_figures_and_lanes_nothing_has_a_negative_height(points):
    nothing = [replace(each, figures={}, reason="no result") for each in points]
    drawing = parsed(nothing, [], hidden=frozenset({"valence", "arousal"}))
    assert all(float(each.get("height", 0)) >= 0 for each in drawing.iter() if each.tag == "rect")


def test_the_axis_names_the_month_it_begins_in():
    drawing = parsed([replace(point(1, 0), day=date(2026, 11, 21))], ["sad"])
    assert [each.text for each in of_class(drawing, "l")][:2] == ["Nov 2026", "Dec 2026"]
