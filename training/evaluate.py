"""Step 3: honest figures on the published subject-wise folds of RAVDESS, and of the face.

For each fold, everything (regularisation, temperature, thresholds) is chosen and fitted on its
training actors alone, exactly as `training.train` does on all of them. A clip's prediction is the
mean of its windows' calibrated probabilities; windows lie as in an analysis.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from tqdm import tqdm

from training.cache import WINDOW, Examples, read_examples, read_mouth, read_settings
from training.corpora.emodb import read_emodb
from training.corpora.facegood import TRAINING, VALIDATION
from training.corpora.ravdess import read_folds, read_ravdess
from training.emotion import clip_probabilities
from training.metrics import EmotionScores, bootstrap_interval, score_emotions
from training.mouth import fit_mouth, score_mouth
from training.targets import action_unit_offsets
from training.train import ACTION_UNITS, VoiceFit, fit_voice
from verhm.labels import EMOTIONS
from verhm.model.abstention import Thresholds, window_status
from verhm.model.calibration import calibrate
from verhm.model.expression import express
from verhm.model.network import NetworkSettings
from verhm.types import WindowStatus


@dataclass(frozen=True, eq=False)
class Judged:
    """Predictions for speakers that the fit did not know.

    Attributes:
        clip: (N,) index of each window's clip
        probabilities: (N, K)
        intensities: (N, A) of action units
        morphs: (N, M) of the expression
        is_ok: (N,) whether the window has a result
    """

    clip: np.ndarray
    probabilities: np.ndarray
    intensities: np.ndarray
    morphs: np.ndarray
    is_ok: np.ndarray


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder that was prepared")
    parser.add_argument("--out", type=Path, required=True, help="results.json to write")
    arguments = parser.parse_args()
    if arguments.out.exists():
        raise SystemExit(f"{arguments.out} is there already; choose another --out or remove it")
    results = evaluate(arguments.work)
    arguments.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(arguments.out)


def evaluate(work: Path) -> dict:
    """All figures of a prepared folder, ready for JSON."""
    prepared = read_settings(work)
    clips = read_ravdess(prepared.data / "ravdess")
    examples = read_examples(work, clips, prepared.copies)
    offsets = action_unit_offsets(prepared.data / ACTION_UNITS, examples.clips)
    folds = read_folds(prepared.data / "ravdess_folds")
    judged = [
        judge_fold(examples, offsets, prepared.network, speakers)
        for speakers in tqdm(folds, "folds")
    ]
    mouth = fit_mouth(read_mouth(work, TRAINING, with_copies=True), prepared.network.mouth_width)
    scores = score_mouth(mouth, read_mouth(work, VALIDATION, with_copies=False))
    whole = fit_voice(examples, offsets, prepared.network)
    clips = [clip for clip in read_emodb(prepared.data / "emodb") if clip.emotion in EMOTIONS]
    return {
        "ravdess_folds": emotion_figures(examples, judged),
        "cross_corpus": {
            "ravdess_to_emodb": cross_corpus_figures(whole, read_examples(work, clips, 0))
        },
        "morphs": {
            **asdict(scores),
            "action_unit_correlation": action_unit_correlation(offsets, judged),
            "emotion_uar": morph_emotion_uar(examples, judged),
        },
    }


def judge_fold(
    examples: Examples,
    offsets: np.ndarray,
    settings: NetworkSettings,
    test_speakers: tuple[str, ...],
) -> Judged:
    """Fit on everybody else and predict the windows of the test speakers."""
    is_test = np.isin(examples.speakers, test_speakers)
    fit = fit_voice(examples.where(~is_test), offsets, settings)
    return judge(fit, examples.where(is_test & examples.is_window & examples.is_original))


def judge(fit: VoiceFit, examples: Examples) -> Judged:
    """Predict the given windows."""
    embedding = fit.emotion.head.embed(examples.statistics)
    probabilities = calibrate(fit.emotion.head.logits(embedding), fit.emotion.temperature)
    intensities = fit.expression.intensities(embedding, probabilities)
    starts = np.zeros(len(embedding))
    status = window_status(
        probabilities,
        examples.quality,
        starts,
        starts + WINDOW,
        Thresholds(confidence=fit.emotion.confidence, novelty=fit.emotion.novelty),
        np.square(embedding).mean(axis=1),
    )
    return Judged(
        examples.clip,
        probabilities,
        intensities,
        express(intensities, probabilities),
        np.array([one is WindowStatus.OK for one in status]),
    )


def emotion_figures(examples: Examples, folds: list[Judged], rounds: int = 1000) -> dict:
    """Scores over all folds' clips, with intervals, per fold, and per window."""
    per_fold = [_clip_scores(examples, [fold]) for fold in folds]
    probabilities, labels, speakers = _by_clip(examples, folds)
    intervals = {
        name: _interval(name, probabilities, labels, speakers, rounds)
        for name in ("uar", "accuracy", "ece")
    }
    windows = np.concatenate([fold.probabilities for fold in folds])
    window_labels = _labels(examples)[np.concatenate([fold.clip for fold in folds])]
    is_ok = np.concatenate([fold.is_ok for fold in folds])
    return {
        **asdict(_clip_scores(examples, folds)),
        "ci95": intervals,
        "clips": len(labels),
        "per_fold": [{"uar": s.uar, "accuracy": s.accuracy, "ece": s.ece} for s in per_fold],
        "windows": asdict(score_emotions(windows, window_labels)),
        "windows_with_result": {
            "share": float(is_ok.mean()),
            **asdict(score_emotions(windows[is_ok], window_labels[is_ok])),
        },
    }


def cross_corpus_figures(fit: VoiceFit, examples: Examples) -> dict:
    """Scores on the clips of a corpus that nothing was fitted on.

    Returns:
        `uar`: the answer is sought among the emotions that the corpus has, as published figures
        do it; `open_uar` and `per_class_recall`: among all, as in an analysis
    """
    judged = judge(fit, examples.where(examples.is_window))
    clips, probabilities = clip_probabilities(judged.probabilities, judged.clip)
    truth = _labels(examples)[clips]
    shared = np.unique(truth)
    closed = shared[probabilities[:, shared].argmax(axis=1)]
    answers = probabilities.argmax(axis=1)
    recalls = recall_score(truth, answers, labels=shared, average=None)
    return {
        "uar": float(recall_score(truth, closed, labels=shared, average="macro")),
        "open_uar": float(np.mean(recalls)),
        "per_class_recall": {
            EMOTIONS[label]: float(recall) for label, recall in zip(shared, recalls, strict=True)
        },
        "clips": len(clips),
        "windows_with_result": float(judged.is_ok.mean()),
    }


def action_unit_correlation(offsets: np.ndarray, folds: list[Judged]) -> float:
    """Pearson's r between predicted and true intensities over clips, mean over action units."""
    found, truth = [], []
    for fold in folds:
        clips, intensities = clip_probabilities(fold.intensities, fold.clip)
        found.append(intensities)
        truth.append(offsets[clips])
    pairs = zip(np.concatenate(found).T, np.concatenate(truth).T, strict=True)
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]))


def morph_emotion_uar(examples: Examples, folds: list[Judged]) -> float:
    """UAR of a linear classifier that sees only the expression's morphs.

    For each fold it learns from the other folds' predicted morphs and the true emotions.
    """
    labels = _labels(examples)
    by_clip = [clip_probabilities(fold.morphs, fold.clip) for fold in folds]
    recalls = []
    for index, (clips, morphs) in enumerate(by_clip):
        others = [pair for number, pair in enumerate(by_clip) if number != index]
        learned = LogisticRegression(C=10.0, max_iter=2000).fit(
            np.concatenate([pair[1] for pair in others]),
            labels[np.concatenate([pair[0] for pair in others])],
        )
        recalls.append(recall_score(labels[clips], learned.predict(morphs), average="macro"))
    return float(np.mean(recalls))


def _labels(examples: Examples) -> np.ndarray:
    """(C,) emotion of each clip."""
    labels = np.full(len(examples.clips), -1)
    labels[examples.clip] = examples.labels
    return labels


def _by_clip(examples: Examples, folds: list[Judged]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(C, K) probabilities, (C,) labels and (C,) speakers of all folds' clips."""
    parts = [clip_probabilities(fold.probabilities, fold.clip) for fold in folds]
    clips = np.concatenate([part[0] for part in parts])
    speakers = np.array([examples.clips[index].speaker for index in clips])
    return np.concatenate([part[1] for part in parts]), _labels(examples)[clips], speakers


def _interval(
    name: str, probabilities: np.ndarray, labels: np.ndarray, speakers: np.ndarray, rounds: int
) -> tuple[float, float]:
    """95 % interval of one of `EmotionScores`' figures."""

    def score(rows: np.ndarray) -> float:
        return float(getattr(score_emotions(probabilities[rows], labels[rows]), name))

    return bootstrap_interval(score, speakers, np.random.default_rng(0), rounds)


def _clip_scores(examples: Examples, folds: list[Judged]) -> EmotionScores:
    probabilities, labels, _ = _by_clip(examples, folds)
    return score_emotions(probabilities, labels)


if __name__ == "__main__":
    main()
