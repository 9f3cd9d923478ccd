"""Step 4: honest figures on the published subject-wise folds of RAVDESS, and of the face.

For each fold, everything (shrinkage, temperatures, thresholds) is chosen and fitted on its
training actors alone, exactly as `training.train` does on all of them. A clip's prediction is the
mean of its windows' calibrated probabilities; windows lie as in an analysis. The figures are kept
in `results.json`, from which the pictures and `MODEL_CARD.md` are made.
"""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from training.cache import Examples, read_examples, read_settings
from training.card import CARD, describe_model
from training.corpora.emodb import read_emodb
from training.corpora.ravdess import read_folds, read_ravdess
from training.emodb_protocol import speaker_figures, transfer_figures, transfer_report
from training.face_protocol import action_unit_figures, morph_emotion_uar, mouth_figures
from training.figures import draw_figures
from training.judged import Answers, Judged, clip_labels, gather_answers, judge
from training.learned import Branches
from training.metrics import (
    average_recall,
    bootstrap,
    conformal_coverage,
    headline_intervals,
    interval,
    reliability_bins,
    risk_coverage,
    score_emotions,
)
from training.parts import judge_parts, part_figures
from training.patient_baseline import (
    baseline_figures,
    judge_against_baselines,
    transfer_baseline_figures,
)
from training.separation import separation_figures
from training.targets import action_unit_offsets
from training.train import (
    ACTION_UNITS,
    LINEAR_COPIES,
    VoiceFit,
    fit_everybody,
    fit_voice,
)
from verhm.labels import EMOTIONS
from verhm.model.conformal import COVERAGE
from verhm.model.network import NetworkSettings
from verhm.plausibility import emotion_sets

RESULTS = "results.json"
_CURVE = np.arange(1, 21) / 20  # coverages that are kept of the risk-coverage curve


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder that was prepared")
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    arguments = parser.parse_args()
    if (arguments.out / RESULTS).exists():
        raise SystemExit(f"{arguments.out} holds results; choose another --out or remove them")
    write_report(evaluate(arguments.work), arguments.out)
    print(arguments.out)


def write_report(results: dict, folder: Path) -> None:
    """Write the results, and the pictures and the model card that show them."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=2)
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8")
    # As read from the file, so that the same card can be made of the file alone.
    kept = json.loads(text)
    draw_figures(kept, folder)
    (folder / CARD).write_text(describe_model(kept), encoding="utf-8")


def evaluate(work: Path) -> dict:
    """All figures of a prepared folder, ready for JSON."""
    prepared = read_settings(work)
    data, settings = prepared.data, prepared.network
    examples = read_examples(work, read_ravdess(data / "ravdess"), LINEAR_COPIES)
    offsets = action_unit_offsets(data / ACTION_UNITS, examples.clips)
    folds = read_folds(data / "ravdess_folds")
    branches = Branches(work, examples.where(examples.is_original), folds)
    judged = judge_folds(examples, branches, offsets, settings, folds)
    emodb = read_examples(work, read_emodb(data / "emodb"), LINEAR_COPIES)
    return {
        "ravdess_folds": emotion_figures(examples, judged),
        "emodb_speakers": speaker_figures(emodb, settings.components),
        "cross_corpus": {
            "ravdess_to_emodb": cross_corpus_figures(
                fit_everybody(examples, branches, offsets, settings, "ravdess"),
                emodb,
                branches.run("ravdess").embedding["emodb"],
            ),
            "emodb_to_ravdess": transfer_figures(emodb, examples, settings.components),
        },
        "morphs": {
            **mouth_figures(work, examples, offsets, settings),
            "action_units": action_unit_figures(examples, offsets, judged),
            "emotion_uar": morph_emotion_uar(examples, judged),
        },
    }


def judge_folds(
    examples: Examples,
    branches: Branches,
    offsets: np.ndarray,
    settings: NetworkSettings,
    folds: list[tuple[str, ...]],
) -> list[Judged]:
    """Judge every speaker once, by a fit on the other folds.

    Raises:
        ValueError: when a speaker is in no fold or in two
    """
    if sorted(name for fold in folds for name in fold) != sorted(set(examples.speakers)):
        raise ValueError("the folds do not test every speaker exactly once")
    return [
        judge_fold(examples, branches, offsets, settings, folds, fold)
        for fold in tqdm(range(len(folds)), "folds")
    ]


def judge_fold(
    examples: Examples,
    branches: Branches,
    offsets: np.ndarray,
    settings: NetworkSettings,
    folds: list[tuple[str, ...]],
    fold: int,
) -> Judged:
    """Fit on everybody else and predict the windows of the fold's test speakers."""
    originals = examples.where(examples.is_original)
    is_test = np.isin(originals.speakers, folds[fold])
    known = examples.where(~np.isin(examples.speakers, folds[fold]))
    fit = fit_voice(known, branches.knowing(~is_test, fold), offsets, settings)
    windows = is_test & originals.is_window
    tests = originals.where(windows)
    final = branches.without(fold)
    judged = judge(fit, tests, final.embedding["ravdess"][windows])
    against = judge_against_baselines(fit.emotion, tests, judged.embedding, judged.is_ok)
    plausible = fit.emotion.baseline_reading.thresholds.plausible
    sets_against = {
        name: emotion_sets(found, plausible) for name, found in against.items() if name.isdigit()
    }
    clips = ~originals.is_window
    embedding = fit.emotion.head.embed(
        originals.statistics[clips], final.embedding["ravdess"][clips]
    )
    separation = separation_figures(originals.where(clips), embedding, is_test[clips], settings)
    parts = judge_parts(
        fit.emotion,
        known,
        tests,
        final.logits("ravdess")[windows],
        branches.without(fold, with_copies=False).logits("ravdess")[windows],
    )
    return replace(
        judged,
        against=against,
        sets_against=sets_against,
        separation=separation,
        parts=parts,
    )


def emotion_figures(examples: Examples, folds: list[Judged], rounds: int = 1000) -> dict:
    """Scores over all folds' clips with intervals, per fold, per group, and per window."""
    answers = gather_answers(examples, folds)
    windows = np.concatenate([fold.probabilities for fold in folds])
    window_labels = clip_labels(examples)[np.concatenate([fold.clip for fold in folds])]
    is_ok = np.concatenate([fold.is_ok for fold in folds])
    return {
        **asdict(score_emotions(answers.probabilities, answers.labels)),
        "ci95": headline_intervals(
            answers.probabilities, answers.labels, answers.each("speaker"), rounds
        ),
        "clips": len(answers.labels),
        "per_fold": [_fold_figures(examples, fold) for fold in folds],
        **shape_figures(answers),
        **group_figures(answers, rounds),
        "conformal": conformal_figures(examples, folds),
        "baseline": baseline_figures(examples, folds),
        "parts": part_figures(examples, folds),
        "separation": {
            name: float(np.mean([fold.separation[name] for fold in folds]))
            for name in folds[0].separation
        },
        "windows": asdict(score_emotions(windows, window_labels)),
        "windows_with_result": {
            "share": float(is_ok.mean()),
            **asdict(score_emotions(windows[is_ok], window_labels[is_ok])),
        },
    }


def shape_figures(answers: Answers) -> dict:
    """How accuracy goes with confidence: reliability bins, and risk by coverage."""
    curve = risk_coverage(answers.probabilities, answers.labels)
    return {
        "reliability": [
            asdict(one) for one in reliability_bins(answers.probabilities, answers.labels)
        ],
        "risk_coverage": {
            "coverage": _CURVE.tolist(),
            "risk": [curve.risk_at(coverage) for coverage in _CURVE],
        },
    }


def group_figures(answers: Answers, rounds: int) -> dict:
    """Scores per sex, intensity and actor, and how far women's and men's lie apart.

    Returns:
        `sex_gap.uar` is |women's - men's|; its interval is of the signed difference women's -
        men's, drawn within each sex, so that 0 may lie inside
    """
    groups = {
        title: {name: asdict(scores) for name, scores in answers.score_each(field).items()}
        for title, field in (
            ("per_sex", "sex"),
            ("per_intensity", "intensity"),
            ("per_actor", "speaker"),
        )
    }
    sexes = groups["per_sex"]
    gap = abs(sexes["female"]["uar"] - sexes["male"]["uar"])
    rng = np.random.default_rng(0)
    women, men = (_uar_draws(answers, sex, rng, rounds) for sex in ("female", "male"))
    return groups | {"sex_gap": {"uar": gap, "difference_ci95": interval(women - men)}}


def _uar_draws(answers: Answers, sex: str, rng: np.random.Generator, rounds: int) -> np.ndarray:
    """(rounds,) bootstrapped UAR of one sex."""
    rows = answers.each("sex") == sex
    labels, found = answers.labels[rows], answers.probabilities[rows].argmax(axis=1)
    return bootstrap(
        lambda drawn: average_recall(labels[drawn], found[drawn]),
        answers.each("speaker")[rows],
        rng,
        rounds,
    )


def cross_corpus_figures(
    fit: VoiceFit, examples: Examples, learned: np.ndarray, rounds: int = 1000
) -> dict:
    """Scores on the clips of a corpus that layers and branch did not hear.

    Args:
        fit: on the other corpus
        examples: of this one
        learned: (N, E') embedding of its N rows that are no copies, by the fit's branch
        rounds: of the bootstrap
    """
    originals = examples.where(examples.is_original)
    is_judged = originals.is_window & (originals.labels >= 0)
    tests = originals.where(is_judged)
    judged = judge(fit, tests, learned[is_judged])
    against = judge_against_baselines(fit.emotion, tests, judged.embedding, judged.is_ok)
    answers = gather_answers(examples, [judged])
    return {
        **transfer_report(
            answers.probabilities, answers.labels, answers.each("speaker"), EMOTIONS, rounds
        ),
        "conformal": conformal_figures(examples, [judged]),
        "windows_with_result": float(judged.is_ok.mean()),
        "by_clips_in_baseline": transfer_baseline_figures(
            examples, replace(judged, against=against)
        ),
    }


def conformal_figures(examples: Examples, folds: list[Judged]) -> dict[str, float]:
    """How often the plausible emotions of a window hold the true one, and how many they are."""
    labels = clip_labels(examples)[np.concatenate([fold.clip for fold in folds])]
    coverage, size = conformal_coverage(np.concatenate([fold.sets for fold in folds]), labels)
    return {"wanted": COVERAGE, "coverage": coverage, "mean_set_size": size}


def _fold_figures(examples: Examples, fold: Judged) -> dict[str, float]:
    answers = gather_answers(examples, [fold])
    scores = score_emotions(answers.probabilities, answers.labels)
    return {"uar": scores.uar, "accuracy": scores.accuracy, "ece": scores.ece}


if __name__ == "__main__":
    main()
