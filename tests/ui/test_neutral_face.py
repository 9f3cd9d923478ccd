"""The same words are said neutrally by the model that made the result, and by no other."""

import pytest

from ui.made_up import MODEL
from ui.neutral_face import is_of_another, why_no_neutral
from verhm.types import ModelId

OWN, NEWER = ModelId("own", "1", "1" * 64), ModelId("own", "2", "2" * 64)


def test_nothing_stands_against_the_result_s_own_model():
    assert why_no_neutral(OWN, OWN) is None
    assert why_no_neutral(OWN, None) is None  # nobody knows yet


def test_another_model_s_result_is_to_be_analysed_again():
    problem = why_no_neutral(OWN, NEWER)
    assert problem.code == "E71"
    assert "another model" in problem.cause and "Analyse the session again" in problem.remedy


@pytest.mark.parametrize("loaded", [OWN, None])
def test_of_what_was_made_up_there_is_nothing_to_analyse(loaded):
    problem = why_no_neutral(MODEL, loaded)
    assert problem.code == "E71" and "made up" in problem.cause
    assert "Analyse" not in problem.remedy
    assert not is_of_another(MODEL, loaded)
