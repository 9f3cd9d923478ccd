import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples
from training.evaluate import (
    Judged,
    action_unit_correlation,
    cross_corpus_figures,
    emotion_figures,
    judge_fold,
    morph_emotion_uar,
)
from training.train import fit_voice
from verhm.model.expression import ACTION_UNITS
from verhm.model.network import NetworkSettings

CLIPS = make_clips()
EXAMPLES = make_examples(CLIPS)
OFFSETS = np.random.default_rng(0).normal(size=(len(CLIPS), len(ACTION_UNITS)))
SETTINGS = NetworkSettings(embedding=8)
FOLDS = [tuple(f"speaker-{number}" for number in pair) for pair in ((0, 1, 2, 3), (4, 5, 6, 7))]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return [judge_fold(EXAMPLES, OFFSETS, SETTINGS, speakers) for speakers in FOLDS]


def test_each_fold_judges_all_windows_of_its_test_speakers_and_no_others(judged):
    for fold, speakers in zip(judged, FOLDS, strict=True):
        assert {CLIPS[index].speaker for index in fold.clip} == set(speakers)
        assert len(fold.clip) == 2 * len(set(fold.clip))


def test_what_test_speakers_say_does_not_change_the_fit(judged):
    changed = make_examples(CLIPS)
    is_test = np.isin(changed.speakers, FOLDS[0])
    changed.statistics[is_test] = changed.statistics[is_test][::-1] * 3.0
    untouched = changed.where(~is_test)
    before = fit_voice(EXAMPLES.where(~is_test), OFFSETS, SETTINGS)
    after = fit_voice(untouched, OFFSETS, SETTINGS)
    np.testing.assert_array_equal(before.emotion.head.weights, after.emotion.head.weights)


def test_figures_of_emotions_that_can_be_told_apart(judged):
    figures = emotion_figures(EXAMPLES, judged, rounds=20)
    assert figures["uar"] > 0.9
    assert figures["clips"] == len(CLIPS)
    low, high = figures["ci95"]["uar"]
    assert low <= figures["uar"] <= high
    assert morph_emotion_uar(EXAMPLES, judged) > 0.8


def test_an_emotion_the_corpus_lacks_is_no_answer_there():
    fit = fit_voice(EXAMPLES, OFFSETS, SETTINGS)
    has_no_calm = np.array([CLIPS[index].emotion != "calm" for index in EXAMPLES.clip])
    figures = cross_corpus_figures(fit, EXAMPLES.where(has_no_calm))
    assert set(figures["per_class_recall"]) == {clip.emotion for clip in CLIPS} - {"calm"}
    assert figures["open_uar"] <= figures["uar"]


def test_the_truth_correlates_with_itself():
    everything = Judged(
        np.arange(len(CLIPS)),
        np.zeros((len(CLIPS), 8)),
        OFFSETS,
        np.zeros((len(CLIPS), 52)),
        np.ones(len(CLIPS), dtype=bool),
    )
    assert action_unit_correlation(OFFSETS, [everything]) == pytest.approx(1.0)
