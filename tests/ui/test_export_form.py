"""The form offers what can be made, and says why not what cannot."""

import pytest

from ui.export_form import FilmForm
from verhm.errors import AudioError


def form(context, session) -> str:
    return FilmForm(context.repository, context.scratch).html(session, session.latest_done)


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
    first = shown.html(filmed, filmed.latest_done)
    monkeypatch.setattr("ui.export_form.look_at_picture", None)
    assert shown.html(filmed, filmed.latest_done) == first


def test_without_a_result_there_is_nothing_to_make(context, add_session):
    session = add_session()
    assert FilmForm(context.repository, context.scratch).html(session, None) == ""
    assert FilmForm(context.repository, context.scratch).html(None, None) == ""


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
        assert "film-picture" not in shown.html(filmed, filmed.latest_done)
    again = shown.html(filmed, filmed.latest_done)
    assert ("film-picture" not in again) == is_remembered
