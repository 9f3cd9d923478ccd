import dataclasses

import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples
from training.cache import Examples
from training.emodb_protocol import (
    CLASSES,
    class_labels,
    fit_classes,
    speaker_figures,
    transfer_figures,
)

CLIPS = make_clips()
RAVDESS = make_examples(CLIPS)


def make_emodb() -> Examples:
    """The same voices, whose calm is called boredom and who are never surprised."""
    clips = tuple(
        dataclasses.replace(clip, emotion="boredom") if clip.emotion == "calm" else clip
        for clip in CLIPS
    )
    is_known = np.array([clip.emotion != "surprised" for clip in clips])
    return dataclasses.replace(RAVDESS, clips=clips).where(is_known[RAVDESS.clip])


EMODB = make_emodb()


def test_boredom_is_a_class_and_surprise_and_calm_are_not():
    assert CLASSES == ("neutral", "happy", "sad", "angry", "fearful", "disgust", "boredom")
    assert set(class_labels(EMODB)) == set(range(7))
    is_missing = class_labels(RAVDESS) < 0
    missing = {CLIPS[index].emotion for index in RAVDESS.clip[is_missing]}
    assert missing == {"calm", "surprised"}


def test_a_fit_tells_the_classes_apart_and_its_probabilities_sum_to_one():
    probabilities = fit_classes(EMODB, components=8).probabilities(EMODB.statistics)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert np.mean(probabilities.argmax(axis=1) == class_labels(EMODB)) > 0.9


def test_every_clip_is_judged_once_without_its_speaker():
    figures = speaker_figures(EMODB, components=8, rounds=10)
    assert figures["clips"] == len(set(EMODB.clip))
    assert len(figures["per_speaker"]) == 8
    assert figures["uar"] > 0.8
    low, high = figures["ci95"]["uar"]
    assert low <= figures["uar"] <= high


def test_a_speaker_whose_labels_are_exchanged_is_not_learned_by_heart():
    """Only a leak from the left-out speaker could make the wrong labels come out right."""
    turned = {name: CLASSES[(number + 1) % 7] for number, name in enumerate(CLASSES)}
    clips = tuple(
        dataclasses.replace(clip, emotion=turned[clip.emotion])
        if clip.speaker == "speaker-0" and clip.emotion in turned
        else clip
        for clip in EMODB.clips
    )
    figures = speaker_figures(dataclasses.replace(EMODB, clips=clips), components=8, rounds=2)
    assert figures["per_speaker"]["speaker-0"]["accuracy"] < 0.2
    assert figures["per_speaker"]["speaker-1"]["accuracy"] > 0.6


def test_only_emotions_of_both_corpora_are_asked_for():
    figures = transfer_figures(EMODB, RAVDESS, components=8, rounds=10)
    assert set(figures["per_class_recall"]) == set(CLASSES) - {"boredom"}
    assert figures["clips"] == 6 * 8 * 3
    assert figures["uar"] > 0.9
    assert figures["open_uar"] <= figures["uar"]


def test_a_class_that_too_few_speakers_have_cannot_be_fitted():
    labels = class_labels(EMODB)
    is_kept = (CLASSES.index("boredom") != labels) | (EMODB.speakers == "speaker-0")
    with pytest.raises(ValueError):
        fit_classes(EMODB.where(is_kept), components=8)
