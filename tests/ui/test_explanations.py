"""What the figures mean is said of every one of them, in words that promise nothing."""

import re

import pytest

from ui.explanations import EXPLANATIONS, explanation_boxes, question_mark
from ui.review_scripts import review_script
from ui.theme import ASSETS

FORBIDDEN = re.compile(r"diagnos|disorder|score|symptom|patholog|illness", re.IGNORECASE)
UI = ASSETS.parent


def sources() -> str:
    """All code that puts pages together, but for the texts themselves."""
    scripts = [*UI.glob("*.py"), *ASSETS.glob("review*.js")]
    return "".join(path.read_text() for path in scripts if path.stem != "explanations")


def test_each_explanation_is_asked_for_somewhere_and_each_that_is_asked_for_is_there():
    asked = set(
        re.findall(r"""(?:question_mark\(|_name\(|_card\(|WHAT\[)['"]([\w-]+)""", sources())
    )
    assert asked == set(EXPLANATIONS)


@pytest.mark.parametrize("key", EXPLANATIONS)
def test_each_says_what_it_is_in_two_to_four_sentences(key):
    each = EXPLANATIONS[key]
    assert each.title.strip() == each.title != ""
    assert 2 <= len(re.findall(r"\.(?= |$)", each.text)) <= 4
    assert not FORBIDDEN.search(each.title + each.text)


def test_each_box_has_an_id_that_its_button_opens():
    boxes = explanation_boxes()
    for key in EXPLANATIONS:
        assert f"id='what-{key}'" in boxes
        assert f"popovertarget='what-{key}'" in question_mark(key)
        assert question_mark(key) in review_script()


def test_nothing_in_them_would_be_run_as_a_template():
    assert not any(sign in explanation_boxes() for sign in ("$", "{", "`", "\\"))
