"""The form offers what can be made, and says why not what cannot."""

import pytest

from ui.demonstration import load_demonstration
from ui.export_form import FilmForm
from verhm.errors import AudioError
from verhm.types import ModelId


def form(context, session) -> str:
    shown = FilmForm(context.repository, context.scratch)
    return shown.html(session, session.latest_done, context.jobs.model)


def test_a_recording_without_a_picture_is_offered_none_and_says_why(context, analysed):
    html = form(context, analysed())
    assert 'name="film-timeline"' in html.replace("'", '"')
    assert "film-picture" not in html
    assert "this recording has none" in html


def test_a_film_s_own_picture_is_offered(context, filmed):
    html = form(context, filmed)
    assert "film-picture" in html
    assert "It shows the person: it identifies." in html


def test_a_recording_is_looked_into_once(context, filmed, monkeypatch):
    shown = FilmForm(context.repository, context.scratch)
    first = shown.html(filmed, filmed.latest_done, None)
    monkeypatch.setattr("ui.export_form.look_at_picture", None)
    assert shown.html(filmed, filmed.latest_done, None) == first


def test_without_a_result_there_is_nothing_to_make(context, add_session):
    session = add_session()
    assert FilmForm(context.repository, context.scratch).html(session, None, None) == ""
    assert FilmForm(context.repository, context.scratch).html(None, None, None) == ""


def test_the_usual_choice_is_small_with_the_timeline(context, analysed):
    html = form(context, analysed()).replace("'", '"')
    assert 'value="512" checked' in html
    assert 'name="film-timeline" value="true" checked' in html
    assert 'name="film-neutral" value="true">' in html


@pytest.mark.parametrize(("code", "is_remembered"), [("E10", False), ("E16", False), ("E19", True)])
def test_only_what_stays_true_is_remembered(context, filmed, monkeypatch, code, is_remembered):
    def refuse(path):
        raise AudioError(code, "Not now.", "Try again.")

    shown = FilmForm(context.repository, context.scratch)
    with monkeypatch.context() as patch:
        patch.setattr("ui.export_form.look_at_picture", refuse)
        assert "film-picture" not in shown.html(filmed, filmed.latest_done, None)
    again = shown.html(filmed, filmed.latest_done, None)
    assert ("film-picture" not in again) == is_remembered


def test_a_neutral_face_is_not_offered_where_another_model_would_have_to_find_it(
    context, analysed, engine
):
    session = analysed()
    assert "film-neutral" in form(context, session)
    engine.analyses_with = ModelId("newer", "1", "1" * 64)
    html = form(context, session)
    assert "film-neutral" not in html
    assert "made by another model" in html and "Analyse the session again under Review" in html


def test_a_neutral_face_of_the_demonstration_is_not_offered_and_says_why(context):
    session = context.repository.sessions(load_demonstration(context.repository))[0]
    html = form(context, session)
    assert "film-neutral" not in html
    assert "made up for the demonstration" in html and "Analyse" not in html


def test_it_says_how_it_differs_from_the_session_s_own_video(context, analysed):
    assert "Unlike the session's own face video above" in form(context, analysed())
