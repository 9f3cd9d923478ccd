"""Medication and life events in Trends: where they are drawn, in which words, and to whom."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import gradio as gr
import pytest

from storage.access import Actor
from storage.account_models import Role
from storage.details import EventDetails
from storage.event_models import EventKind, PatientEvent
from storage.models import Patient
from tests.storage.people import OTHER
from tests.ui.conftest import PASSPHRASE, TODAY
from tests.ui.test_trends_chart import of_class, point
from ui.context import Selection
from ui.demonstration import load_demonstration
from ui.event_list import event_list
from ui.trends import build, read_choice
from ui.trends_axes import LEFT, RIGHT, WIDTH, time_axis
from ui.trends_chart import trends_chart
from ui.trends_events import event_lanes, event_words
from ui.trends_page import Choice, trends_page

AXIS = time_axis([date(2026, 1, 1), date(2026, 4, 11)])  # 100 days, and 4 to each side
POINTS = [point(1, 0), point(2, 100)]


def event(kind: str, first: date, last: date | None = None, text: str = "") -> PatientEvent:
    return PatientEvent(id="e", kind=EventKind(kind), first_day=first, last_day=last, text=text)


def taken(first: date, last: date | None = None, text: str = "") -> PatientEvent:
    return event("medication", first, last, text)


def happened(first: date, last: date | None = None, text: str = "") -> PatientEvent:
    return event("life event", first, last, text)


def drawn(*events: PatientEvent) -> ElementTree.Element:
    lanes = event_lanes(events, AXIS, 40.0, 500.0)
    return ElementTree.fromstring(f"<svg>{lanes.drawing}{lanes.ground}{lanes.lines}</svg>")


def bars(drawing) -> list[tuple[float, float, float]]:
    """Left, right and top of each medication."""
    found = [group.find("rect") for group in of_class(drawing, "md")]
    return [
        (float(r.get("x")), float(r.get("x")) + float(r.get("width")), float(r.get("y")))
        for r in found
    ]


def upright(group) -> int:
    """How many ends of a bar are closed."""
    return group.find("path").get("d").count("V")


def test_a_bar_lies_from_the_first_day_to_the_end_of_the_last():
    drawing = drawn(taken(date(2026, 2, 1), date(2026, 3, 2)))
    ((left, right, _),) = bars(drawing)
    assert left == pytest.approx(AXIS.x(date(2026, 2, 1)), abs=0.1)
    assert right == pytest.approx(AXIS.x(date(2026, 3, 3)) - 1, abs=0.2)
    assert [upright(each) for each in of_class(drawing, "md")] == [2]


@pytest.mark.parametrize(
    ("first", "last", "ends", "closed"),
    [
        (date(2026, 2, 1), None, (None, RIGHT), 1),
        (date(2020, 1, 1), date(2026, 3, 2), (LEFT, None), 1),
        (date(2020, 1, 1), None, (LEFT, RIGHT), 0),
        (date(2026, 2, 1), date(2200, 12, 31), (None, RIGHT), 1),
    ],
)
def test_what_goes_on_beyond_the_axis_is_open_there(first, last, ends, closed):
    drawing = drawn(taken(first, last))
    ((left, right, _),) = bars(drawing)
    for wanted, end in zip(ends, (left, right), strict=True):
        assert wanted is None or end == pytest.approx(wanted, abs=8.5)
    assert LEFT <= left < right <= RIGHT
    assert [upright(each) for each in of_class(drawing, "md")] == [closed]


@pytest.mark.parametrize(
    "beside",
    [
        taken(date(2026, 5, 1)),
        taken(date(2025, 1, 1), date(2025, 12, 1)),
        happened(date(2025, 12, 1)),
        happened(date(2026, 5, 1), date(2026, 6, 1)),
    ],
)
def test_what_lies_beside_the_axis_takes_no_room(beside):
    lanes = event_lanes([beside], AXIS, 40.0, 500.0)
    assert (lanes.drawing, lanes.ground, lanes.lines, lanes.height) == ("", "", "", 0.0)


def test_what_overlaps_lies_below_and_what_follows_beside():
    first, second = taken(date(2026, 1, 1), date(2026, 2, 1)), taken(date(2026, 2, 2))
    assert len({top for _, _, top in bars(drawn(first, second))}) == 1
    both = taken(date(2026, 2, 1))
    (_, right, upper), (left, _, lower) = bars(drawn(first, both))
    assert left <= right and lower - upper > 20
    same_day = drawn(happened(date(2026, 2, 1)), happened(date(2026, 2, 1)))
    heads = {each.get("d") for each in of_class(same_day, "head")}
    assert len(heads) == 2


def test_a_life_event_is_a_flag_with_a_line_through_all_lanes():
    drawing = drawn(taken(date(2026, 1, 5)), happened(date(2026, 2, 1)))
    x = f"{AXIS.x(date(2026, 2, 1)):.1f}"
    assert len(of_class(drawing, "head")) == 1
    lines = sorted(each.get("d") for each in of_class(drawing, "when"))
    assert lines == [f"M{x} 40.0V500.0", f"M{x} 500.0V526.0"]
    assert drawing.find("rect") is not None  # a life event's lane has a ground
    days = drawn(happened(date(2026, 2, 1), date(2026, 2, 20)))
    end = AXIS.x(date(2026, 2, 21)) - 1
    (flag,) = of_class(days, "le")
    assert flag.find("path").get("d").endswith(f"H{end:.1f}")


def test_kinds_differ_by_shape_and_are_named():
    drawing = drawn(taken(date(2026, 1, 5)), happened(date(2026, 2, 1)))
    assert [each.text for each in of_class(drawing, "s")] == ["Medication", "Events"]
    assert not of_class(drawing, "md")[0].findall("path[@class='head']")
    assert not of_class(drawing, "le")[0].findall("rect")


def test_a_text_is_cut_where_room_ends_and_stands_whole_in_the_title():
    text = "Weekly therapy begins, in a group of five"
    near = [happened(date(2026, 2, 1), text=text), happened(date(2026, 2, 8), text=text)]
    drawing = drawn(*near)
    first, second = (each.findtext("svg/text") for each in of_class(drawing, "le"))
    assert first.endswith("…") and text.startswith(first[:-1])
    assert second == text
    titles = [each.findtext("title") for each in of_class(drawing, "le")]
    assert titles[0] == f"Life event, 1 Feb 2026: {text}"
    for each in drawing.iter("svg"):
        if each.get("x"):
            assert float(each.get("x")) + float(each.get("width")) <= WIDTH
    short = drawn(taken(date(2026, 2, 1), date(2026, 2, 1), text))
    assert of_class(short, "md")[0].find("svg") is None


def test_days_are_written_as_elsewhere():
    day, last = date(2026, 6, 3), date(2026, 9, 30)
    assert event_words(taken(day)) == "Medication, since 3 Jun 2026"
    assert event_words(taken(day, last)) == "Medication, 3 Jun 2026 – 30 Sep 2026"
    assert event_words(happened(day)) == "Life event, 3 Jun 2026"
    assert event_words(happened(day, last)) == "Life event, 3 Jun 2026 – 30 Sep 2026"


def test_words_stay_words_in_chart_and_list():
    wicked = "</text><script>alert(1)</script> ${1} {{x}} \" ' `"
    events = [taken(date(2026, 1, 1), text=wicked), happened(date(2026, 1, 9), text=wicked)]
    for html in (trends_chart(POINTS, [], POINTS[0], events=events), event_list(events, True)):
        for sign in ("<script", "${", "{{", "`"):
            assert sign not in html
        assert "&lt;script&gt;" in html


def test_the_lanes_can_be_hidden_and_the_list_stays():
    events = [taken(date(2026, 1, 1), text="Sertraline")]
    patient = Patient(id="p", code="P-1", is_demonstration=False)

    def page(choice):
        return trends_page(patient, POINTS, POINTS[0], choice, events=events)

    assert ">Medication</text>" in page(Choice())
    assert "name='events' checked" in page(Choice())
    without = page(read_choice(["valence"], "all"))
    assert ">Medication</text>" not in without
    assert "<span>Sertraline</span>" in without


def test_the_list_begins_with_the_latest_and_names_its_buttons():
    html = event_list(
        [taken(date(2026, 1, 1), text="A"), happened(date(2026, 2, 1), text="B")], True
    )
    assert html.index("<span>B</span>") < html.index("<span>A</span>")
    assert html.count("data-write='edit_event'") == 3
    assert html.count("data-write='remove_event'") == 2
    assert "aria-label='Remove A'" in html
    assert "Nothing is written down yet" in event_list([], True)


@pytest.fixture
def refresh_as(context):
    """Function that shows the tab as somebody sees it."""

    def refresh(repository, patient_id: str) -> str:
        with gr.Blocks():
            selection = Selection(gr.State(), gr.State(), gr.State())
            handles = build(replace(context, repository=repository), selection)
        return handles.refresh(patient_id, None)[0]

    return refresh


def test_the_demonstration_has_made_up_events_within_its_sessions(context, refresh_as):
    patient_id = load_demonstration(context.repository)
    events = context.repository.events(patient_id)
    assert [each.kind for each in events] == list(EventKind)
    days = [each.recorded_on for each in context.repository.sessions(patient_id)]
    for each in events:
        assert each.text.startswith("Example: ")
        assert min(days) < each.first_day < max(days)
    html = refresh_as(context.repository, patient_id)
    assert html.count('class="md"') == html.count('class="le"') == 1


def test_in_the_archive_there_is_nothing_to_press(context, refresh_as):
    patient_id = load_demonstration(context.repository)
    assert "data-write" in refresh_as(context.repository, patient_id)
    context.repository.archive_patient(patient_id)
    html = refresh_as(context.repository, patient_id)
    assert "data-write" not in html
    assert "Example: back to work" in html


def test_a_researcher_sees_shapes_without_words_and_nothing_to_press(context, accounts, refresh_as):
    administrator = accounts.everybody()[0]
    rosa = accounts.create(administrator.id, "Rosa", Role.RESEARCHER, OTHER)
    accounts.change_passphrase(rosa.id, OTHER, PASSPHRASE, "127.0.0.1")
    repository = context.repository
    patient_id = load_demonstration(repository)
    repository.add_event(patient_id, EventDetails(EventKind.LIFE_EVENT, TODAY, None, "Ruth"))
    repository.share_patient(patient_id, rosa.id)
    html = refresh_as(repository.acting_as(lambda: Actor(rosa.id)), patient_id)
    assert 'class="md"' in html
    assert "Life event, " in html
    for hidden in ("Example: ", "Ruth", "data-write"):
        assert hidden not in html
