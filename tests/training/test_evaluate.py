import dataclasses
import json

import numpy as np
import pytest

from tests.training.examples import SETTINGS, MadeUpBranches, make_clips, make_examples
from tests.training.test_emodb_protocol import EMODB
from training.card import CARD, describe_model
from training.emodb_protocol import speaker_figures, transfer_figures
from training.evaluate import (
    RESULTS,
    cross_corpus_figures,
    emotion_figures,
    judge_fold,
    judge_folds,
    write_report,
)
from training.figures import CONFUSION, RELIABILITY, RISK_COVERAGE
from training.judged import Judged
from training.metrics import HEADLINE
from training.train import fit_everybody
from verhm.model.expression import ACTION_UNITS

CLIPS = [
    dataclasses.replace(
        clip,
        sex="female" if int(clip.speaker[-1]) % 2 else "male",
        intensity="strong" if clip.repetition == 2 and clip.emotion != "neutral" else "normal",
    )
    for clip in make_clips()
]
EXAMPLES = make_examples(CLIPS)
OFFSETS = np.random.default_rng(0).normal(size=(len(CLIPS), len(ACTION_UNITS)))
MORPHS = {
    "jaw_correlation": 0.5,
    "jitter": 0.9,
    "lips": {"closure": 0.8, "closed_vowels": 0.1, "bilabials": 40, "vowels": 50},
    "vertices": {"lve": 3.25, "lae": 1.5},
    "action_units": {"AU12": 0.5, "AU26": 0.25, "mean": 0.375},
    "emotion_uar": 0.75,
}
BRANCHES = MadeUpBranches(EXAMPLES, EMODB)
FOLDS = [tuple(f"speaker-{number}" for number in pair) for pair in ((0, 1, 2, 3), (4, 5, 6, 7))]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge_folds(EXAMPLES, BRANCHES, OFFSETS, SETTINGS, FOLDS)


@pytest.fixture(scope="module")
def figures(judged) -> dict:
    return emotion_figures(EXAMPLES, judged, rounds=20)


def test_each_fold_judges_all_windows_of_its_test_speakers_and_no_others(judged):
    for fold, speakers in zip(judged, FOLDS, strict=True):
        assert {CLIPS[index].speaker for index in fold.clip} == set(speakers)
        assert len(fold.clip) == 2 * len(set(fold.clip))


def test_folds_that_forget_a_speaker_are_refused():
    with pytest.raises(ValueError, match="every speaker"):
        judge_folds(EXAMPLES, BRANCHES, OFFSETS, SETTINGS, FOLDS[:1])


def test_what_a_test_speaker_says_does_not_change_how_another_is_judged(judged):
    changed = make_examples(CLIPS)
    is_changed = changed.speakers == "speaker-0"
    changed.statistics[is_changed] = changed.statistics[is_changed][::-1] * 3.0
    after = judge_fold(changed, BRANCHES, OFFSETS, SETTINGS, FOLDS, 0)
    is_other = np.array([CLIPS[index].speaker != "speaker-0" for index in after.clip])
    for name in ("probabilities", "intensities"):
        found, before = getattr(after, name), getattr(judged[0], name)
        np.testing.assert_array_equal(found[is_other], before[is_other])
        assert not np.allclose(found[~is_other], before[~is_other])


def test_figures_of_emotions_that_can_be_told_apart(figures):
    assert figures["uar"] > 0.9
    assert figures["clips"] == len(CLIPS)
    assert set(figures["ci95"]) == set(HEADLINE)
    low, high = figures["ci95"]["uar"]
    assert low <= figures["uar"] <= high


def test_the_embedding_tells_how_it_is_said_and_not_what(figures):
    separation = figures["separation"]
    assert separation["emotion_from_emotion"] > 0.9
    assert separation["statement_from_emotion"] < 0.65


def test_each_part_of_the_classifier_gets_somewhere_alone(figures):
    assert set(figures["parts"]) == {
        *("statistics", "statistics without copies", "branch", "branch without copies")
    }
    assert min(figures["parts"].values()) > 0.7


def test_groups_part_the_clips(figures):
    for title, names in (
        ("per_sex", {"female", "male"}),
        ("per_intensity", {"normal", "strong"}),
        ("per_actor", {f"speaker-{number}" for number in range(8)}),
    ):
        assert set(figures[title]) == names
        assert sum(group["examples"] for group in figures[title].values()) == len(CLIPS)
    assert figures["per_intensity"]["strong"]["emotions"] == 7  # nothing neutral is strong


def test_a_sex_that_is_never_understood_shows_as_a_gap(judged):
    """The men's probabilities are turned round, so that the true emotion is not the likeliest."""
    is_man = np.array([clip.sex == "male" for clip in CLIPS])
    spoilt = [
        dataclasses.replace(
            fold,
            probabilities=np.where(
                is_man[fold.clip, None], np.roll(fold.probabilities, 1, axis=1), fold.probabilities
            ),
        )
        for fold in judged
    ]
    gap = emotion_figures(EXAMPLES, spoilt, rounds=20)["sex_gap"]
    assert gap["uar"] > 0.8
    assert gap["difference_ci95"][0] > 0.5  # women's less men's


def test_curves_agree_with_the_single_figures(figures):
    assert sum(one["examples"] for one in figures["reliability"]) == len(CLIPS)
    curve = figures["risk_coverage"]
    assert curve["risk"][curve["coverage"].index(0.8)] == pytest.approx(
        1 - figures["accuracy_at_80"]
    )
    assert curve["risk"][-1] == pytest.approx(1 - figures["accuracy"])


def test_plausible_emotions_hold_the_true_one_about_as_often_as_wanted(figures):
    sets = figures["conformal"]
    assert sets["coverage"] > sets["wanted"] - 0.1
    assert 1 <= sets["mean_set_size"] < 8


def test_an_emotion_the_corpus_lacks_is_no_answer_there():
    fit = fit_everybody(EXAMPLES, BRANCHES, OFFSETS, SETTINGS, "ravdess")
    has_no_calm = np.array([CLIPS[index].emotion != "calm" for index in EXAMPLES.clip])
    learned = BRANCHES.run("ravdess").embedding["ravdess"][has_no_calm]
    figures = cross_corpus_figures(fit, EXAMPLES.where(has_no_calm), learned, rounds=20)
    assert set(figures["per_class_recall"]) == {clip.emotion for clip in CLIPS} - {"calm"}
    assert figures["open_uar"] <= figures["uar"]


def test_a_corpus_from_a_strange_room_is_read_better_against_its_speakers_usual_voices():
    fit = fit_everybody(EXAMPLES, BRANCHES, OFFSETS, SETTINGS, "ravdess")
    learned = BRANCHES.run("ravdess").embedding["ravdess"]
    strange = dataclasses.replace(EXAMPLES, statistics=EXAMPLES.statistics + 3.0)
    figures = cross_corpus_figures(fit, strange, learned, rounds=5)
    against = figures["by_clips_in_baseline"]
    assert list(against) == ["10", "20", "40"]
    assert against["40"]["open_uar"] > figures["open_uar"] + 0.1


def test_the_report_is_made_of_its_results_alone(figures, tmp_path):
    fit = fit_everybody(EXAMPLES, BRANCHES, OFFSETS, SETTINGS, "ravdess")
    learned, size = BRANCHES.run("ravdess").embedding["emodb"], SETTINGS.components
    results = {
        "ravdess_folds": figures,
        "emodb_speakers": speaker_figures(EMODB, size, rounds=5),
        "cross_corpus": {
            "ravdess_to_emodb": cross_corpus_figures(fit, EMODB, learned, rounds=5),
            "emodb_to_ravdess": transfer_figures(EMODB, EXAMPLES, size, rounds=5),
        },
        "morphs": MORPHS,
    }
    write_report(results, tmp_path / "report")
    written = json.loads((tmp_path / "report" / RESULTS).read_text())
    assert written["ravdess_folds"]["uar"] == figures["uar"]
    assert (tmp_path / "report" / CARD).read_text() == describe_model(written)
    for name in (CONFUSION, RELIABILITY, RISK_COVERAGE):
        assert (tmp_path / "report" / name).stat().st_size > 0
