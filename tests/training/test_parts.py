from dataclasses import replace

import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples, make_learned
from training.emotion import fit_emotion
from training.judged import Judged
from training.parts import BRANCH, STATISTICS, WITHOUT_COPIES, judge_parts, part_figures
from verhm.labels import EMOTIONS
from verhm.model.calibration import calibrate

EXAMPLES = make_examples(make_clips())
LEARNED = make_learned(EXAMPLES)
IS_TEST = EXAMPLES.is_window
LOGITS = (LEARNED.embedding @ LEARNED.weights.T + LEARNED.bias)[IS_TEST]


@pytest.fixture(scope="module")
def emotion():
    return fit_emotion(EXAMPLES, LEARNED, components=8)


def judge(emotion, known) -> dict[str, np.ndarray]:
    return judge_parts(emotion, known, EXAMPLES.where(IS_TEST), LOGITS, -LOGITS)


def test_each_part_answers_for_itself(emotion):
    parts = judge(emotion, EXAMPLES)
    labels = EXAMPLES.labels[IS_TEST]
    share = emotion.classify.share
    for name in (STATISTICS, STATISTICS + WITHOUT_COPIES):
        assert np.mean(parts[name].argmax(axis=1) == labels) > 0.9
    np.testing.assert_array_equal(
        parts[BRANCH], calibrate(share * LOGITS, emotion.reading.temperature)
    )
    plain = parts[BRANCH + WITHOUT_COPIES]
    np.testing.assert_array_equal(plain.argmax(axis=1), LOGITS.argmin(axis=1))


def test_nothing_of_a_copy_is_learned_where_there_are_to_be_none(emotion):
    is_original = EXAMPLES.clip % 3 != 0
    spoilt = EXAMPLES.statistics.copy()
    spoilt[~is_original] = spoilt[~is_original][::-1] * 5.0
    found, expected = (
        judge(emotion, replace(EXAMPLES, is_original=is_original, statistics=statistics))
        for statistics in (spoilt, EXAMPLES.statistics)
    )
    name = STATISTICS + WITHOUT_COPIES
    np.testing.assert_array_equal(found[name], expected[name])


def test_figures_are_of_clips():
    """One window of each clip is sure and right, the other unsure and wrong."""
    clips = EXAMPLES.where(IS_TEST).clip
    labels = EXAMPLES.labels[IS_TEST]
    right, wrong = np.eye(len(EMOTIONS))[labels], np.eye(len(EMOTIONS))[labels - 1]
    is_first = np.arange(len(clips)) % 2 == 0
    mixed = np.where(is_first[:, None], 0.9 * right + 0.1 * wrong, 0.4 * right + 0.6 * wrong)
    nothing, is_ok = np.zeros((len(clips), 8)), np.ones(len(clips), dtype=bool)
    parts = {"good": mixed, "bad": wrong}
    fold = Judged(clips, nothing, nothing, nothing, nothing, nothing, is_ok, parts=parts)
    assert part_figures(EXAMPLES, [fold]) == {"good": 1.0, "bad": 0.0}
