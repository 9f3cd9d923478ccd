"""Jobs end in one of the ways they may end, and never lose a recording."""

import gc
import threading
import weakref

import pytest

from storage.models import RunState, VideoState
from ui.jobs import Jobs
from ui.progress import JobState, Wait
from verhm.errors import AudioError, ModelError, RenderError, RequestError
from verhm.settings import AnalysisSettings, VideoSettings


@pytest.fixture
def draws(context, until):
    """Function that waits until a job's face is being drawn."""

    def wait(job) -> None:
        until(lambda: _stands(context, job) == (JobState.RENDERING, None))

    return wait


@pytest.fixture
def waits_to_be_drawn(context, until):
    """Function that waits until a job's face waits for the drawing before it."""

    def wait(job) -> None:
        until(lambda: _stands(context, job) == (JobState.RENDERING, Wait.DRAWING))

    return wait


def _stands(context, job) -> tuple[JobState, Wait | None]:
    view = context.jobs.view(job.id)
    return view.state, view.wait


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


def test_the_engine_is_made_ready_once(context, engine):
    for _ in range(3):
        context.jobs.warm_up()
    context.jobs.shutdown()
    assert engine.loads == 1


def test_probabilities_do_not_wait_for_the_video_before_them(
    context, add_session, engine, until, draws, waits_to_be_drawn
):
    engine.draw_on.clear()
    first = context.jobs.submit(add_session("A").id)
    draws(first)
    second = context.jobs.submit(add_session("B").id)
    waits_to_be_drawn(second)
    run = context.repository.run(second.run_id)
    assert (run.state, run.video_state) == (RunState.DONE, VideoState.QUEUED)
    assert context.jobs.view(first.id).state is JobState.RENDERING
    engine.draw_on.set()
    for job in (first, second):
        until(lambda job=job: context.jobs.view(job.id).state is JobState.DONE)
        assert context.repository.run(job.run_id).video_state is VideoState.DONE


def test_what_waits_to_be_drawn_takes_no_memory(
    context, add_session, engine, until, draws, waits_to_be_drawn
):
    kept = []
    analyze = engine.analyze

    def watched(*arguments):
        analysis = analyze(*arguments)
        kept.append(weakref.ref(analysis.morphs))
        return analysis

    engine.analyze = watched
    engine.draw_on.clear()
    draws(context.jobs.submit(add_session("A").id))
    waits_to_be_drawn(context.jobs.submit(add_session("B").id))
    until(lambda: gc.collect() is not None and kept[1]() is None)


def test_no_time_is_promised_while_other_drawings_come_first(
    context, add_session, engine, until, draws, monkeypatch
):
    monkeypatch.setattr("ui.progress.SETTLED", 0.0)
    engine.draw_on.clear()
    promised = []
    analyze = engine.analyze

    def watched(*arguments):
        analysis = analyze(*arguments)
        promised.append(context.jobs.all()[-1].seconds_left)
        return analysis

    engine.analyze = watched
    first = context.jobs.submit(add_session("A").id)
    draws(first)
    context.jobs.submit(add_session("B").id)
    until(lambda: len(promised) == 2)
    assert promised[0] is not None and promised[1] is None


def test_jobs_say_that_they_wait_for_the_model_while_it_is_loaded(
    context, add_session, engine, until
):
    loaded = threading.Event()
    engine.load = lambda: loaded.wait(10.0)
    engine.go_on.clear()
    first = context.jobs.submit(add_session("A").id)
    second = context.jobs.submit(add_session("B").id)
    assert [job.wait for job in context.jobs.all()] == [Wait.MODEL, Wait.MODEL]
    loaded.set()
    until(lambda: _stands(context, first) == (JobState.ANALYSING, None))
    assert _stands(context, second) == (JobState.WAITING, Wait.ANALYSIS)


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


def test_a_waiting_drawing_is_cancelled_at_once_and_leaves_the_probabilities(
    context, add_session, engine, draws, waits_to_be_drawn
):
    engine.draw_on.clear()
    draws(context.jobs.submit(add_session("A").id))
    second = context.jobs.submit(add_session("B").id)
    waits_to_be_drawn(second)
    context.jobs.cancel(second.id)
    assert context.jobs.view(second.id).state is JobState.CANCELLED
    run = context.repository.run(second.run_id)
    assert (run.state, run.video_state) == (RunState.DONE, VideoState.FAILED)
    assert (run.error_code, run.error_cause) == ("E60", "The drawing of the face was cancelled.")


def test_a_job_cancelled_while_its_result_is_saved_does_not_wait_to_be_drawn(
    context, add_session, engine, until, draws
):
    engine.draw_on.clear()
    draws(context.jobs.submit(add_session("A").id))
    document = engine.document

    def cancelling(analysis):
        context.jobs.cancel(context.jobs.all()[-1].id)
        return document(analysis)

    engine.document = cancelling
    second = context.jobs.submit(add_session("B").id)
    until(lambda: context.jobs.view(second.id).state is JobState.CANCELLED)
    assert context.repository.run(second.run_id).state is RunState.DONE


def test_a_face_that_waits_to_be_drawn_again_is_not_shown_as_failed(
    context, add_session, engine, until, draws
):
    session = add_session("A")
    engine.render_error = RenderError("E41", "No face.", "Retry.")
    failed = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(failed.id).state is JobState.FAILED)
    engine.render_error = None
    engine.draw_on.clear()
    draws(context.jobs.submit(add_session("B").id))
    again = context.jobs.draw(failed.run_id)
    assert _stands(context, again) == (JobState.RENDERING, Wait.DRAWING)
    run = context.repository.run(failed.run_id)
    assert (run.video_state, run.error_code) == (VideoState.QUEUED, None)


def test_a_drawing_cut_off_by_closing_is_found_interrupted_and_drawn_again(
    context, add_session, engine, until, draws, waits_to_be_drawn
):
    engine.draw_on.clear()
    drawn = context.jobs.submit(add_session("A").id)
    draws(drawn)
    waiting = context.jobs.submit(add_session("B").id)
    waits_to_be_drawn(waiting)
    context.jobs.shutdown()
    assert context.repository.run(drawn.run_id).video_state is VideoState.RENDERING
    assert context.repository.run(waiting.run_id).video_state is VideoState.QUEUED
    context.repository.interrupt_unfinished()
    engine.draw_on.set()
    tomorrow = Jobs(context.repository, engine, context.settings.work)
    for job in (drawn, waiting):
        run = context.repository.run(job.run_id)
        assert (run.state, run.video_state, run.error_code) == (
            RunState.DONE,
            VideoState.FAILED,
            "E41",
        )
        again = tomorrow.draw(run.id)
        until(lambda again=again: tomorrow.view(again.id).state is JobState.DONE)
    tomorrow.shutdown()


def test_a_drawing_that_breaks_while_the_app_is_closed_is_not_called_a_failure(
    context, add_session, engine, until, draws
):
    engine.draw_on.clear()
    engine.render_error = RenderError("E41", "The drawing process ended.", "Retry.")
    job = context.jobs.submit(add_session().id)
    draws(job)
    context.jobs.expect_closing()  # Ctrl-C reaches the drawing processes as well
    engine.draw_on.set()
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert context.repository.run(job.run_id).video_state is VideoState.RENDERING


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


def test_closing_the_app_leaves_runs_to_be_found_interrupted(context, add_session, engine, until):
    engine.go_on.clear()
    job = context.jobs.submit(add_session().id)
    until(lambda: context.jobs.view(job.id).state is JobState.ANALYSING)
    context.jobs.shutdown()
    assert context.repository.run(job.run_id).state is RunState.RUNNING
    context.repository.interrupt_unfinished()
    assert context.repository.run(job.run_id).state is RunState.INTERRUPTED


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


def test_a_face_that_another_window_had_drawn_is_not_drawn_twice(context, analysed, engine):
    session = analysed()
    with pytest.raises(RequestError, match="E61 The face is drawn already"):
        context.jobs.draw(session.runs[0].id)
    assert len(engine.video) == 1


def test_a_drawing_can_be_cancelled_as_soon_as_it_is_seen(
    context, analysed, engine, until, monkeypatch
):
    engine.render_error = RenderError("E41", "No face.", "Retry.")
    run = analysed().runs[0]
    engine.render_error = None
    engine.draw_on.clear()
    lock, seen = context.jobs._lock, []

    class CancellingOnceItIsFree:
        def __enter__(self):
            lock.acquire()

        def __exit__(self, *error):
            new = [job.id for job in context.jobs._open() if job.id not in seen]
            seen.extend(new)
            lock.release()
            for job_id in new:
                context.jobs.cancel(job_id)

    monkeypatch.setattr(context.jobs, "_lock", CancellingOnceItIsFree())
    job = context.jobs.draw(run.id)
    until(lambda: context.jobs.view(job.id).state is JobState.CANCELLED)


def test_a_job_whose_result_is_saved_while_the_app_is_closed_ends(
    context, add_session, engine, until
):
    session = add_session()
    document = engine.document

    def closing(analysis):
        context.jobs.expect_closing()
        return document(analysis)

    engine.document = closing
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    view = context.jobs.view(job.id)
    assert (view.state, view.error.code) == (JobState.FAILED, "E61")
    assert context.repository.run(job.run_id).video_state is VideoState.QUEUED


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
