from dataclasses import replace
from datetime import date, datetime

import pytest

from storage.models import Run, RunState, Session
from tests.factories import make_analysis
from ui.explanations import question_mark
from ui.made_up import MODEL, NOTE
from ui.review_cards import session_header, settings_words, summary_cards, told_apart
from verhm.report.quality import notes, quality_words
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Quality


@pytest.fixture
def run() -> Run:
    analysis = make_analysis(60.0)
    return Run(
        number=2,
        created_at=datetime(2026, 11, 19, 9, 12).astimezone(),
        state=RunState.DONE,
        settings=AnalysisSettings(),
        model_name="<model>",
        model_version="1.3",
        model_sha256="0",
        summary=analysis.summary,
        quality=analysis.quality,
    )


@pytest.fixture
def session() -> Session:
    return Session(
        is_kept=True,
        number=14,
        recorded_on=date(2026, 11, 19),
        created_at=datetime(2026, 11, 19, 12, 5).astimezone(),
        task="<i>free</i>",
        language="English",
    )


def test_the_header_says_which_session_and_escapes_what_was_entered(session, run):
    html = session_header(session, run)
    assert "Session 14" in html
    assert "19 Nov 2026, 12:05" in html
    assert "&lt;i&gt;free" in html
    assert "&lt;model&gt; 1.3" in html


def test_a_session_that_is_not_kept_has_no_number_and_says_until_when_it_is_there(session, run):
    session.number, session.is_kept = None, False
    html = session_header(session, run)
    assert "Not saved" in html
    assert "Erased once anything else is opened, or VERHM stops" in html


def test_the_header_tells_of_a_newer_run(session, run):
    assert "run 3 failed (E21)" in session_header(session, run, "run 3 failed (E21)")


@pytest.mark.parametrize(("channel", "is_named"), [("right", True), ("all", False)])
def test_the_run_says_which_channel_it_is_of(session, run, channel, is_named):
    run.settings = AnalysisSettings(channel=channel)
    assert (f", {channel} channel" in session_header(session, run)) is is_named


def test_of_several_runs_the_shown_one_is_named_in_full_below_their_list(session, run):
    other = Run(
        **{
            name: getattr(run, name)
            for name in ("created_at", "state", "model_name", "model_version", "model_sha256")
        },
        id="other",
        number=1,
        settings=AnalysisSettings(window=4.0),
    )
    run.id = "shown"
    session.runs = [run, other]
    html = session_header(session, run)
    assert "value='shown' selected>Run 2 · 19 Nov 2026, " in html
    assert "· window 4 s, hop 0.5 s · &lt;model&gt; 1.3</option>" in html
    assert "<span class='muted'>window 3 s, hop 0.5 s · &lt;model&gt; 1.3</span>" in html


def test_a_note_is_shown_as_it_was_written_but_for_the_demonstrations(session, run):
    assert "rv-session-note" not in session_header(session, run)
    session.note = "slept <badly>\nsister"
    assert "slept &lt;badly&gt;\nsister</summary>" in session_header(session, run)
    run.model_sha256 = MODEL.sha256
    assert "rv-session-note" in session_header(session, run)
    session.note = NOTE
    assert "rv-session-note" not in session_header(session, run)


def test_who_may_only_look_is_not_offered_to_change_what_was_entered(session, run):
    session.id, session.phq9 = "s", 0
    assert "data-details='s'" in session_header(session, run, offers_details=True)
    html = session_header(session, run)
    assert "data-details" not in html and "English · PHQ-9 0<" in html


def test_shares_stand_with_their_intervals():
    html = summary_cards(make_analysis(60.0).summary, 60.0, 115, 2)
    assert html.count("class='sh'") == 8
    assert "<b>12</b><span>5–20</span>" in html


def test_withheld_figures_give_way_to_the_reason():
    summary = replace(
        make_analysis(60.0).summary,
        shares=(),
        transitions=float("nan"),
        withheld="E21 <too little>",
    )
    html = summary_cards(summary, 60.0, 115, 2)
    assert "<p>&lt;too little&gt; <small class='code'>E21</small></p>" in html
    assert "nan" not in html
    assert "class='sh'" not in html


def test_windows_with_a_result_are_counted_and_explained():
    html = summary_cards(make_analysis(60.0).summary, 60.0, 115, 2)
    assert "113 of 115" in html
    assert question_mark("windows-with-a-result") in html


def test_a_share_that_is_hardly_anything_is_not_shown_as_nothing():
    summary = replace(make_analysis(60.0).summary, analysed=0.002, withheld="E23")
    assert "&lt;1<i>%</i>" in summary_cards(summary, 60.0, 500, 499)


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (Quality(-20, -6, 0.0, 25, 40, 7_000), ["SNR 25 dB", "not clipped", "to 7.0 kHz"]),
        (
            Quality(-20, -6, 0.0, 12, 40, 7_000),
            ["some noise, SNR 12 dB", "not clipped", "to 7.0 kHz"],
        ),
        (
            Quality(-20, 0, 0.03, 4, 40, 3_400),
            ["noisy, SNR 4 dB", "clipped in 3.0 % of it", "narrow band to 3.4 kHz"],
        ),
        (
            Quality(-20, 0, 0.0, float("nan"), 40, float("nan")),
            ["not clipped", "noise not measured, as there are hardly any pauses"],
        ),
    ],
)
def test_quality_is_told_in_words(quality, words):
    assert notes(quality) == words


def test_the_grade_comes_first(run):
    assert quality_words(run.quality, run.summary).startswith("Good: SNR 25 dB")


def test_a_poor_quality_names_its_reason_though_the_sound_is_clean(run):
    words = quality_words(run.quality, replace(run.summary, analysed=0.12))
    assert words.startswith("Poor: a result in only 12 % of all windows, no summary · SNR 25 dB")


def test_where_another_model_analyses_now_the_session_can_be_analysed_again(session, run):
    assert "data-again" not in session_header(session, run)
    assert "data-again" in session_header(session, run, offers_again=True)


def test_other_settings_are_offered_where_they_may_be_chosen(session, run):
    assert "data-otherwise" not in session_header(session, run, offers_again=True)
    assert "data-otherwise" in session_header(session, run, offers_choice=True)


def test_runs_are_told_apart_by_what_is_not_as_usual(run):
    assert settings_words(run) == "window 3 s, hop 0.5 s"
    run.settings = AnalysisSettings(window=4.5, hop=1.0, expression_strength=1.5, seed=7)
    run.video_settings = VideoSettings(size=720)
    words = "window 4.5 s, hop 1 s, expression 1.5, seed 7, face 720"
    assert settings_words(run) == words
    assert told_apart(run).endswith(f" · {words} · <model> 1.3")
    assert told_apart(run).startswith("Run 2 · 19 Nov 2026, ")
