"""Help says what the app is and is not, and lists the same keys as Review."""

import json

import pytest

from tests.ui.test_explanations import FORBIDDEN
from ui import settings_tab
from ui.explanations import EXPLANATIONS
from ui.help import FIRST_STEPS, NOT_MEASURED, help_dialog
from ui.keys import EVERYWHERE, REVIEW, key_list
from ui.marks import escaped
from ui.review_scripts import review_script
from verhm import __version__
from verhm.report.document import LIMITS_OF_USE


def test_it_holds_limits_steps_keys_every_explanation_and_versions():
    html = help_dialog()
    assert escaped(LIMITS_OF_USE) in html and escaped(NOT_MEASURED) in html
    assert all(escaped(step) in html for step in FIRST_STEPS) and len(FIRST_STEPS) == 5
    assert all(escaped(each.text) in html for each in EXPLANATIONS.values())
    assert key_list(EVERYWHERE) in html and __version__ in html
    assert settings_tab.shipped_model() in html


def test_review_lists_the_same_keys():
    assert key_list(REVIEW) in help_dialog()
    assert json.dumps(key_list(REVIEW)) in review_script()


def test_a_missing_model_is_said_with_its_code(monkeypatch, tmp_path):
    monkeypatch.setattr(settings_tab, "PRETRAINED", tmp_path)
    assert "E30" in help_dialog()


@pytest.mark.parametrize("text", [*FIRST_STEPS, NOT_MEASURED, *dict(EVERYWHERE + REVIEW).values()])
def test_its_own_words_promise_nothing(text):
    assert text.strip() and not FORBIDDEN.search(text)


def test_nothing_in_it_would_be_run_as_a_template():
    assert not any(sign in help_dialog() for sign in ("$", "{", "`", "\\"))
