"""Usual sessions: chosen in Trends, kept, and what is drawn and said against them."""

import re
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest

from tests.ui.test_change import FIVE, figures
from tests.ui.test_trends_chart import of_class, point
from ui.change import compare_with_usual, usual_band
from ui.context import Selection
from ui.demonstration import load_demonstration
from ui.trends import build
from ui.trends_chart import trends_chart
from ui.trends_usual import against_usual, new_levels
from verhm.errors import RequestError
from verhm.labels import EMOTIONS
from verhm.types import Share

BOTH = frozenset({"valence", "arousal"})
POINTS = [replace(point(number, number), session_id=str(number - 1)) for number in range(1, 6)]


def corners(shape) -> list[tuple[float, float]]:
    """The corners of a drawn path."""
    found = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", shape.get("d"))
    return [(float(x), float(y)) for x, y in found]


def level(number: int, sad: float):
    share = dict.fromkeys(EMOTIONS, ((100 - sad) / 7,) * 3) | {"sad": (sad,) * 3}
    return replace(
        point(number, number), figures=share | {"valence": (0,) * 3, "arousal": (0,) * 3}
    )


@pytest.fixture
def trends(context):
    """The tab, with what it does when usual sessions are chosen."""
    with gr.Blocks() as page:
        handles = build(context, Selection(gr.State(), gr.State(), gr.State()))
    chosen = next(each.fn for each in page.fns.values() if each.name == "choose_usual")
    return SimpleNamespace(refresh=lambda *ids: handles.refresh(*ids)[0], choose=chosen)


def test_chosen_sessions_are_kept_and_shown(context, trends):
    patient_id = load_demonstration(context.repository)
    sessions = context.repository.sessions(patient_id)
    html = trends.refresh(patient_id, None)
    assert "Compared with sessions 1, 2, 4, the earliest of this task" in html
    wanted = [each.id for each in sessions[1:4]]
    trends.choose(patient_id, None, SimpleNamespace(sessions=wanted))
    kept = context.repository.sessions(patient_id)
    assert {each.id for each in kept if each.is_usual} == set(wanted)
    html = trends.refresh(patient_id, None)
    assert "Compared with sessions 2, 3, 4, as chosen" in html
    assert html.count("checked disabled") == 0 and html.count(" checked><span><b>") == 3
    figures_kept = context.repository.figures(patient_id)
    assert [each.is_usual for each in figures_kept] == [False, True, True, True, False]
    assert compare_with_usual(figures_kept).usual_ids == tuple(reversed(wanted))


def test_what_is_chosen_goes_along_with_the_patient(context, trends, tmp_path):
    patient_id = load_demonstration(context.repository)
    session = context.repository.sessions(patient_id)[0]
    trends.choose(patient_id, None, SimpleNamespace(sessions=[session.id, "another's"]))
    context.repository.export_patient(patient_id, tmp_path / "patient.zip")
    context.repository.erase_patient(patient_id, "DEMO")
    context.repository.import_patient(tmp_path / "patient.zip", again=True)
    kept = context.repository.sessions(patient_id)
    assert [each.id for each in kept if each.is_usual] == [session.id]


def test_in_the_archive_nothing_is_chosen(context, trends):
    patient_id = load_demonstration(context.repository)
    context.repository.archive_patient(patient_id)
    assert "disabled" in trends.refresh(patient_id, None)
    with pytest.raises(RequestError, match="E75"):
        context.repository.choose_usual(patient_id, [])


def test_the_band_lies_behind_the_emotions_and_holds_the_usual_share():
    band = usual_band(FIVE, "4", compare_with_usual(FIVE))
    drawing = ElementTree.fromstring(trends_chart(POINTS, ["sad"], POINTS[4], band=band))
    (shape,), (line,) = of_class(drawing, "ub"), of_class(drawing, "ul")
    heights = [y for _x, y in corners(shape)]
    usual = float(line.get("d").split()[1].partition("H")[0])
    assert min(heights) < usual < max(heights)
    without = ElementTree.fromstring(trends_chart(POINTS, ["sad"], POINTS[4]))
    assert not of_class(without, "ub")


def test_a_comparison_names_its_sessions_and_fills_what_is_reliable():
    even = (0.2, 0.22, 0.18, 0.2, 0.21)
    usual = [figures(sad, day, is_usual=True) for day, sad in enumerate(even)]
    found = compare_with_usual([*usual, figures(0.9, 9)])
    html = against_usual(POINTS, POINTS[4], found, ["sad"], may_choose=True)
    assert "Compared with sessions 1, 2, 3, 4, 5, the earliest of this task" in html
    assert html.count("class='reliable'") == sum(shift.is_reliable for shift in found.shifts) == 2
    assert "+70" in html and "−70" in html
    why = "2 of 4 comparable sessions so far"
    words = against_usual(POINTS, POINTS[4], why, ["sad"], may_choose=False)
    assert "Not compared: 2 of 4 comparable" in words


def test_words_of_others_stay_words():
    wicked = [replace(each, task="<script>") for each in POINTS]
    assert "<script>" not in against_usual(wicked, wicked[0], "No result", [], may_choose=True)


def test_a_lasting_change_is_marked_where_it_begins():
    points = [level(number, 60 if number > 6 else 10 + number % 3) for number in range(1, 13)]
    assert [each.number for each in new_levels(points, points[-1])] == [7]
    drawing = ElementTree.fromstring(trends_chart(points, ["sad"], points[-1]))
    assert len(of_class(drawing, "level")) == 1
    assert new_levels(points[:7], points[0]) == ()
    assert new_levels([replace(each, figures={}) for each in points], points[0]) == ()


def series(seed: int) -> list:
    """Sessions of a person who changes now and then, of which some are short and one is noisy."""
    rng = np.random.default_rng(seed)
    usual = rng.dirichlet(np.full(len(EMOTIONS), 2.0))
    found = []
    for day in range(8):
        other = np.eye(len(EMOTIONS))[rng.integers(len(EMOTIONS))] if day > 2 else usual
        change = rng.choice([0.0, 0.4, 0.8])
        shares = rng.dirichlet(0.02 + 80 * ((1 - change) * usual + change * other))
        each = figures(0.0, 30 * day, speech=float(rng.choice([25.0, 240.0])))
        said = tuple(Share(k, v, v, v) for k, v in zip(EMOTIONS, shares, strict=True))
        quality = replace(each.quality, snr=3.0) if day == 5 else each.quality
        summary = replace(each.summary, shares=said)
        found.append(replace(each, summary=summary, quality=quality))
    return found


def as_points(sessions) -> list:
    return [
        replace(
            point(number, number),
            session_id=each.session_id,
            figures={one.label: (100 * one.share,) * 3 for one in each.summary.shares}
            | {"valence": (0,) * 3, "arousal": (0,) * 3},
        )
        for number, each in enumerate(sessions, 1)
    ]


def test_a_dot_lies_outside_the_drawn_band_exactly_where_the_words_say_beyond_error():
    flagged = within = 0
    for seed in range(12):
        sessions = series(seed)
        points, found = as_points(sessions), compare_with_usual(sessions)
        band = usual_band(sessions, points[-1].session_id, found)
        drawing = ElementTree.fromstring(
            trends_chart(points, EMOTIONS, points[-1], BOTH, band=band)
        )
        dots = {
            (each.get("data-session"), lane): (float(dot.get("cx")), float(dot.get("cy")))
            for each, lane in zip(of_class(drawing, "pt"), lanes_of(points), strict=True)
            for dot in of_class(each, "q")
        }
        shapes = dict(zip(EMOTIONS, of_class(drawing, "ub"), strict=True))
        for session in sessions:
            judged = compare_with_usual(sessions, session.session_id)
            if isinstance(judged, str):
                continue
            for shift in judged.shifts:
                x, y = dots[session.session_id, shift.label]
                edges = [at for across, at in corners(shapes[shift.label]) if abs(across - x) < 0.2]
                assert len(edges) == 2
                outside = max(min(edges) - y, y - max(edges))
                if abs(outside) > 0.11:  # drawn to a tenth
                    assert (outside > 0) == shift.is_reliable
                    flagged += shift.is_reliable
                    within += not shift.is_reliable
    assert flagged > 20 and within > 100


def lanes_of(points) -> list[str]:
    return [label for label in EMOTIONS for _ in points]
