"""Faces are drawn one after the other, beside the analyses, and a lost one can be drawn again."""

import gc
import weakref

import pytest

from storage.models import RunState, VideoState
from ui.demonstration import load_demonstration
from ui.film import FilmChoices
from ui.made_up import CAPTION
from ui.progress import JobState, Wait
from verhm.errors import RenderError, RequestError
from verhm.settings import VideoSettings


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


def test_the_demonstration_s_video_says_what_is_made_up_and_its_face_stays(context, engine, until):
    sessions = context.repository.sessions(load_demonstration(context.repository))
    context.preferences.choose_avatar("man")
    job = context.jobs.draw(sessions[0].latest_done.id)
    until(lambda: context.jobs.view(job.id).state is JobState.DONE)
    context.preferences.choose_avatar("older-woman")
    drawn = VideoSettings(avatar="man", caption=CAPTION)
    assert engine.video == [drawn]
    assert context.repository.run(job.run_id).video_settings == drawn


@pytest.fixture
def drawn_and_waiting(context, add_session, engine, draws, waits_to_be_drawn):
    """A job whose face is being drawn, and one whose face waits for it."""
    engine.draw_on.clear()
    drawn = context.jobs.submit(add_session("A").id)
    draws(drawn)
    waiting = context.jobs.submit(add_session("B").id)
    waits_to_be_drawn(waiting)
    return drawn, waiting


def test_probabilities_do_not_wait_for_the_video_before_them(
    context, engine, until, drawn_and_waiting
):
    first, second = drawn_and_waiting
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


def test_no_time_is_promised_while_a_film_for_export_comes_first(
    context, add_session, analysed, engine, until, monkeypatch
):
    monkeypatch.setattr("ui.progress.SETTLED", 0.0)
    run = analysed().latest_done
    engine.draw_on.clear()
    context.jobs.films.order(run.id, FilmChoices(timeline=False))
    promised = []
    analyze = engine.analyze

    def watched(*arguments):
        analysis = analyze(*arguments)
        promised.append(context.jobs.all()[-1].seconds_left)
        return analysis

    engine.analyze = watched
    context.jobs.submit(add_session("B").id)
    until(lambda: promised)
    engine.draw_on.set()
    assert promised == [None]


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
    context, add_session, engine, until, draws, stands
):
    session = add_session("A")
    engine.render_error = RenderError("E41", "No face.", "Retry.")
    failed = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(failed.id).state is JobState.FAILED)
    engine.render_error = None
    engine.draw_on.clear()
    draws(context.jobs.submit(add_session("B").id))
    again = context.jobs.draw(failed.run_id)
    assert stands(again) == (JobState.RENDERING, Wait.DRAWING)
    run = context.repository.run(failed.run_id)
    assert (run.video_state, run.error_code) == (VideoState.QUEUED, None)


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
    assert context.repository.run(job.run_id).video_state is VideoState.QUEUED


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
