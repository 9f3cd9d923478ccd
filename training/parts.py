"""How far each part of the emotion classifier gets alone, with and without perturbed copies."""

from dataclasses import replace

import numpy as np

from training.cache import Examples
from training.emotion import EmotionFit
from training.judged import Judged, gather_answers
from training.linear import fit_basis, fit_head
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
    """(N, K) probabilities by part, all made with the whole's temperature.

    Args:
        emotion: fitted on the known rows
        known: rows of the training speakers
        tests: N windows of others
        branch: (N, K) logits by the branch alone
        plain_branch: (N, K) by one that was tuned without copies
    """
    linear = emotion.head.linear
    originals = known.where(known.is_original)
    base = fit_basis(originals.statistics, len(linear.basis), seed=0)
    components = base.embed(originals.statistics)
    plain = fit_head(base, components, originals.labels, emotion.classify.shrinkage)
    logits = {
        STATISTICS: linear.logits(linear.embed(tests.statistics)),
        STATISTICS + WITHOUT_COPIES: plain.logits(plain.embed(tests.statistics)),
        BRANCH: branch,
        BRANCH + WITHOUT_COPIES: plain_branch,
    }
    return {
        name: calibrate(values, emotion.classify.temperature) for name, values in logits.items()
    }


def part_figures(examples: Examples, folds: list[Judged]) -> dict[str, float]:
    """UAR of clips by part."""
    figures = {}
    for name in folds[0].parts:
        read = [replace(fold, probabilities=fold.parts[name]) for fold in folds]
        answers = gather_answers(examples, read)
        figures[name] = average_recall(answers.labels, answers.probabilities.argmax(axis=1))
    return figures
