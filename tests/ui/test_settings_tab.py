"""The tab Settings tells what this copy of the app is, whatever its training left behind."""

import json
import re
from dataclasses import replace

import pytest

from storage.access import Actor
from storage.account_models import Role
from storage.backup import back_up
from tests.storage.people import OTHER
from tests.ui.pages import OpenedPage
from ui import settings_tab
from ui.theme import ASSETS
from verhm.face.rig import avatar_titles


@pytest.fixture
def pretrained(tmp_path, monkeypatch):
    """An empty folder in place of the shipped model's."""
    monkeypatch.setattr(settings_tab, "PRETRAINED", tmp_path)
    return tmp_path


def test_figures_are_shown_with_their_meaning(pretrained):
    (pretrained / "config.json").write_text(json.dumps({"name": "m", "version": "<3>"}))
    results = {"ravdess_folds": {"uar": 0.7512, "ece": 0.03}}
    (pretrained / "results.json").write_text(json.dumps(results))
    shown = settings_tab._model()
    assert "Of 100 acted clips" in shown and "<dd>75</dd>" in shown
    assert "<dd>3 percentage points</dd>" in shown
    assert "&lt;3&gt;" in shown


def test_of_another_language_it_says_how_often_the_app_itself_is_right(pretrained):
    scores = {"ravdess_to_emodb": {"uar": 0.74, "open_uar": 0.54}}
    (pretrained / "results.json").write_text(json.dumps({"cross_corpus": scores}))
    shown = settings_tab._model()
    assert "<dd>54</dd>" in shown
    assert "74" not in shown


def test_a_missing_model_is_said_with_its_code(pretrained):
    assert "E30" in settings_tab._model()


def test_figures_of_another_shape_are_left_out(pretrained):
    (pretrained / "config.json").write_text(json.dumps({"name": "m", "version": "1"}))
    (pretrained / "results.json").write_text(json.dumps({"ravdess_folds": "none", "morphs": {}}))
    assert "100" not in settings_tab._model()


def chosen(shown: str) -> list[str]:
    """The avatars that are ticked."""
    return re.findall(r"value='([\w-]+)' checked", shown)


def test_each_avatar_is_shown_with_a_picture_of_its_own(context):
    shown = settings_tab._page(context)
    for name, title in avatar_titles().items():
        assert f"value='{name}'" in shown and f"<span>{title}</span>" in shown
        assert (ASSETS / f"avatar-{name}.jpg").stat().st_size < 20_000
    assert len(set(re.findall(r"base64,([^']+)", shown))) == len(avatar_titles())
    assert chosen(shown) == ["neutral"]


def test_a_chosen_avatar_is_ticked_in_every_window(context):
    page = OpenedPage(context)
    shown, _ = page.do("settings-page", "choose_avatar", name="man")
    assert chosen(shown) == ["man"]
    assert context.preferences.avatar() == "man"
    assert chosen(settings_tab._page(context)) == ["man"]


def test_an_avatar_that_is_gone_is_said_and_the_choice_stays(context):
    page = OpenedPage(context)
    shown, _ = page.do("settings-page", "choose_avatar", name="nobody")
    assert "E71" in shown and chosen(shown) == ["neutral"]


def test_an_administrator_sees_when_the_last_backup_was_made_and_how(context, accounts, tmp_path):
    assert "None yet." in settings_tab._page(context)
    back_up(context.settings.data, None, tmp_path / "backup")
    shown = settings_tab._page(context)
    assert "The last one was begun on" in shown and "python -m storage backup FOLDER" in shown
    bert = accounts.create(accounts.everybody()[0].id, "Bert", Role.CLINICIAN, OTHER)
    his = context.repository.acting_as(lambda: Actor(bert.id))
    assert "storage backup" not in settings_tab._page(replace(context, repository=his))
