"""What the end of the app leaves open, the next start goes on with."""

import pytest

from storage.access import the_program
from storage.details import SessionDetails
from storage.models import MediaKind, RunState, VideoState
from tests.ui.conftest import TODAY
from tests.ui.fakes import FakeEngine
from ui.jobs import Jobs
from ui.progress import JobState
from verhm.errors import RequestError
from verhm.settings import AnalysisSettings, VideoSettings


@pytest.fixture
def next_start(context):
    """Function that makes the jobs of the next start, and their engine; nobody closed the last."""
    made = []

    def start(engine: FakeEngine | None = None) -> tuple[Jobs, FakeEngine]:
        engine = engine or FakeEngine()
        repository = context.repository.acting_as(the_program)
        made.append(Jobs(repository, engine, context.settings.work, longest=3))
        made[-1].resume()
        return made[-1], engine

    yield start
    for jobs in made:
        jobs.shutdown()


@pytest.fixture
def begun(context, add_session):
    """Function that leaves a run as a program that dies would, at a state."""

    def begin(code: str, state: RunState = RunState.QUEUED, **settings):
        run = context.repository.begin_run(
            add_session(code).id, AnalysisSettings(**settings), VideoSettings(720, "man")
        )
        return context.repository.mark_running(run.id) if state is RunState.RUNNING else run

    return begin


def has_ended(jobs: Jobs) -> bool:
    return all(job.state.has_ended for job in jobs.all())


def test_runs_go_on_in_their_order_with_their_own_settings(context, begun, next_start, until):
    runs = [begun("A", RunState.RUNNING, seed=1), begun("B", seed=2), begun("C", seed=3)]
    runs += [begun("D", seed=4)]  # more than may be asked for at once
    jobs, engine = next_start()
    until(lambda: has_ended(jobs))
    assert [job.run_id for job in jobs.all()] == [run.id for run in runs]
    assert [each.seed for each in engine.settings] == [1, 2, 3, 4]
    assert engine.video == [VideoSettings(720, "man")] * 4
    for run in runs:
        found = context.repository.run(run.id)
        assert (found.state, found.video_state) == (RunState.DONE, VideoState.DONE)
        assert [each.id for each in context.repository.session(run.session_id).runs] == [run.id]


def test_a_video_that_was_being_drawn_is_drawn_and_nothing_is_analysed_again(
    context, add_run, next_start, until
):
    run_id = add_run(2.0, VideoSettings(720))
    context.repository.set_video_state(run_id, VideoState.RENDERING)
    document = context.repository.document(run_id)
    jobs, engine = next_start()
    until(lambda: has_ended(jobs))
    assert context.repository.run(run_id).video_state is VideoState.DONE
    assert (engine.settings, engine.video) == ([], [VideoSettings(720)])
    assert context.repository.document(run_id) == document


def test_a_job_that_the_app_dies_of_does_not_keep_it_from_starting(
    context, begun, next_start, until
):
    deadly, other = begun("A", RunState.RUNNING), begun("B")
    engine = FakeEngine()
    engine.go_on.clear()
    jobs, _ = next_start(engine)  # which dies at the same
    until(lambda: jobs.all()[0].state is JobState.ANALYSING)
    last, engine = next_start()
    until(lambda: has_ended(last))
    assert [job.run_id for job in last.all()] == [other.id]
    dead = context.repository.run(deadly.id)
    assert (dead.state, dead.error_code) == (RunState.INTERRUPTED, "E64")
    again = last.submit_again(deadly.session_id)
    until(lambda: last.view(again.id).state is JobState.DONE)
    assert context.repository.recording(deadly.session_id).is_file()


def test_a_resumed_session_is_busy_until_it_is_done(begun, next_start, until):
    run = begun("A")
    engine = FakeEngine()
    engine.go_on.clear()
    jobs, _ = next_start(engine)
    with pytest.raises(RequestError, match="E61"):
        jobs.submit(run.session_id)
    engine.go_on.set()
    until(lambda: has_ended(jobs))


def test_a_run_whose_recording_is_gone_ends_and_says_so(context, begun, next_start, until):
    run = begun("A", RunState.RUNNING)
    context.repository.recording(run.session_id).unlink()
    jobs, engine = next_start()
    until(lambda: has_ended(jobs))
    found = context.repository.run(run.id)
    assert (found.state, found.error_code) == (RunState.FAILED, "E53")
    assert engine.settings == []


def test_of_an_erased_session_and_of_a_try_nothing_goes_on(context, begun, next_start, recording):
    context.repository.erase_session(begun("A", RunState.RUNNING).session_id)
    tried = context.repository.add_session(None, SessionDetails(TODAY), recording, is_kept=False)
    context.repository.begin_run(tried.id, AnalysisSettings())
    context.repository.acting_as(the_program).sweep()  # as at every start
    jobs, _ = next_start()
    assert jobs.all() == []


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_closed_in_an_orderly_way_goes_on_however_often(
    context, add_session, next_start, until, times
):
    session = add_session()
    engine = FakeEngine()
    engine.go_on.clear()
    jobs, _ = next_start(engine)
    job = jobs.submit(session.id)
    for _ in range(times):
        until(lambda jobs=jobs: jobs.all()[0].state is JobState.ANALYSING)
        jobs.shutdown()
        assert context.repository.run(job.run_id).state is RunState.QUEUED
        jobs, _ = next_start(engine)
    engine.go_on.set()
    until(lambda: has_ended(jobs))
    assert context.repository.media_of(job.run_id, MediaKind.VIDEO) is not None


def test_drawings_cut_off_by_closing_go_on(context, add_session, next_start, until):
    engine = FakeEngine()
    engine.draw_on.clear()
    jobs, _ = next_start(engine)
    run_ids = [jobs.submit(add_session(code).id).run_id for code in "AB"]
    until(lambda: {job.state for job in jobs.all()} == {JobState.RENDERING})
    until(lambda: jobs.all()[0].wait is None)
    jobs.shutdown()
    for run_id in run_ids:
        run = context.repository.run(run_id)
        assert (run.state, run.video_state) == (RunState.DONE, VideoState.QUEUED)
    tomorrow, _ = next_start()
    until(lambda: has_ended(tomorrow))
    for run_id in run_ids:
        assert context.repository.run(run_id).video_state is VideoState.DONE
