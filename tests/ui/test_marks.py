"""Text stays text, and dates read as people write them."""

import html
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.marks import emotion_mark, escaped, long_date, short_date


@given(st.text())
def test_escaped_text_reads_the_same_and_holds_no_sign_that_acts(text):
    result = escaped(text)
    assert html.unescape(result) == html.unescape(html.escape(text))
    assert not set("<>\"'`${}\\") & set(result)


def test_only_emotions_have_marks():
    assert "#m-sad" in emotion_mark("sad")
    with pytest.raises(ValueError, match="bored"):
        emotion_mark("bored")


def test_a_date_of_this_year_needs_no_year():
    assert long_date(date(2027, 9, 3)) == "3 Sep 2027"
    assert short_date(date(2026, 9, 3), date(2026, 1, 1)) == "3 Sep"
    assert short_date(date(2027, 9, 3), date(2026, 1, 1)) == "3 Sep 2027"
