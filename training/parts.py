"""How far each part of the emotion classifier gets alone, with and without perturbed copies."""

from dataclasses import replace

import numpy as np

from training.cache import Examples
from training.emotion import EmotionFit
from training.judged import Judged, gather_answers
from training.linear import fit_components, fit_layer
from training.metrics import average_recall
from verhm.model.calibration import calibrate

STATISTICS, BRANCH = "statistics", "branch"
WITHOUT_COPIES = " without copies"


def judge_parts(
    emotion: EmotionFit,
    known: Examples,
    tests: Examples,
    branch: np.ndarray,
    plain_branch: np.ndarray,
) -> dict[str, np.ndarray]:
    """(N, K) probabilities by part, each scaled as in the whole.

    Args:
        emotion: fitted on the known rows
        known: rows of the training speakers
        tests: N windows of others
        branch: (N, K) logits by the branch alone
        plain_branch: (N, K) by one that was tuned without copies
    """
    head, choice = emotion.head, emotion.classify
    originals = known.where(known.is_original)
    base = fit_components(originals.statistics, len(head.components.axes), seed=0)
    plain = fit_layer(base, base(originals.statistics), originals.labels, choice.shrinkage)
    logits = {
        STATISTICS: head.alone(head.components(tests.statistics)),
        STATISTICS + WITHOUT_COPIES: plain(base(tests.statistics)),
        BRANCH: choice.share * branch,
        BRANCH + WITHOUT_COPIES: choice.share * plain_branch,
    }
    return {name: calibrate(values, choice.temperature) for name, values in logits.items()}


def part_figures(examples: Examples, folds: list[Judged]) -> dict[str, float]:
    """UAR of clips by part."""
    figures = {}
    for name in folds[0].parts:
        read = [replace(fold, probabilities=fold.parts[name]) for fold in folds]
        answers = gather_answers(examples, read)
        figures[name] = average_recall(answers.labels, answers.probabilities.argmax(axis=1))
    return figures
