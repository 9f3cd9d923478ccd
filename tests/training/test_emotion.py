from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.training.examples import EMBEDDING, make_clips, make_examples, make_learned
from training import emotion
from training.emotion import (
    Answer,
    Learned,
    against_usual,
    choose,
    clip_probabilities,
    fit_emotion,
    fit_mixture,
)
from training.linear import centre_voices
from verhm.model.baseline import kept_share
from verhm.model.calibration import calibrate

EXAMPLES = make_examples(make_clips())
LEARNED = make_learned(EXAMPLES)


@pytest.fixture(scope="module")
def fit():
    return fit_emotion(EXAMPLES, LEARNED, components=8)


def test_emotions_that_can_be_told_apart_are(fit):
    logits = fit.head.classify(fit.head.embed(EXAMPLES.statistics, LEARNED.embedding))
    assert np.mean(logits.argmax(axis=1) == EXAMPLES.labels) > 0.95
    assert np.mean(fit.held_out.argmax(axis=1) == EXAMPLES.labels) > 0.9


def test_the_components_of_the_training_data_have_variance_1(fit):
    variance = fit.head.components(EXAMPLES.statistics).var(axis=0)
    np.testing.assert_allclose(variance, 1.0, rtol=0.05)


def test_at_most_a_twentieth_of_clean_windows_is_uncertain(fit):
    judged = EXAMPLES.is_window & EXAMPLES.is_original
    assert np.mean(fit.held_out[judged].max(axis=1) < fit.reading.thresholds.confidence) <= 0.05


def test_no_speaker_is_judged_by_a_head_that_knew_it(monkeypatch):
    seen = []
    original = emotion.fit_components

    def remember(statistics, count, seed):
        seen.append({tuple(row) for row in statistics})
        return original(statistics, count, seed)

    monkeypatch.setattr(emotion, "fit_components", remember)
    fit_emotion(EXAMPLES, LEARNED, components=8)
    *inner, last = seen
    assert len(last) == len(EXAMPLES.statistics)
    for rows in inner:
        is_known = np.array([tuple(row) in rows for row in EXAMPLES.statistics])
        known, unknown = EXAMPLES.speakers[is_known], EXAMPLES.speakers[~is_known]
        assert len(unknown)
        assert set(known).isdisjoint(unknown)


def test_the_same_data_gives_the_same_fit(fit):
    again = fit_emotion(EXAMPLES, LEARNED, components=8)
    np.testing.assert_array_equal(again.head.classify.weights, fit.head.classify.weights)
    assert again.compare == fit.compare


def test_labels_that_mean_nothing_are_answered_with_doubt():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=EXAMPLES.statistics.shape).astype(np.float32)
    rows = len(EXAMPLES.clip)
    nothing = Learned(
        rng.normal(size=(rows, EMBEDDING)),
        rng.normal(size=(8, EMBEDDING)),
        np.zeros(8),
        rng.normal(size=(rows, 8)),
        np.zeros((rows, 8)),
    )
    blind = fit_emotion(replace(EXAMPLES, statistics=noise), nothing, components=8)
    assert blind.held_out.max(axis=1).mean() < 0.3


def test_the_statement_cannot_be_read_off_the_embedding(fit):
    """Both parts tell it before: the branch here as plainly as can be."""
    statements = EXAMPLES.statements == "two"
    telling = LEARNED.embedding + 2.0 * statements[:, None]
    learned = replace(LEARNED, embedding=telling)
    head = fit_emotion(EXAMPLES, learned, components=8).head
    whole = np.concatenate([head.components(EXAMPLES.statistics), telling], axis=1)
    before, after = (
        LogisticRegression(max_iter=1000).fit(rows, statements).score(rows, statements)
        for rows in (whole, head.embed(EXAMPLES.statistics, telling))
    )
    chance = max(statements.mean(), 1 - statements.mean())
    assert before > chance + 0.2
    assert after < chance + 0.02
    assert head.erasure.reader.shape[0] == 1


def test_a_branch_that_knows_what_the_statistics_do_not_is_listened_to():
    noise = np.random.default_rng(0).normal(size=EXAMPLES.statistics.shape).astype(np.float32)
    deaf = replace(EXAMPLES, statistics=noise)
    found = fit_emotion(deaf, LEARNED, components=8)
    assert np.mean(found.held_out.argmax(axis=1) == EXAMPLES.labels) > 0.6
    logits = found.head.classify(found.head.embed(deaf.statistics, LEARNED.embedding))
    assert np.mean(logits.argmax(axis=1) == EXAMPLES.labels) > 0.6


def test_the_head_adds_the_branchs_logits_to_the_components(fit):
    components = fit.head.components(EXAMPLES.statistics)
    own = fit.head.alone(components)
    branch = LEARNED.embedding @ LEARNED.weights.T + LEARNED.bias
    whole = np.concatenate([components, LEARNED.embedding], axis=1)
    np.testing.assert_allclose(
        fit.head.classify(whole), own + fit.classify.share * branch, atol=1e-6
    )


@pytest.mark.parametrize(("share", "temperature"), [(0.5, 1.0), (2.0, 0.5), (0.1, 2.0)])
def test_the_weights_of_a_mixture_are_found(share, temperature):
    rng = np.random.default_rng(0)
    linear, learned = rng.normal(0, 2.0, (2, 20_000, 8))
    chances = calibrate(linear + share * learned, temperature)
    labels = np.array([rng.choice(8, p=row) for row in chances])
    found = fit_mixture(linear, learned, labels)
    assert found == pytest.approx((share, temperature), rel=0.1, abs=0.02)


def test_the_usual_voice_is_that_of_the_speakers_other_clips():
    clips = make_clips(speakers=2, takes=1)
    examples = make_examples(clips)
    rng = np.random.default_rng(0)
    evidence, bias = rng.normal(size=(2, len(examples.clip), 8))
    usual = evidence + bias - against_usual(Answer(evidence + bias, bias), examples)
    others = (examples.speakers == "speaker-1") & (examples.clip != 9) & examples.is_window
    expected = evidence[others].mean(axis=0) * kept_share(7)  # every clip has as many windows
    np.testing.assert_allclose(usual[examples.clip == 9], np.tile(expected, (3, 1)))


def test_the_shrinkage_under_which_the_truth_is_likeliest_is_chosen():
    truth = np.eye(8)[EXAMPLES.labels]
    rng = np.random.default_rng(0)
    candidates = {one: truth + rng.normal(0, 4 * one, truth.shape) for one in (0.5, 0.1, 0.3)}
    learned = rng.normal(0, 1.0, truth.shape)
    choice, probabilities = choose(candidates, learned, EXAMPLES)
    assert choice.shrinkage == 0.1
    expected = calibrate(candidates[0.1] + choice.share * learned, choice.temperature)
    np.testing.assert_allclose(probabilities, expected)


def test_the_second_layer_reads_a_voice_wherever_it_lies():
    """Speakers far apart: what is their own is off, so the layer need not be blind to it."""
    examples = make_examples(make_clips())
    apart = (
        6.0 * (examples.speakers == "speaker-1")[:, None] * np.ones(examples.statistics.shape[1])
    )
    moved = replace(examples, statistics=(examples.statistics + apart).astype(np.float32))
    head = fit_emotion(moved, LEARNED, components=8).head
    embedding = head.embed(moved.statistics, LEARNED.embedding)
    centred = centre_voices(embedding, moved.speakers)
    assert np.mean(head.compare(centred).argmax(axis=1) == moved.labels) > 0.95


def test_a_clip_is_the_mean_of_its_windows():
    windows = calibrate(np.random.default_rng(0).normal(size=(3, 8)), 1.0)
    clips, probabilities = clip_probabilities(windows, np.array([4, 2, 4]))
    np.testing.assert_array_equal(clips, [2, 4])
    np.testing.assert_allclose(probabilities, [windows[1], (windows[0] + windows[2]) / 2])
