from dataclasses import replace

import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples
from training.emotion import fit_emotion
from training.judged import Judged
from training.patient_baseline import COUNTS, baseline_figures, judge_against_baselines


@pytest.fixture(scope="module")
def examples():
    """Eight speakers, each with a place of their own in the statistics."""
    return make_examples(make_clips(takes=6), features=12)


@pytest.fixture(scope="module")
def emotion(examples):
    return fit_emotion(examples, components=8)


@pytest.fixture(scope="module")
def windows(examples):
    return examples.where(examples.is_window)


def everything(windows):
    return np.ones(len(windows.clip), dtype=bool)


def test_a_speaker_moved_elsewhere_is_read_as_before(emotion, windows):
    before = judge_against_baselines(emotion, windows, everything(windows))
    elsewhere = replace(windows, statistics=windows.statistics + 3.0)
    after = judge_against_baselines(emotion, elsewhere, everything(windows))
    np.testing.assert_allclose(after["mean of 40"], before["mean of 40"], atol=1e-6)
    without = emotion.head.logits(emotion.head.embed(elsewhere.statistics)).argmax(axis=1)
    assert (after["40"].argmax(axis=1) == windows.labels).mean() > 0.9
    assert (without == windows.labels).mean() < 0.7


def test_windows_without_a_result_make_no_baseline(emotion, windows):
    spoilt = windows.statistics.copy()
    is_ok = everything(windows)
    is_ok[::5] = False
    spoilt[~is_ok] += 1e3
    clean = judge_against_baselines(emotion, windows, is_ok)
    found = judge_against_baselines(emotion, replace(windows, statistics=spoilt), is_ok)
    np.testing.assert_allclose(found["20"][is_ok], clean["20"][is_ok], atol=1e-6)


def test_labels_are_not_looked_at(emotion, windows):
    unknown = replace(
        windows, clips=tuple(replace(clip, emotion="unknown") for clip in windows.clips)
    )
    known = judge_against_baselines(emotion, windows, everything(windows))
    np.testing.assert_array_equal(
        judge_against_baselines(emotion, unknown, everything(windows))["10"], known["10"]
    )


def test_figures_of_the_largest_baseline_lead(emotion, windows):
    against = judge_against_baselines(emotion, windows, everything(windows))
    nothing = np.zeros((len(windows.clip), 0))
    fold = Judged(
        windows.clip, against["40"], nothing, nothing, nothing, everything(windows), against
    )
    figures = baseline_figures(windows, [fold])
    assert figures["clips_in_baseline"] == max(COUNTS) == 40
    assert figures["uar"] == figures["uar_by_clips_in_baseline"]["40"]
    assert list(figures["uar_by_clips_in_baseline"]) == ["10", "20", "40"]
    assert list(figures["uar_by_clips_in_plain_mean"]) == [str(count) for count in COUNTS]
    plain = figures["uar_by_clips_in_plain_mean"]
    assert plain["1"] < plain["40"]
