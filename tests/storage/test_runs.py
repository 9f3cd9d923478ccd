"""Runs: every end is recorded, and a result never changes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from storage.models import MediaKind, RunState, VideoState
from storage.repository import Repository
from tests.storage.conftest import files_in, make_result
from verhm.errors import AudioError, RenderError, StorageError
from verhm.settings import AnalysisSettings, VideoSettings


@pytest.fixture
def session(practice):
    return practice.session(practice.patient())


def test_a_result_comes_back_as_it_was(practice, session):
    repository, result = practice.repository, make_result()
    head = np.random.default_rng(0).normal(0, 0.05, (len(result.morphs.weights), 3))
    result = replace(result, morphs=replace(result.morphs, head=head))
    run = practice.begun(session, video=True)
    assert (run.state, run.video_state) == (RunState.QUEUED, VideoState.QUEUED)
    assert repository.mark_running(run.id).state is RunState.RUNNING
    repository.finish_run(run.id, result)
    found = repository.run(run.id)
    assert (found.state, found.number) == (RunState.DONE, 1)
    assert (found.settings, found.video_settings) == (AnalysisSettings(seed=7), VideoSettings())
    assert (found.summary, found.quality, found.model) == (
        result.summary,
        result.quality,
        result.model,
    )
    assert found.seconds == result.seconds
    assert found.finished_at >= found.created_at
    assert repository.document(run.id) == result.document
    morphs = repository.morphs(run.id)
    np.testing.assert_allclose(morphs.weights, result.morphs.weights, atol=1e-7)
    assert (morphs.frame_rate, morphs.names) == (30.0, result.morphs.names)
    np.testing.assert_allclose(morphs.head, result.morphs.head, atol=1e-7)
    voice = repository.voice(run.id)
    assert (voice.model, voice.windows) == (result.voice.model, result.voice.windows)
    np.testing.assert_array_equal(voice.mean, result.voice.mean)
    assert repository.session(session.id).duration == result.duration


def test_a_result_of_an_earlier_version_has_a_straight_head(practice, session, monkeypatch):
    def packed_without(file, *, head, **arrays):
        assert head.any()
        np.savez(file, **arrays)

    monkeypatch.setattr(np, "savez_compressed", packed_without)
    result = make_result()
    nodding = replace(result.morphs, head=np.full((len(result.morphs.weights), 3), 0.1))
    run = practice.begun(session)
    practice.repository.finish_run(run.id, replace(result, morphs=nodding))
    monkeypatch.undo()
    found = practice.repository.morphs(run.id)
    assert found.head.shape == nodding.head.shape and not found.head.any()


def test_a_result_may_come_without_a_voice(practice, session):
    run = practice.begun(session)
    practice.repository.finish_run(run.id, replace(make_result(), voice=None))
    with pytest.raises(StorageError, match=r"^E53"):
        practice.repository.voice(run.id)


def test_a_withheld_summary_comes_back_too(practice, session):
    nothing = (math.nan, math.nan, math.nan)
    result = make_result()
    withheld = replace(
        result.summary,
        shares=(),
        valence=nothing,
        arousal=nothing,
        transitions=math.nan,
        withheld="E21 Too little.",
    )
    quality = replace(result.quality, snr=math.nan)
    run = practice.begun(session)
    practice.repository.finish_run(run.id, replace(result, summary=withheld, quality=quality))
    found = practice.repository.run(run.id)
    assert (found.summary.withheld, found.summary.shares) == ("E21 Too little.", ())
    assert math.isnan(found.summary.transitions) and all(map(math.isnan, found.summary.valence))
    assert math.isnan(found.quality.snr)


def test_analysing_again_adds_a_run(practice, session):
    first, second = practice.done(session), practice.done(session)
    assert (first.number, second.number) == (1, 2)
    assert practice.repository.latest_run(session.id).id == second.id
    assert practice.repository.run(first.id).state is RunState.DONE


def test_a_finished_run_takes_no_other_result_or_end(practice, session):
    repository, run = practice.repository, practice.done(session)
    before = files_in(repository)
    error = AudioError("E20", "It is silent.", "Record again.")
    for verb in (
        lambda: repository.finish_run(run.id, make_result(1)),
        lambda: repository.fail_run(run.id, error),
        lambda: repository.cancel_run(run.id),
        lambda: repository.mark_running(run.id),
    ):
        with pytest.raises(ValueError, match="done already"):
            verb()
    assert files_in(repository) == before
    assert repository.run(run.id).summary == run.summary


@pytest.mark.parametrize(
    ("column", "value"),
    [("summary", None), ("model_version", "2"), ("settings", AnalysisSettings(seed=1))],
)
def test_not_even_the_models_let_a_result_change(practice, session, column, value):
    run = practice.done(session)
    with (
        pytest.raises(ValueError, match="never changes"),
        practice.repository.database.writing() as unit,
    ):
        setattr(unit.merge(run), column, value)


def test_failures_say_why(practice, session):
    run = practice.begun(session, video=True)
    practice.repository.fail_run(run.id, AudioError("E20", "It is silent.", "Record again."))
    found = practice.repository.run(run.id)
    assert (found.state, found.video_state) == (RunState.FAILED, VideoState.NONE)
    assert (found.error_code, found.error_cause, found.error_remedy) == (
        "E20",
        "It is silent.",
        "Record again.",
    )
    assert practice.repository.recording(session.id).is_file()


def test_a_cancelled_run_keeps_the_session(practice, session):
    run = practice.begun(session)
    assert practice.repository.cancel_run(run.id).state is RunState.CANCELLED
    assert practice.repository.session(session.id).runs[0].state is RunState.CANCELLED


def test_the_video_comes_after_the_result(practice, session, tmp_path):
    repository, run = practice.repository, practice.done(session, video=True)
    repository.set_video_state(run.id, VideoState.RENDERING)
    error = RenderError("E41", "The face could not be drawn.", "Retry.")
    assert repository.set_video_state(run.id, VideoState.FAILED, error).error_code == "E41"
    repository.set_video_state(run.id, VideoState.RENDERING)
    video = tmp_path / "face.mp4"
    video.write_bytes(b"moving face")
    done = repository.attach_video(run.id, video)
    assert (done.video_state, done.error_code, video.exists()) == (VideoState.DONE, None, False)
    media = repository.media_of(run.id, MediaKind.VIDEO)
    path, media_type = repository.media(media.id)
    assert (path.read_bytes(), media_type) == (b"moving face", "video/mp4")
    assert {media.kind for media in done.media} == set(MediaKind) - {
        MediaKind.RECORDING,
        MediaKind.CAMERA,
    }


def test_a_video_s_settings_are_known_once_it_is_drawn(practice, session, tmp_path):
    repository, video = practice.repository, tmp_path / "face.mp4"
    begun = repository.begin_run(session.id, AnalysisSettings())
    repository.finish_run(begun.id, make_result())
    video.write_bytes(b"moving face")
    assert repository.run(begun.id).video_settings is None
    drawn = VideoSettings(avatar="man")
    assert repository.attach_video(begun.id, video, drawn).video_settings == drawn


def test_what_was_wanted_of_a_video_stays(practice, session, tmp_path):
    repository, video = practice.repository, tmp_path / "face.mp4"
    run = practice.done(session, video=True)
    video.write_bytes(b"moving face")
    wanted = repository.run(run.id).video_settings
    repository.attach_video(run.id, video, VideoSettings(avatar="man"))
    assert repository.run(run.id).video_settings == wanted != VideoSettings(avatar="man")


def test_a_second_video_is_refused_and_leaves_no_file(practice, session, tmp_path):
    run = practice.done(session, video=True)
    video = tmp_path / "face.mp4"
    video.write_bytes(b"one")
    practice.repository.attach_video(run.id, video)
    before = files_in(practice.repository)
    video.write_bytes(b"two")
    with pytest.raises(ValueError, match="video already"):
        practice.repository.attach_video(run.id, video)
    assert files_in(practice.repository) == before


def test_an_erased_session_takes_no_result(practice, session):
    run = practice.begun(session)
    practice.repository.erase_session(session.id)
    with pytest.raises(StorageError) as caught:
        practice.repository.finish_run(run.id, make_result())
    assert caught.value.code == "E53"
    assert files_in(practice.repository) == set()


def test_a_result_that_cannot_be_written_leaves_the_run_open(practice, session, monkeypatch):
    repository, run = practice.repository, practice.begun(session)
    before, store = files_in(repository), repository.files.store
    full = StorageError("E51", "The disk is full.", "Free some space.")

    def store_one(session_id, suffix, source):
        if suffix == ".npz":
            raise full
        return store(session_id, suffix, source)

    monkeypatch.setattr(repository.files, "store", store_one)
    with pytest.raises(StorageError):
        repository.finish_run(run.id, make_result())
    assert files_in(repository) == before
    assert repository.run(run.id).state is RunState.QUEUED
    assert repository.fail_run(run.id, full).error_code == "E51"


@pytest.fixture
def left_open(practice, session):
    """Runs as a program leaves them that dies: waiting, analysed, drawn, waiting to be drawn."""
    repository = practice.repository
    queued, running = practice.begun(session), practice.begun(session, video=True)
    repository.mark_running(running.id)
    drawn, undrawn = practice.done(session, video=True), practice.done(session, video=True)
    repository.set_video_state(drawn.id, VideoState.RENDERING)
    practice.done(session)
    return [run.id for run in (queued, running, drawn, undrawn)]


def states(repository, run_ids):
    runs = [repository.run(run_id) for run_id in run_ids]
    return [(run.state, run.video_state) for run in runs]


def test_what_was_open_at_the_end_is_gone_on_with_in_its_order(practice, left_open):
    repository = practice.repository
    taken = repository.take_up()
    assert [run.id for run in taken] == left_open
    assert taken[1].settings == AnalysisSettings(seed=7)
    assert taken[1].video_settings == VideoSettings()
    assert states(repository, left_open) == [
        (RunState.QUEUED, VideoState.NONE),
        (RunState.QUEUED, VideoState.QUEUED),
        (RunState.DONE, VideoState.QUEUED),
        (RunState.DONE, VideoState.QUEUED),
    ]


def test_what_the_program_dies_of_twice_is_closed_and_what_only_waited_is_not(practice, left_open):
    repository = practice.repository
    queued, running, drawn, undrawn = left_open
    repository.take_up()
    repository.mark_running(running)
    repository.set_video_state(drawn, VideoState.RENDERING)
    assert [run.id for run in repository.take_up()] == [queued, undrawn]
    assert states(repository, [running, drawn]) == [
        (RunState.INTERRUPTED, VideoState.NONE),
        (RunState.DONE, VideoState.FAILED),
    ]
    assert "ended twice while it analysed" in repository.run(running).error_cause
    assert repository.run(running).error_code == "E64"
    assert "ended twice while it drew" in repository.run(drawn).error_cause
    assert repository.run(drawn).error_code == "E41"


def test_a_second_try_that_ends_otherwise_leaves_nothing_of_the_first(
    practice, left_open, tmp_path
):
    repository = practice.repository
    queued, running, drawn, undrawn = left_open
    video = tmp_path / "face.mp4"
    video.write_bytes(b"video")
    repository.mark_running(queued)
    repository.take_up()
    repository.finish_run(running, make_result())
    repository.cancel_run(queued)
    repository.set_video_state(drawn, VideoState.RENDERING)
    repository.attach_video(drawn, video)
    assert [repository.run(each).error_code for each in (running, queued, drawn)] == [None] * 3
    repository.set_video_state(undrawn, VideoState.RENDERING)
    repository.take_up()
    repository.set_video_state(undrawn, VideoState.QUEUED)  # somebody asks for it anew
    repository.set_video_state(undrawn, VideoState.RENDERING)
    assert undrawn in {run.id for run in repository.take_up()}


def test_what_is_put_back_by_an_orderly_end_does_not_count_as_dead(practice, left_open):
    repository = practice.repository
    _, running, drawn, _ = left_open
    for _ in range(3):
        repository.requeue(running)
        repository.requeue(drawn)
        assert [run.id for run in repository.take_up()] == left_open
        repository.mark_running(running)
        repository.set_video_state(drawn, VideoState.RENDERING)
    assert repository.run(running).error_code is repository.run(drawn).error_code is None


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        (MediaKind.ANALYSIS, Repository.document),
        (MediaKind.MORPHS, Repository.morphs),
        (MediaKind.VOICE, Repository.voice),
    ],
)
def test_one_flipped_byte_of_a_result_is_noticed(practice, session, kind, read):
    run = practice.done(session)
    media = practice.repository.media_of(run.id, kind)
    path, _ = practice.repository.media(media.id)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        read(practice.repository, run.id)
    assert str(caught.value).startswith("E52 The result of this run cannot be read.")


def test_a_run_without_a_result_has_none_to_read(practice, session):
    run = practice.begun(session)
    with pytest.raises(StorageError) as caught:
        practice.repository.document(run.id)
    assert caught.value.code == "E53"
