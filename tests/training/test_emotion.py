import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples
from training import emotion
from training.emotion import clip_probabilities, fit_emotion
from verhm.model.calibration import calibrate

EXAMPLES = make_examples(make_clips())


@pytest.fixture(scope="module")
def fit():
    return fit_emotion(EXAMPLES, components=8)


def test_emotions_that_can_be_told_apart_are(fit):
    logits = fit.head.logits(fit.head.embed(EXAMPLES.statistics))
    assert np.mean(logits.argmax(axis=1) == EXAMPLES.labels) > 0.95
    assert np.mean(fit.held_out.argmax(axis=1) == EXAMPLES.labels) > 0.9


def test_the_embedding_of_the_training_data_has_variance_1(fit):
    variance = fit.head.embed(EXAMPLES.statistics).var(axis=0)
    np.testing.assert_allclose(variance, 1.0, rtol=0.05)


def test_at_most_a_twentieth_of_clean_windows_is_uncertain(fit):
    judged = EXAMPLES.is_window & EXAMPLES.is_original
    assert np.mean(fit.held_out[judged].max(axis=1) < fit.confidence) <= 0.05


def test_no_speaker_is_judged_by_a_head_that_knew_it(monkeypatch):
    seen = []
    original = emotion.fit_basis

    def remember(statistics, components, seed):
        seen.append({tuple(row) for row in statistics})
        return original(statistics, components, seed)

    monkeypatch.setattr(emotion, "fit_basis", remember)
    fit_emotion(EXAMPLES, components=8)
    *inner, last = seen
    assert len(last) == len(EXAMPLES.statistics)
    for rows in inner:
        is_known = np.array([tuple(row) in rows for row in EXAMPLES.statistics])
        known, unknown = EXAMPLES.speakers[is_known], EXAMPLES.speakers[~is_known]
        assert len(unknown)
        assert set(known).isdisjoint(unknown)


def test_the_same_data_gives_the_same_fit(fit):
    again = fit_emotion(EXAMPLES, components=8)
    np.testing.assert_array_equal(again.head.weights, fit.head.weights)
    assert again.temperature == fit.temperature


def test_labels_that_mean_nothing_are_answered_with_doubt():
    shuffled = make_examples(make_clips())
    rng = np.random.default_rng(0)
    blind = type(shuffled)(
        shuffled.clips,
        rng.normal(size=shuffled.statistics.shape).astype(np.float32),
        shuffled.clip,
        shuffled.is_window,
        shuffled.is_original,
        shuffled.quality,
    )
    assert fit_emotion(blind, components=8).held_out.max(axis=1).mean() < 0.3


def test_a_clip_is_the_mean_of_its_windows():
    windows = calibrate(np.random.default_rng(0).normal(size=(3, 8)), 1.0)
    clips, probabilities = clip_probabilities(windows, np.array([4, 2, 4]))
    np.testing.assert_array_equal(clips, [2, 4])
    np.testing.assert_allclose(probabilities, [windows[1], (windows[0] + windows[2]) / 2])
