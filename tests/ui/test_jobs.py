"""Jobs end in one of the ways they may end, and never lose a recording."""

import threading

import pytest

from storage.models import RunState, VideoState
from ui.jobs import Jobs
from ui.progress import JobState, Wait
from verhm.errors import AudioError, ModelError, RenderError, RequestError
from verhm.settings import AnalysisSettings, VideoSettings


def test_a_job_saves_the_result_and_then_the_video(context, add_session, engine, until, draws):
    session = add_session()
    engine.draw_on.clear()
    job = context.jobs.submit(session.id, AnalysisSettings(window=4.0), VideoSettings(size=720))
    draws(job)
    # The probabilities can be read while the face is still being drawn.
    run = context.repository.run(job.run_id)
    assert run.state is RunState.DONE and run.summary is not None
    assert run.video_state is VideoState.RENDERING
    engine.draw_on.set()
    until(lambda: context.jobs.view(job.id).state is JobState.DONE)
    assert context.repository.run(job.run_id).video_state is VideoState.DONE
    assert engine.settings == [AnalysisSettings(window=4.0)]
    assert engine.video == [VideoSettings(size=720)]
    assert context.jobs.view(job.id).share == 1.0


def test_a_recording_that_cannot_be_analysed_stays_with_the_reason(
    context, add_session, engine, until
):
    session = add_session()
    engine.analysis_error = AudioError("E20", "It is silent.", "Check the microphone.")
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert context.jobs.view(job.id).state is JobState.FAILED
    assert context.jobs.view(job.id).error.code == "E20"
    run = context.repository.run(job.run_id)
    assert (run.state, run.error_code) == (RunState.FAILED, "E20")
    assert context.repository.recording(session.id).is_file()


def test_an_unforeseen_failure_has_a_code_and_does_not_stop_the_next_job(
    context, add_session, engine, until
):
    engine.analysis_error = ZeroDivisionError("our own mistake")
    first = context.jobs.submit(add_session("A").id)
    until(lambda: context.jobs.view(first.id).state.has_ended)
    assert context.repository.run(first.run_id).error_code == "E64"
    engine.analysis_error = None
    second = context.jobs.submit(add_session("B").id)
    until(lambda: context.jobs.view(second.id).state is JobState.DONE)


@pytest.mark.parametrize("when", ["waiting", "analysing", "rendering"])
def test_a_cancelled_job_stops_and_can_be_done_again(context, add_session, engine, until, when):
    session = add_session()
    (engine.draw_on if when == "rendering" else engine.go_on).clear()
    blocker = context.jobs.submit(add_session("blocker").id) if when == "waiting" else None
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state == when)
    context.jobs.cancel(job.id)
    if blocker:
        context.jobs.cancel(blocker.id)
    until(lambda: context.jobs.view(job.id).state is JobState.CANCELLED)
    run = context.repository.run(job.run_id)
    assert run.state is (RunState.DONE if when == "rendering" else RunState.CANCELLED)
    engine.go_on.set()
    engine.draw_on.set()
    again = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(again.id).state is JobState.DONE)


def test_a_session_is_analysed_once_at_a_time(context, add_session, engine):
    session = add_session()
    engine.go_on.clear()
    context.jobs.submit(session.id)
    with pytest.raises(RequestError, match="E61"):
        context.jobs.submit(session.id)
    assert len(context.repository.session(session.id).runs) == 1


def test_only_so_many_jobs_wait(context, add_session, engine):
    engine.go_on.clear()
    for code in "ABC":
        context.jobs.submit(add_session(code).id)
    with pytest.raises(RequestError, match="E61"):
        context.jobs.submit(add_session("D").id)


def test_the_engine_is_made_ready_once(context, engine):
    for _ in range(3):
        context.jobs.warm_up()
    context.jobs.shutdown()
    assert engine.loads == 1


def test_jobs_say_that_they_wait_for_the_model_while_it_is_loaded(
    context, add_session, engine, until, stands
):
    loaded = threading.Event()
    engine.load = lambda: loaded.wait(10.0)
    engine.go_on.clear()
    first = context.jobs.submit(add_session("A").id)
    second = context.jobs.submit(add_session("B").id)
    assert [job.wait for job in context.jobs.all()] == [Wait.MODEL, Wait.MODEL]
    loaded.set()
    until(lambda: stands(first) == (JobState.ANALYSING, None))
    assert stands(second) == (JobState.WAITING, Wait.ANALYSIS)


def test_a_model_that_does_not_load_does_not_stop_the_jobs(context, add_session, engine, until):
    def fail():
        raise ModelError("E30", "No model.", "Install it.")

    engine.load = fail
    engine.analysis_error = ModelError("E30", "No model.", "Install it.")
    job = context.jobs.submit(add_session().id)
    until(lambda: context.jobs.view(job.id).state is JobState.FAILED)
    assert context.jobs.view(job.id).error.code == "E30"


def test_an_error_keeps_nothing_of_the_work_alive(context, add_session, engine, until):
    engine.analysis_error = AudioError("E20", "It is silent.", "Check the microphone.")
    job = context.jobs.submit(add_session().id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    error = context.jobs.view(job.id).error
    assert (error.code, error.cause) == ("E20", "It is silent.")
    assert error.remedy == "Check the microphone."
    assert error.__traceback__ is error.__cause__ is error.__context__ is None


def test_jobs_that_ended_long_ago_are_forgotten(context, add_session, until, monkeypatch):
    monkeypatch.setattr("ui.jobs.KEPT", 2)
    jobs = []
    for code in "ABCD":
        jobs.append(context.jobs.submit(add_session(code).id))
        until(lambda: context.jobs.view(jobs[-1].id).state is JobState.DONE)
    assert [job.id for job in context.jobs.all()] == [job.id for job in jobs[2:]]
    assert context.jobs.view(jobs[0].id) is None
    context.jobs.cancel(jobs[0].id)  # somebody's page still shows it


def test_a_waiting_job_is_cancelled_at_once(context, add_session, engine):
    engine.go_on.clear()
    context.jobs.submit(add_session("A").id)
    second = context.jobs.submit(add_session("B").id)
    context.jobs.cancel(second.id)
    assert context.jobs.view(second.id).state is JobState.CANCELLED
    assert context.repository.run(second.run_id).state is RunState.CANCELLED


def test_nothing_is_taken_on_once_the_app_is_being_closed(context, add_session, engine, until):
    session = add_session()
    engine.render_error = RenderError("E41", "No face.", "Retry.")
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    context.jobs.shutdown()
    context.jobs.warm_up()
    for ask in (lambda: context.jobs.submit(session.id), lambda: context.jobs.draw(job.run_id)):
        with pytest.raises(RequestError, match="E61 VERHM is being closed"):
            ask()
    assert len(context.repository.session(session.id).runs) == 1


def test_a_session_erased_meanwhile_ends_its_job_quietly(
    context, add_session, engine, until, caplog
):
    session = add_session()
    engine.go_on.clear()
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    context.repository.erase_session(session.id)
    engine.go_on.set()
    until(lambda: context.jobs.view(job.id).state.has_ended)
    view = context.jobs.view(job.id)
    assert (view.state, view.error.code) == (JobState.FAILED, "E53")
    assert "unforeseen" not in caplog.text


def test_a_session_is_analysed_again_as_it_was_last(context, add_session, engine, until):
    session = add_session()
    chosen = (AnalysisSettings(window=4.0), VideoSettings(size=720))
    first = context.jobs.submit(session.id, *chosen)
    until(lambda: context.jobs.view(first.id).state.has_ended)
    second = context.jobs.submit_again(session.id)
    until(lambda: context.jobs.view(second.id).state.has_ended)
    assert list(zip(engine.settings, engine.video, strict=True)) == [chosen, chosen]


def test_a_session_that_was_never_analysed_is_analysed_as_usual(
    context, add_session, engine, until
):
    job = context.jobs.submit_again(add_session().id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert engine.settings == [AnalysisSettings()]


def test_as_many_recordings_are_analysed_as_the_engine_takes(context, engine, add_session, until):
    engine.at_once = 2
    engine.go_on.clear()
    jobs = Jobs(context.repository, engine, context.settings.work)
    opened = [jobs.submit(add_session(code).id) for code in "ABC"]
    until(lambda: len(engine.settings) == 2)
    assert [jobs.view(job.id).wait for job in opened] == [None, None, Wait.ANALYSIS]
    engine.go_on.set()
    until(lambda: all(jobs.view(job.id).state is JobState.DONE for job in opened))
    jobs.shutdown()
