import pytest

from ui.tasks import PASSAGES, TASKS, prompts
from verhm.report.summary import LEAST_SPEECH


def test_every_task_says_what_to_ask():
    assert len({task.name for task in TASKS}) == len(TASKS) == 5
    for task in TASKS:
        assert len(task.name) <= 40
        assert prompts(task.name, "Klingon").count("<p>") == len(task.prompts)


@pytest.mark.parametrize("language", PASSAGES)
def test_a_passage_takes_long_enough_for_a_summary(language):
    words = PASSAGES[language].split()
    # Read quickly, with pauses a fifth of the time, and a third of it in windows without a result.
    assert len(words) / 3.5 * 0.8 * 0.67 > LEAST_SPEECH
    assert words[0] in prompts("Reading", language)


def test_a_language_without_a_passage_has_any_text_read():
    assert "any plain text" in prompts("Reading", "Dutch")
    assert "any plain text" in prompts("Reading", None)


def test_a_task_of_somebody_else_s_has_no_prompts():
    assert prompts("<b>Own</b>", "English") == prompts(None, None) == ""
