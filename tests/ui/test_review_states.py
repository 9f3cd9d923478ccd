from datetime import datetime

import pytest

from storage.models import Media, MediaKind, Run, RunState, Session, VideoState
from ui.made_up import MODEL
from ui.review_states import (
    face_state,
    may_be_analysed_again,
    may_be_analysed_otherwise,
    newer_run,
    notice,
)
from verhm.types import ModelId


def media(kind: MediaKind, name: str) -> Media:
    return Media(id=name, kind=kind, media_type="audio/wav")


def made_session(files: list[Media]) -> Session:
    made = datetime(2026, 11, 21, 14, 5).astimezone()
    return Session(
        id="s", number=2, is_kept=True, recorded_on=made.date(), created_at=made, media=files
    )


@pytest.fixture
def session() -> Session:
    return made_session([media(MediaKind.RECORDING, "voice")])


def run(state: RunState, video: VideoState = VideoState.NONE, number: int = 1, **more) -> Run:
    return Run(id=f"r{number}", number=number, state=state, video_state=video, media=[], **more)


def test_a_session_without_a_run_can_be_analysed(session):
    assert "data-again" in notice(session, None)


def test_a_running_analysis_shows_its_stage_and_offers_nothing_else(session):
    html = notice(session, run(RunState.RUNNING))
    assert "rv-stage" in html
    assert "data-again" not in html


@pytest.mark.parametrize(
    ("state", "word"),
    [(RunState.CANCELLED, "cancelled"), (RunState.INTERRUPTED, "interrupted")],
)
def test_what_ended_early_can_be_analysed_again(session, state, word):
    html = notice(session, run(state))
    assert word in html
    assert "data-again" in html


def test_what_the_program_died_of_twice_says_so(session):
    dead = run(RunState.INTERRUPTED, error_code="E64", error_cause="It ended twice.")
    html = notice(session, dead)
    assert "The analysis was interrupted" in html and "It ended twice." in html
    assert "E64</small>" in html
    assert "Analyse again" in main_button(html)


def test_a_failure_says_code_cause_and_remedy_escaped(session):
    failed = run(
        RunState.FAILED, error_code="E21", error_cause="Only <4 s>.", error_remedy="Record more."
    )
    html = notice(session, failed)
    assert "E21" in html
    assert "Only &lt;4 s&gt;." in html
    assert "Record more." in html
    assert "data-again" in html


def main_button(html: str) -> str:
    return html.partition("btn primary'")[2].partition("</button>")[0]


@pytest.mark.parametrize("code", ["E20", "E21", "E22"])
def test_of_an_unfit_recording_another_one_is_the_way_on(session, code):
    html = notice(session, run(RunState.FAILED, error_code=code))
    assert "New recording" in main_button(html) and "data-visit='new-session'" in html
    assert "Analyse again" in html


def test_what_may_go_better_a_second_time_is_analysed_again(session):
    failed = run(RunState.FAILED, error_code="E64")
    assert "Analyse again" in main_button(notice(session, failed))
    assert "Analyse again" in main_button(notice(session, run(RunState.INTERRUPTED)))


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED, RunState.RUNNING])
def test_a_session_without_a_result_is_named(session, state):
    assert "<b>Session 2</b> · 21 Nov 2026, 14:05" in notice(session, run(state))


def test_a_session_without_a_result_can_be_erased(session):
    assert "data-erase='s'" in notice(session, run(RunState.FAILED, error_code="E20"))
    assert "data-erase" not in notice(session, run(RunState.RUNNING))


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.RUNNING])
def test_details_can_be_entered_before_there_is_a_result(session, state):
    assert "data-details='s'" in notice(session, run(state), offers_details=True)
    assert "data-details" not in notice(session, run(state))


def test_of_a_try_nobody_is_told_that_it_is_kept(session):
    session.is_kept, session.number = False, None
    html = notice(session, run(RunState.CANCELLED))
    assert "<b>Not saved</b>" in html
    assert "Erased once anything else is opened, or VERHM stops" in html
    assert "kept" not in html


def test_the_recording_can_be_heard_without_a_result(session):
    assert "/media/voice" in notice(session, None)
    assert "<audio" not in notice(made_session([]), None)


def test_the_video_is_played_where_there_is_one(session):
    done = run(RunState.DONE, VideoState.DONE)
    done.media.append(media(MediaKind.VIDEO, "face"))
    state = face_state(session, done, "man")
    assert state["video"] == "/media/face"
    assert not state["can_render"]


@pytest.mark.parametrize("video", list(VideoState))
def test_the_face_turns_whatever_became_of_its_video(session, video):
    assert face_state(session, run(RunState.DONE, video), "man")["motion"] == "/motion/r1"


@pytest.mark.parametrize("video", [VideoState.QUEUED, VideoState.RENDERING])
def test_the_voice_is_played_while_the_face_is_drawn(session, video):
    state = face_state(session, run(RunState.DONE, video), "man")
    assert (state["video"], state["audio"], state["busy"]) == (None, "/media/voice", True)
    assert not state["can_render"]


def test_a_failed_video_says_why_and_can_be_asked_for_again(session):
    failed = run(
        RunState.DONE, VideoState.FAILED, error_code="E41", error_cause="c", error_remedy="r"
    )
    state = face_state(session, failed, "man")
    assert state["problem"] == {"code": "E41", "cause": "c", "remedy": "r"}
    assert state["can_render"]


def test_an_interrupted_video_has_a_reason_too(session):
    state = face_state(session, run(RunState.DONE, VideoState.FAILED), "man")
    assert "interrupted" in state["problem"]["cause"]


def test_a_newer_run_is_told_of():
    done, failed = run(RunState.DONE), run(RunState.FAILED, number=2, error_code="E16")
    session = Session(id="s", runs=[failed, done])
    assert newer_run(session, done) == "run 2 failed (E16)"
    assert newer_run(Session(id="s", runs=[done]), done) == ""


OWN, NEWER = ModelId("own", "1", "1" * 64), ModelId("own", "2", "2" * 64)


def made_by(model: ModelId, state: RunState = RunState.DONE, number: int = 1) -> Run:
    named = {"model_name": model.name, "model_version": model.version, "model_sha256": model.sha256}
    return run(state, number=number, **named)


@pytest.mark.parametrize(
    ("model", "loaded", "is_offered"),
    [(OWN, NEWER, True), (OWN, OWN, False), (OWN, None, False), (MODEL, NEWER, False)],
)
def test_only_another_model_s_result_is_worth_analysing_again(model, loaded, is_offered):
    shown = made_by(model)
    assert may_be_analysed_again(Session(id="s", runs=[shown]), shown, loaded) is is_offered


def test_nothing_is_analysed_again_while_it_is_analysed_or_without_its_recording():
    shown, queued = made_by(OWN), run(RunState.QUEUED, number=2)
    assert not may_be_analysed_again(Session(id="s", runs=[queued, shown]), shown, NEWER)
    erased = Session(id="s", runs=[shown], recording_erased_at=datetime(2026, 11, 21))
    assert not may_be_analysed_again(erased, shown, NEWER)
    assert not may_be_analysed_otherwise(erased, shown)


@pytest.mark.parametrize(("model", "is_offered"), [(OWN, True), (MODEL, False)])
def test_other_settings_are_offered_whichever_model_made_the_result(model, is_offered):
    shown = made_by(model)
    assert may_be_analysed_otherwise(Session(id="s", runs=[shown]), shown) is is_offered
