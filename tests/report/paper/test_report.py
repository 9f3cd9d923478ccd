"""Reports are read again, page by page, by a reader that others wrote."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pypdfium2
import pytest

from tests.factories import make_analysis
from verhm.annotations import LONGEST_TEXT, Annotation
from verhm.change import Comparison, Shift, find_usual
from verhm.labels import EMOTIONS
from verhm.report.paper.report import write_report
from verhm.report.record import Record
from verhm.report.summary import summarize
from verhm.report.trends import TrendPoint
from verhm.types import SpeechActivity

DAY = date(2026, 11, 21)
LEFT_OUT = Annotation(12.0, 42.0, is_excluded=True)


@pytest.fixture
def analysis():
    activity = SpeechActivity(np.array([[0.0, 119.0]]))
    whole = make_analysis(120.0)
    return replace(whole, activity=activity, summary=summarize(whole.timeline, activity, 0))


@pytest.fixture
def pages(tmp_path):
    def read(analysis, record) -> list[str]:
        write_report(analysis, tmp_path / "report.pdf", record)
        return list(_texts(tmp_path / "report.pdf"))

    return read


def _texts(path) -> Iterator[str]:
    with closing(pypdfium2.PdfDocument(path)) as document:
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                yield " ".join(text.get_text_range().split())


def sessions(count: int) -> tuple[TrendPoint, ...]:
    share = (12.5, 5.0, 30.0)
    return tuple(
        TrendPoint(
            str(number),
            number,
            DAY + timedelta(days=number),
            task="Interview",
            grade="Good",
            speech=100.0,
            model="voice 2",
            model_key="a",
            figures=dict.fromkeys(EMOTIONS, share),
            phq9=number,
        )
        for number in range(1, count + 1)
    )


def compared() -> Comparison:
    usual = find_usual(np.full((3, 8), 0.125), np.full(3, 100.0))
    shifts = (
        *(Shift(label, 0.2, -9.0, 11.0, 0.1, False) for label in EMOTIONS[:-1]),
        Shift(EMOTIONS[-1], -12.0, -9.0, 11.0, -3.0, True),
    )
    return Comparison(("1", "2", "3"), True, usual, shifts)


def test_the_first_page_holds_the_figures_and_room_to_sign(analysis, pages):
    record = Record("P-0417 · Session 3", facts=(("Task", "Interview"),), comparison=compared())
    first, *rest = pages(analysis, record)
    happy = next(share for share in analysis.summary.shares if share.label == "happy")
    assert f"Happy {100 * happy.share:.0f} %" in first
    for words in (
        *("P-0417 · Session 3", "Task: Interview", "Signature", "Limits of use"),
        *("not for diagnosis", "Model made up 0", "Surprised", "−12 points −9 to +11 yes"),
        "3 sessions chosen by the clinician",
    ):
        assert words in first
    assert f"Page 1 of {len(rest) + 1}" in first
    assert f"Page {len(rest) + 1} of {len(rest) + 1}" in rest[-1]


def test_every_page_says_whose_it_is_and_what_it_is_not(analysis, pages):
    found = pages(analysis, Record("Session 3", notice="Synthetic, made by the app"))
    assert len(found) > 1
    for page in found:
        assert "Session 3 · Decision support, not a diagnosis" in page
        assert "Synthetic, made by the app" in page


def test_no_figure_counts_what_was_left_out(analysis, pages):
    timeline = analysis.timeline
    [first, *_] = pages(analysis, Record("A"))
    [without, *_] = pages(analysis, Record("A", annotations=[LEFT_OUT]))
    middles = (timeline.starts + timeline.ends) / 2
    kept = int((timeline.has_result & ~((middles >= 12) & (middles <= 42))).sum())
    assert f"{int(timeline.has_result.sum())} of {len(timeline)}" in first
    assert f"{kept} of {len(timeline)}" in without
    assert f"left out of every figure {(middles >= 12).sum() - (middles > 42).sum()};" in without


def test_what_the_clinician_said_stands_as_it_was_written(analysis, pages):
    said = (
        Annotation(4.0, 7.0, "sad", text='<b>her</b> "sister" & Ünal &amp; Łódź'),
        LEFT_OUT,
        Annotation(61.5, 61.5, text="sleep\nbadly"),
    )
    found = " ".join(pages(analysis, Record("A", annotations=said))[1:])
    assert '0:04.0–0:07.0 sad <b>her</b> "sister" & Ünal &amp; Łódź' in found
    assert "0:12.0–0:42.0 left out" in found
    assert "1:01.5 sleep badly" in found


@pytest.mark.parametrize(
    ("channels", "channel", "words"),
    [
        (1, "all", "Hz, mono"),
        (2, "all", "Hz, stereo, mixed"),
        (2, "left", "Hz, stereo, left channel"),
        (6, "all", "Hz, 6 channels, mixed"),
    ],
)
def test_it_says_which_channels_were_analysed(analysis, pages, channels, channel, words):
    source = replace(analysis.source, channels=channels)
    settings = replace(analysis.settings, channel=channel)
    found = pages(replace(analysis, source=source, settings=settings), Record("A"))
    assert words in found[-1]


def test_a_withheld_summary_says_why_in_place_of_figures(analysis, pages):
    activity = SpeechActivity(np.array([[0.0, 9.0]]))
    withheld = replace(analysis, summary=summarize(analysis.timeline, activity, 0))
    [first, *_] = pages(withheld, Record("A"))
    assert "E21 Only 9 s of speech found" in first
    assert "95 % interval Share" not in first


def test_sessions_are_listed_with_the_reported_one_marked(analysis, pages):
    three = (*sessions(2), TrendPoint("x", 3, DAY, reason="E21 Only 9 s of speech found; …"))
    found = " ".join(
        pages(analysis, Record("A", sessions=three, session_id="2", is_listed=True))[1:]
    )
    assert "2 (this) 23 Nov 2026 Interview Good neutral 12 %, calm 12 % 2 voice 2" in found
    assert "no summary (E21)" in found


@pytest.mark.parametrize("duration", [1.5, 7_200.0])
def test_short_and_long_recordings_fill_no_more_than_a_few_pages(duration, pages):
    found = pages(make_analysis(duration), Record("A"))
    assert 2 <= len(found) <= 7
    assert f"Page 1 of {len(found)}" in found[0]


def test_the_longest_entries_still_leave_one_first_page(analysis, pages, tmp_path):
    facts = tuple((f"Fact {number}", "W" * 40) for number in range(8))
    long = Annotation(1.0, 2.0, text="a\n" * (LONGEST_TEXT // 2))
    record = Record(
        "W" * 60,
        facts=facts,
        notice="notice",
        annotations=(long,),
        comparison=compared(),
        sessions=sessions(60),
        session_id="7",
        is_listed=True,
        note="line\n" * 200,
    )
    first, *rest = pages(analysis, record)
    assert "Signature" in first
    assert "line line" not in first
    assert "Over time" in rest[0]
    with closing(pypdfium2.PdfDocument(tmp_path / "report.pdf")) as document:
        letters = document[0].get_textpage()
        at = letters.search("Limits of use").get_next()[0]
        _, bottom, _, top = letters.get_charbox(at)
    assert top - bottom > 6  # points: nothing was made too small to read


def test_the_same_report_is_the_same_file(analysis, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        write_report(analysis, tmp_path / name, Record("A", sessions=sessions(4)))
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_nothing_of_it_lies_in_the_system_s_folder_for_passing_files(
    analysis, tmp_path, monkeypatch
):
    passing = tmp_path / "passing"
    passing.mkdir(0o500)
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    monkeypatch.setattr(tempfile, "mkdtemp", None)
    monkeypatch.setattr(tempfile, "mkstemp", None)
    write_report(analysis, tmp_path / "report.pdf", Record("A", sessions=sessions(4)))
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_letters_that_the_font_lacks_are_spelt_out_and_never_alike(analysis, pages):
    first, *_ = pages(analysis, Record("王小明 · Session 1", facts=(("Name", "Zoë محمد"),)))
    assert "[U+738B][U+5C0F][U+660E] · Session 1" in first
    assert "Zoë [U+0645]" in first


def test_a_run_that_a_later_one_replaced_is_none_of_the_sessions(analysis, pages):
    older = Record("A", sessions=sessions(3), session_id="2", is_listed=False)
    found = " ".join(pages(analysis, older)[1:])
    assert "(this)" not in found
    assert "A later run stands for this session" in found


def test_events_are_listed_with_their_words_or_by_kind_alone(analysis, pages):
    kinds = ["Medication, since 3 Jun 2026", "Life event, 4 Jun 2026"]
    named = Record("A", events=[(kinds[0], "Tablets"), (kinds[1], "")])
    found = " ".join(pages(analysis, named)[1:])
    assert f"Kind and days What {kinds[0]} Tablets {kinds[1]}" in found
    plain = Record("A", events=[(each, "") for each in kinds])
    found = " ".join(pages(analysis, plain)[1:])
    why = "What they were is only in the report with the name."
    assert f"Kind and days {kinds[0]} {kinds[1]} {why} Windows without a result" in found
