"""The tab Settings tells what this copy of the app is, whatever its training left behind."""

import json

import pytest

from ui import settings_tab


@pytest.fixture
def pretrained(tmp_path, monkeypatch):
    """An empty folder in place of the shipped model's."""
    monkeypatch.setattr(settings_tab, "PRETRAINED", tmp_path)
    return tmp_path


def test_figures_are_shown_with_their_meaning(pretrained):
    (pretrained / "config.json").write_text(json.dumps({"name": "m", "version": "<3>"}))
    (pretrained / "results.json").write_text(json.dumps({"ravdess_folds": {"uar": 0.7512}}))
    shown = settings_tab._model()
    assert "0.75" in shown and "speakers unseen" in shown
    assert "&lt;3&gt;" in shown


def test_a_missing_model_is_said_with_its_code(pretrained):
    assert "E30" in settings_tab._model()


def test_figures_of_another_shape_are_left_out(pretrained):
    (pretrained / "config.json").write_text(json.dumps({"name": "m", "version": "1"}))
    (pretrained / "results.json").write_text(json.dumps({"ravdess_folds": "none", "morphs": {}}))
    assert "recall" not in settings_tab._model()
