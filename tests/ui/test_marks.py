from datetime import date

import pytest

from ui.marks import clock, emotion_mark, escaped, minutes_of, short_signed
from verhm.dates import long_date
from verhm.labels import EMOTIONS
from verhm.report.look import signed


@pytest.mark.parametrize("text", ["<b>", "${alert(1)}", "{{x}}", "`", "\\", "'\"&"])
def test_escaped_text_holds_no_markup_and_no_template(text):
    assert not set("<>${}`\\'\"") & set(escaped(text))


def test_every_emotion_has_a_mark():
    assert len({emotion_mark(label) for label in EMOTIONS}) == len(EMOTIONS)


def test_an_unknown_emotion_has_no_mark():
    with pytest.raises(ValueError, match="there is no emotion"):
        emotion_mark("bored")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (264.6, "4:24"), (3_599.9, "59:59"), (3_864, "1:04:24")]
)
def test_a_clock_shows_hours_only_when_there_are_any(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(-0.66, "−0.66"), (0.2, "+0.20"), (-0.001, "0.00")])
def test_a_signed_figure_has_a_true_minus_and_no_negative_zero(value, text):
    assert signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(-0.6, "−0.6"), (0.0, "0"), (1.0, "+1"), (0.25, "+0.25")]
)
def test_an_axis_mark_has_no_idle_zeros(value, text):
    assert short_signed(value) == text


def test_short_lengths_are_told_in_seconds():
    assert minutes_of(48.2) == ("48", "s")
    assert minutes_of(19.7) == ("19", "s")  # less than the 20 s that a summary needs
    assert minutes_of(576) == ("9.6", "min")


def test_a_date_is_written_with_its_month_in_letters():
    assert long_date(date(2027, 9, 3)) == "3 Sep 2027"
