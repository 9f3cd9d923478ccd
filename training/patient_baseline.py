"""What a patient baseline is worth: each clip read against other clips of the same speaker."""

from dataclasses import asdict, replace

import numpy as np

from training.cache import Examples
from training.emotion import EmotionFit
from training.judged import Judged, clip_labels, gather_answers
from training.metrics import conformal_coverage, score_emotions, score_transfer
from verhm.labels import EMOTIONS
from verhm.model.baseline import LEAST, kept_share
from verhm.model.calibration import calibrate

COUNTS = (1, 2, 5, 10, 20, 40)  # clips in the baseline


def judge_against_baselines(
    emotion: EmotionFit,
    examples: Examples,
    embedding: np.ndarray,
    is_ok: np.ndarray,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Predict windows against baselines of other clips of the same speaker, drawn at random.

    Labels are not looked at: a baseline may hold any mood as often as chance has it.

    Args:
        emotion: fitted on other speakers
        examples: N windows
        embedding: (N, E) of these
        is_ok: (N,) whether a window has a result; only those make a baseline
        seed: of the draws

    Returns:
        (N, K) probabilities by "mean of n" (as it is) and, from `LEAST` on, by "n" (drawn towards
        all voices, as an analysis does it), n clips in the baseline
    """
    rng = np.random.default_rng(seed)
    probabilities = {}
    for count in COUNTS:
        means = _means_of_others(embedding, examples, is_ok, count, rng)
        probabilities[f"mean of {count}"] = _compare(emotion, embedding - means)
        if count >= LEAST:
            probabilities[str(count)] = _compare(emotion, embedding - kept_share(count) * means)
    return probabilities


def baseline_figures(examples: Examples, folds: list[Judged]) -> dict:
    """Scores of clips with the largest baseline, and UAR by the number of clips in it."""
    scores = {}
    for name in folds[0].against:
        read = [replace(fold, probabilities=fold.against[name]) for fold in folds]
        answers = gather_answers(examples, read)
        scores[name] = score_emotions(answers.probabilities, answers.labels)
    largest = scores[str(max(COUNTS))]
    labels = clip_labels(examples)[np.concatenate([fold.clip for fold in folds])]
    return {
        "clips_in_baseline": max(COUNTS),
        "uar": largest.uar,
        "accuracy": largest.accuracy,
        "ece": largest.ece,
        "ece_by_clips_in_baseline": {
            str(count): scores[str(count)].ece for count in COUNTS if count >= LEAST
        },
        "coverage_by_clips_in_baseline": {
            name: conformal_coverage(
                np.concatenate([fold.sets_against[name] for fold in folds]), labels
            )[0]
            for name in folds[0].sets_against
        },
        "uar_by_clips_in_baseline": {
            str(count): scores[str(count)].uar for count in COUNTS if count >= LEAST
        },
        "uar_by_clips_in_plain_mean": {
            str(count): scores[f"mean of {count}"].uar for count in COUNTS
        },
    }


def transfer_baseline_figures(examples: Examples, judged: Judged) -> dict[str, dict]:
    """`TransferScores` of another corpus's clips, by the number of clips in the baseline."""
    scores = {}
    for count in COUNTS:
        if count >= LEAST:
            read = replace(judged, probabilities=judged.against[str(count)])
            answers = gather_answers(examples, [read])
            found = score_transfer(answers.probabilities, answers.labels, EMOTIONS)
            scores[str(count)] = asdict(found)
    return scores


def _means_of_others(
    embedding: np.ndarray,
    examples: Examples,
    is_ok: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """(N, E) mean embedding of some other clips of each window's speaker."""
    means = np.zeros_like(embedding)
    speakers = examples.speakers
    for clip in np.unique(examples.clip):
        is_clip = examples.clip == clip
        is_other = (speakers == speakers[is_clip][0]) & ~is_clip & is_ok
        others = np.unique(examples.clip[is_other])
        drawn = rng.choice(others, min(count, len(others)), replace=False)
        means[is_clip] = np.mean(
            [embedding[is_other & (examples.clip == other)].mean(axis=0) for other in drawn], axis=0
        )
    return means


def _compare(emotion: EmotionFit, embedding: np.ndarray) -> np.ndarray:
    return calibrate(emotion.head.compare(embedding), emotion.baseline_reading.temperature)
