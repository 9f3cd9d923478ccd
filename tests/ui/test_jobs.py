"""Jobs end in one of the ways they may end, and never lose a recording."""

import pytest

from storage.models import RunState, VideoState
from ui.progress import JobState
from verhm.errors import AudioError, RenderError, RequestError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Stage


def test_a_job_saves_the_result_and_then_the_video(context, add_session, engine, until):
    session = add_session()
    engine.draw_on.clear()
    job = context.jobs.submit(session.id, AnalysisSettings(window=4.0), VideoSettings(size=720))
    until(lambda: context.jobs.view(job.id).state is JobState.RENDERING)
    # The probabilities can be read while the face is still being drawn.
    run = context.repository.run(job.run_id)
    assert run.state is RunState.DONE and run.summary is not None
    assert run.video_state is VideoState.RENDERING
    engine.draw_on.set()
    until(lambda: context.jobs.view(job.id).state is JobState.DONE)
    assert context.repository.run(job.run_id).video_state is VideoState.DONE
    assert engine.settings == [AnalysisSettings(window=4.0)]
    assert engine.video == [VideoSettings(size=720)]
    assert context.jobs.view(job.id).overall == 1.0


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


def test_a_face_that_cannot_be_drawn_leaves_the_probabilities(context, add_session, engine, until):
    session = add_session()
    engine.render_error = RenderError("E41", "No face.", "Retry.")
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    run = context.repository.run(job.run_id)
    assert (run.state, run.video_state, run.error_code) == (
        RunState.DONE,
        VideoState.FAILED,
        "E41",
    )
    engine.render_error = None
    again = context.jobs.draw(run.id)
    until(lambda: context.jobs.view(again.id).state is JobState.DONE)
    assert context.repository.run(run.id).video_state is VideoState.DONE


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


def test_the_engine_is_made_ready_once(context, engine, until):
    for _ in range(3):
        context.jobs.warm_up()
    until(lambda: engine.loads)
    assert engine.loads == 1


def test_closing_the_app_leaves_runs_to_be_found_interrupted(context, add_session, engine, until):
    engine.go_on.clear()
    job = context.jobs.submit(add_session().id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    context.jobs.shutdown()
    assert context.repository.run(job.run_id).state is RunState.RUNNING
    context.repository.interrupt_unfinished()
    assert context.repository.run(job.run_id).state is RunState.INTERRUPTED


def test_a_session_erased_meanwhile_ends_its_job_quietly(context, add_session, engine, until):
    session = add_session()
    engine.go_on.clear()
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    context.repository.erase_session(session.id)
    engine.go_on.set()
    until(lambda: context.jobs.view(job.id).state is JobState.FAILED)
    assert context.jobs.view(job.id).stage in Stage
