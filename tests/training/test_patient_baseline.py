from dataclasses import replace

import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples, make_learned
from training.emotion import fit_emotion
from training.judged import Judged
from training.patient_baseline import COUNTS, baseline_figures, judge_against_baselines


@pytest.fixture(scope="module")
def examples():
    """Eight speakers, each with a place of their own in the statistics."""
    return make_examples(make_clips(takes=6), features=12)


@pytest.fixture(scope="module")
def learned(examples):
    return make_learned(examples)


@pytest.fixture(scope="module")
def emotion(examples, learned):
    return fit_emotion(examples, learned, components=8)


@pytest.fixture(scope="module")
def windows(examples):
    return examples.where(examples.is_window)


@pytest.fixture(scope="module")
def embedding(emotion, examples, learned):
    """Of the windows."""
    return emotion.head.embed(examples.statistics, learned.embedding)[examples.is_window]


def everything(windows):
    return np.ones(len(windows.clip), dtype=bool)


def test_a_speaker_moved_elsewhere_is_read_as_before(emotion, windows, embedding):
    before = judge_against_baselines(emotion, windows, embedding, everything(windows))
    elsewhere = embedding + 2.0
    after = judge_against_baselines(emotion, windows, elsewhere, everything(windows))
    np.testing.assert_allclose(after["mean of 40"], before["mean of 40"], atol=1e-6)
    without = emotion.head.classify(elsewhere).argmax(axis=1)
    assert (after["40"].argmax(axis=1) == windows.labels).mean() > 0.9
    assert (without == windows.labels).mean() < 0.7


def test_windows_without_a_result_make_no_baseline(emotion, windows, embedding):
    spoilt = embedding.copy()
    is_ok = everything(windows)
    is_ok[::5] = False
    spoilt[~is_ok] += 1e3
    clean = judge_against_baselines(emotion, windows, embedding, is_ok)
    found = judge_against_baselines(emotion, windows, spoilt, is_ok)
    np.testing.assert_allclose(found["20"][is_ok], clean["20"][is_ok], atol=1e-6)


def test_labels_are_not_looked_at(emotion, windows, embedding):
    unknown = replace(
        windows, clips=tuple(replace(clip, emotion="unknown") for clip in windows.clips)
    )
    known = judge_against_baselines(emotion, windows, embedding, everything(windows))
    np.testing.assert_array_equal(
        judge_against_baselines(emotion, unknown, embedding, everything(windows))["10"],
        known["10"],
    )


def test_figures_of_the_largest_baseline_lead(emotion, windows, embedding):
    against = judge_against_baselines(emotion, windows, embedding, everything(windows))
    nothing = np.zeros((len(windows.clip), 0))
    fold = Judged(
        *(windows.clip, embedding, against["40"], nothing, nothing, nothing),
        is_ok=everything(windows),
        against=against,
    )
    figures = baseline_figures(windows, [fold])
    assert figures["clips_in_baseline"] == max(COUNTS) == 40
    assert figures["uar"] == figures["uar_by_clips_in_baseline"]["40"]
    assert list(figures["uar_by_clips_in_baseline"]) == ["10", "20", "40"]
    assert list(figures["uar_by_clips_in_plain_mean"]) == [str(count) for count in COUNTS]
    plain = figures["uar_by_clips_in_plain_mean"]
    assert plain["1"] < plain["40"]
