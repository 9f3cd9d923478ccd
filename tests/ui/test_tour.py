"""The tour shows what is there, and is offered where it can be shown."""

from datetime import date

import pytest

from tests.ui.test_explanations import FORBIDDEN
from ui.demonstration import load_demonstration
from ui.help import help_dialog
from ui.layout import _TABS
from ui.patients_view import ListView, patients_list
from ui.tour import STEPS, tour_boxes, tour_offer


def test_it_goes_through_the_tabs_in_their_order():
    titles = [title for _, title, _ in _TABS]
    places = [titles.index(step.tab) for step in STEPS]
    assert places == sorted(places)
    assert f"{len(STEPS)} steps" in tour_offer() and f"{len(STEPS)} steps" in help_dialog()


@pytest.mark.parametrize("step", STEPS)
def test_each_step_says_what_it_shows_in_one_or_two_sentences(step):
    assert 1 <= step.text.count(". ") + 1 <= 2
    assert step.text.endswith(".") and not FORBIDDEN.search(step.text)


def test_it_has_a_way_on_and_back_wherever_there_is_one():
    boxes = tour_boxes()
    assert boxes.count("data-tour='next'") == boxes.count("data-tour='back'") == len(STEPS) - 1
    assert boxes.count("data-tour='end'") == len(STEPS)


def test_it_is_offered_with_the_demonstration_patient_open(context, add_session):
    ours = add_session("P-0001").patient_id
    demonstration = load_demonstration(context.repository)
    overviews = context.repository.patients()
    for opened, is_offered in ((None, False), (ours, False), (demonstration, True)):
        view = ListView(date(2026, 11, 21), open_id=opened)
        assert (tour_offer() in patients_list(overviews, view)) == is_offered
