"""A day is read in one way only, or refused; nothing typed is dropped without a word."""

from datetime import date

import gradio as gr
import pytest

from ui.days import as_day, day_field, days_verdicts
from verhm.dates import typed_date
from verhm.errors import RequestError
from verhm.language import speaking


@pytest.mark.parametrize(
    "text",
    ["2026-11-21", "21.11.2026", " 21.11.2026 ", "21 Nov 2026", "21 November  2026"],
)
def test_common_written_forms_are_read(text):
    assert as_day(text) == date(2026, 11, 21)


@pytest.mark.parametrize(("code", "typed"), [("en", "3 May 2027"), ("de", "03.05.2027")])
def test_what_a_field_shows_is_read_again_in_every_language(code, typed):
    with speaking(code):
        assert typed_date(date(2027, 5, 3)) == typed
        days = [date(2026, month, 28) for month in range(1, 13)]
        assert [as_day(typed_date(day)) for day in days] == days


def test_an_empty_field_shows_a_form_and_no_day_that_could_be_taken_for_an_entry():
    with gr.Blocks():
        placeholder = day_field("Given").placeholder
    with pytest.raises(RequestError, match="E63"):
        as_day(placeholder)


def test_with_dots_the_day_comes_first():
    assert as_day("3.4.2026") == date(2026, 4, 3)


def test_an_empty_date_is_no_date():
    assert as_day(None) is None
    assert as_day("  ") is None


@pytest.mark.parametrize(
    "text", ["03/04/2026", "3.4.26", "31.11.2026", "2026-13-01", "tomorrow", "now", "2026"]
)
def test_what_could_be_another_day_or_none_is_refused(text):
    with pytest.raises(RequestError, match="E63"):
        as_day(text)


def test_an_event_is_told_at_which_field_a_day_cannot_be_read():
    with gr.Blocks():
        code, given, until = gr.Textbox(), day_field("Given"), day_field("Until")
    check = days_verdicts([code, given, until], [given, until])
    verdicts = check("no day at all", "21.11.2026", "21/11/2026")
    assert [each["is_valid"] for each in verdicts] == [True, True, False]
    assert "21/11/2026" in verdicts[2]["message"]


def test_all_that_is_missing_is_told_at_its_field_at_once():
    with gr.Blocks():
        text, first, last = gr.Textbox(), day_field("First"), day_field("Last")
    check = days_verdicts([text, first, last], [first, last], {text: "What?", first: "When?"})
    verdicts = check(" ", "", "")
    assert [each["is_valid"] for each in verdicts] == [False, False, True]
    assert [each["message"] for each in verdicts[:2]] == ["What?", "When?"]
