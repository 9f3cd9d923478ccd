"""Videos made for export: ordered, followed, stopped, taken along, and gone with their session."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from storage.details import Agreement, PatientDetails, SessionDetails
from storage.models import MediaKind, VideoState
from tests.audio.encoding import run_ffmpeg
from tests.factories import make_analysis
from ui import export_films
from ui.demonstration import load_demonstration
from ui.export_form import FilmForm
from ui.film import FilmChoices
from ui.patient_removal import erase_patient
from ui.progress import JobState
from ui.session_removal import erase_session
from verhm.errors import AudioError, RenderError, RequestError, StorageError
from verhm.settings import VideoSettings
from verhm.types import ModelId

PLAIN = FilmChoices(timeline=False)
NEUTRAL = FilmChoices(neutral=True)


@pytest.fixture
def run(analysed):
    """A run with a result and a video."""
    return analysed().latest_done


@pytest.fixture
def films(context):
    return context.jobs.films


@pytest.fixture
def ends(films, until):
    """Function that waits for a film's end and returns how it stands then."""

    def wait(film):
        until(lambda: films.film(film.id).state.has_ended)
        return films.film(film.id)

    return wait


@pytest.fixture
def speaks_neutrally(engine):
    """Let the engine find a neutral face, as the real one does."""
    analyze = engine.analyze

    def found(*arguments):
        analysis = analyze(*arguments)
        return replace(analysis, neutral=analysis.morphs)

    engine.analyze = found


def files(context) -> list[Path]:
    return [path for path in context.settings.work.rglob("*") if path.is_file()]


def test_a_film_is_made_of_the_run_s_own_result(films, run, engine, ends):
    film = ends(films.order(run.id, FilmChoices(size=720)))
    assert (film.state, film.share, film.error) == (JobState.DONE, 1.0, None)
    assert engine.video[-1] == VideoSettings(size=720)
    beside = engine.beside[-1]
    assert len(beside.timeline) == len(make_analysis(10.0).timeline)
    assert (beside.neutral, beside.film) == (None, None)
    assert films.path(film.id).name == "face-720-timeline.mp4"
    assert films.path(film.id).read_bytes()


def test_the_run_s_own_video_stays_as_it_is(context, films, run, ends):
    before = [media.id for media in context.repository.run(run.id).media]
    ends(films.order(run.id, PLAIN))
    after = context.repository.run(run.id)
    assert [media.id for media in after.media] == before
    assert after.video_state is VideoState.DONE


def test_the_neutral_face_is_found_anew(films, run, engine, ends, speaks_neutrally):
    analysed = len(engine.settings)
    film = ends(films.order(run.id, NEUTRAL))
    assert film.state is JobState.DONE
    assert engine.settings[analysed:] == [run.settings]
    assert engine.beside[-1].neutral is not None


def test_a_neutral_face_of_another_model_is_refused(films, run, engine, ends):
    analyze = engine.analyze
    newer = ModelId("newer", "1", "1" * 64)
    engine.analyze = lambda *arguments: replace(analyze(*arguments), model=newer)
    film = ends(films.order(run.id, NEUTRAL))
    assert (film.state, film.error.code) == (JobState.FAILED, "E71")
    assert "Analyse the session again" in film.error.remedy


def test_what_cannot_be_found_is_refused_at_once(films, run, engine):
    engine.analyses_with = ModelId("newer", "1", "1" * 64)
    analysed = len(engine.settings)
    with pytest.raises(RequestError, match="E71"):
        films.order(run.id, NEUTRAL)
    assert films.of_run(run.id) == [] and len(engine.settings) == analysed


def test_a_film_of_the_demonstration_says_that_its_figures_are_made_up(
    context, films, run, engine, ends
):
    made_up = context.repository.sessions(load_demonstration(context.repository))[0].latest_done
    assert ends(films.order(made_up.id, FilmChoices())).state is JobState.DONE
    assert "made-up figures" in engine.video[-1].caption
    ends(films.order(run.id, FilmChoices()))
    assert "made-up" not in engine.video[-1].caption


def test_the_picture_is_that_of_the_recording(context, films, filmed, engine, ends):
    film = ends(films.order(filmed.latest_done.id, FilmChoices(timeline=False, picture=True)))
    assert film.state is JobState.DONE
    assert engine.beside[-1].film == context.repository.recording(filmed.id)
    assert engine.beside[-1].timeline is None
    assert films.path(film.id).name == "face-512-picture.mp4"


@pytest.fixture
def filmed_along(context, tmp_path, recording, until):
    """A session that a camera filmed along, analysed to the end."""
    seen = tmp_path / "camera.webm"
    source = "testsrc=size=64x48:rate=24:duration=2"
    run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libvpx", seen)
    patient = context.repository.add_patient(PatientDetails("P-0010"), Agreement(date(2026, 1, 5)))
    details = SessionDetails(date(2026, 1, 6))
    session = context.repository.add_session(patient.id, details, recording, picture=seen)
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    return context.repository.session(session.id)


def test_the_picture_is_the_camera_s_where_one_filmed_along(
    context, films, filmed_along, engine, ends
):
    repository, run = context.repository, filmed_along.latest_done
    shown = FilmForm(repository, context.scratch).html(filmed_along, run, None)
    assert "film-picture" in shown
    film = ends(films.order(run.id, FilmChoices(timeline=False, picture=True)))
    assert film.state is JobState.DONE
    camera = repository.media_of(filmed_along.id, MediaKind.CAMERA)
    assert engine.beside[-1].film == repository.content(camera.id).path
    ends(films.order(run.id, FilmChoices()))
    assert engine.beside[-1].film is None


def test_a_picture_is_refused_where_the_recording_has_none(context, films, run):
    with pytest.raises(AudioError, match="E19"):
        films.order(run.id, FilmChoices(picture=True))
    assert films.of_run(run.id) == []


def test_an_unfit_size_is_refused(films, run):
    with pytest.raises(RequestError, match="E71"):
        films.order(run.id, FilmChoices(size=4_000))


def test_only_a_result_can_be_shown(context, films, add_session, engine, until):
    engine.analysis_error = AudioError("E20", "Silent.", "Speak.")
    session = add_session()
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    with pytest.raises(StorageError, match="E53"):
        films.order(job.run_id, PLAIN)


def test_what_cannot_be_drawn_says_why_and_leaves_no_file(context, films, run, engine, ends):
    engine.render_error = RenderError("E41", "No face.", "Retry.")
    film = ends(films.order(run.id, PLAIN))
    assert (film.state, film.error.code) == (JobState.FAILED, "E41")
    assert not files(context)
    with pytest.raises(StorageError, match="E53"):
        films.path(film.id)


def test_an_unforeseen_failure_is_told_without_its_details(films, run, engine, ends, monkeypatch):
    def fail(*arguments):
        raise KeyError("secret")

    monkeypatch.setattr(engine, "render", fail)
    film = ends(films.order(run.id, PLAIN))
    assert film.error.code == "E64"
    assert "secret" not in str(film.error)


def test_a_film_can_be_stopped_while_it_is_drawn(context, films, run, engine, ends, until):
    engine.draw_on.clear()
    film = films.order(run.id, PLAIN)
    until(lambda: films.film(film.id).state is JobState.RENDERING)
    films.cancel(film.id)
    assert ends(film).state is JobState.CANCELLED
    assert not files(context)


@pytest.mark.parametrize("choices", [PLAIN, NEUTRAL])
def test_a_film_can_be_stopped_while_it_waits(films, run, engine, ends, until, choices):
    engine.draw_on.clear()
    engine.go_on.clear()
    first, second = films.order(run.id, choices), films.order(run.id, choices)
    until(lambda: films.film(first.id).state is not JobState.WAITING)
    films.cancel(second.id)
    assert films.film(second.id).state is JobState.CANCELLED
    films.cancel(first.id)
    assert ends(first).state is JobState.CANCELLED


def test_the_films_of_a_session_are_erased_with_it(context, films, run, ends):
    film = ends(films.order(run.id, PLAIN))
    assert files(context)
    erase_session(context, run.session_id)
    assert not files(context)
    with pytest.raises(StorageError, match="E53"):
        films.film(film.id)


def test_films_go_with_their_patient_long_after_the_analysis(
    context, films, run, ends, monkeypatch
):
    film = ends(films.order(run.id, PLAIN))
    patient = context.repository.session(run.session_id).patient
    monkeypatch.setattr(context.jobs, "all", list)  # no job is known any more
    erase_patient(context, patient.id, patient.code)
    assert not files(context)
    with pytest.raises(StorageError, match="E53"):
        films.film(film.id)


def test_a_film_that_is_being_drawn_is_erased_with_its_session(context, films, run, engine, until):
    engine.draw_on.clear()
    film = films.order(run.id, PLAIN)
    until(lambda: films.film(film.id).state is JobState.RENDERING)
    erase_session(context, run.session_id)
    assert not files(context)


def test_films_of_other_sessions_stay(context, films, run, analysed, ends):
    other = analysed("P-0002").latest_done
    film = ends(films.order(other.id, PLAIN))
    erase_session(context, run.session_id)
    assert films.path(film.id).is_file()


def test_not_more_films_are_taken_on_than_can_be_waited_for(films, run, engine):
    engine.draw_on.clear()
    for _ in range(export_films.LONGEST):
        films.order(run.id, PLAIN)
    with pytest.raises(RequestError, match="E61"):
        films.order(run.id, PLAIN)


def test_only_the_newest_films_are_kept(context, films, run, ends, monkeypatch):
    monkeypatch.setattr(export_films, "KEPT", 2)
    made = [ends(films.order(run.id, PLAIN)) for _ in range(3)]
    assert [film.id for film in films.of_run(run.id)] == [made[2].id, made[1].id]
    assert len(files(context)) == 2


def test_what_ends_last_is_the_newest_and_failures_push_out_no_film(films, run, ends, monkeypatch):
    monkeypatch.setattr(export_films, "KEPT", 2)
    made = [ends(films.order(run.id, PLAIN)) for _ in range(2)]
    for _ in range(3):
        film = films.order(run.id, PLAIN)
        films.cancel(film.id)
        ends(film)
    assert {film.id for film in made} <= {film.id for film in films.of_run(run.id)}


def test_closing_the_app_stops_films(context, films, run, engine, until):
    engine.draw_on.clear()
    film = films.order(run.id, PLAIN)
    until(lambda: films.film(film.id).state is JobState.RENDERING)
    context.jobs.shutdown()
    assert films.film(film.id).state is JobState.CANCELLED
    with pytest.raises(RequestError, match="E61"):
        films.order(run.id, PLAIN)
