"""What EMO-DB alone can teach: its own speakers, one left out at a time, and RAVDESS.

The shipped linear head never sees EMO-DB; the shipped branch does. Here a linear head of
`training.linear` is fitted on it instead, boredom included, and everything is chosen on the
training speakers alone.
"""

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

from training.cache import Examples
from training.corpora.emodb import EMOTIONS as EMODB_EMOTIONS
from training.emotion import clip_probabilities
from training.linear import SHRINKAGES, Components, Layer, fit_components, fit_layer
from training.metrics import (
    bootstrap,
    headline_intervals,
    interval,
    score_emotions,
    score_groups,
    score_transfer,
)
from verhm.labels import EMOTIONS
from verhm.model.calibration import calibrate, fit_temperature

CLASSES = (*(name for name in EMOTIONS if name in EMODB_EMOTIONS.values()), "boredom")
_INNER_FOLDS = 4


@dataclass(frozen=True, eq=False)
class ClassFit:
    """A head for `CLASSES` and its temperature.

    Attributes:
        components: of the statistics
        layer: trained on all given speakers
        temperature: fitted on logits of held-out ones
    """

    components: Components
    layer: Layer
    temperature: float

    def probabilities(self, statistics: np.ndarray) -> np.ndarray:
        """(N, S) to (N, 7)."""
        return calibrate(self.layer(self.components(statistics)), self.temperature)


def class_labels(examples: Examples) -> np.ndarray:
    """(N,) index of each row's emotion in `CLASSES`; -1 for one that EMO-DB lacks."""
    known = [
        CLASSES.index(clip.emotion) if clip.emotion in CLASSES else -1 for clip in examples.clips
    ]
    return np.array(known)[examples.clip]


def fit_classes(examples: Examples, components: int, seed: int = 0) -> ClassFit:
    """Choose, fit and calibrate on the given speakers only.

    Args:
        examples: of EMO-DB; every class must be left when a quarter of the speakers is not seen
        components: how many, of the statistics
        seed: of the principal components' solver
    """
    labels = class_labels(examples)
    logits = {one: np.zeros((len(labels), len(CLASSES))) for one in SHRINKAGES}
    for known, unknown in GroupKFold(_INNER_FOLDS).split(labels, groups=examples.speakers):
        base = fit_components(examples.statistics[known], components, seed)
        embedding, unseen = base(examples.statistics[known]), base(examples.statistics[unknown])
        for shrinkage, table in logits.items():
            table[unknown] = fit_layer(base, embedding, labels[known], shrinkage)(unseen)
    judged = examples.is_window & examples.is_original
    temperatures = {
        one: fit_temperature(table[judged], labels[judged]) for one, table in logits.items()
    }
    best = max(
        logits,
        key=lambda one: _likelihood(logits[one][judged], temperatures[one], labels[judged]),
    )
    base = fit_components(examples.statistics, components, seed)
    layer = fit_layer(base, base(examples.statistics), labels, best)
    return ClassFit(base, layer, temperatures[best])


def speaker_figures(examples: Examples, components: int, rounds: int = 1000) -> dict:
    """Scores of clips by heads that know every speaker of EMO-DB but the clip's own.

    Args:
        examples: of EMO-DB
        components: how many, of the statistics
        rounds: of the bootstrap
    """
    is_judged = examples.is_window & examples.is_original
    clips, parts = [], []
    for speaker in tqdm(np.unique(examples.speakers), "EMO-DB speakers"):
        is_test = examples.speakers == speaker
        fit = fit_classes(examples.where(~is_test), components)
        test = examples.where(is_test & is_judged)
        found, probabilities = clip_probabilities(fit.probabilities(test.statistics), test.clip)
        clips.append(found)
        parts.append(probabilities)
    index, table = np.concatenate(clips), np.concatenate(parts)
    labels, speakers = _clip_truth(examples, index)
    return {
        "labels": CLASSES,
        **asdict(score_emotions(table, labels)),
        "ci95": headline_intervals(table, labels, speakers, rounds),
        "clips": len(index),
        "per_speaker": {
            name: asdict(scores) for name, scores in score_groups(table, labels, speakers).items()
        },
    }


def transfer_figures(
    emodb: Examples, ravdess: Examples, components: int, rounds: int = 1000
) -> dict:
    """Scores on RAVDESS' clips of the emotions that EMO-DB has too, by a head fitted on EMO-DB.

    The head stands alone: ten speakers leave none to decide how much a branch is to say.

    Args:
        emodb: all rows
        ravdess: all rows
        components: of the statistics
        rounds: of the bootstrap
    """
    fit = fit_classes(emodb, components)
    originals = ravdess.where(ravdess.is_original)
    is_judged = originals.is_window & (class_labels(originals) >= 0)
    found = fit.probabilities(originals.statistics[is_judged])
    index, probabilities = clip_probabilities(found, originals.clip[is_judged])
    return transfer_report(probabilities, *_clip_truth(ravdess, index), CLASSES, rounds)


def transfer_report(
    probabilities: np.ndarray,
    labels: np.ndarray,
    speakers: np.ndarray,
    names: tuple[str, ...],
    rounds: int,
) -> dict:
    """`TransferScores` of clips, with intervals over speakers.

    Args:
        probabilities: (C, K)
        labels: (C,)
        speakers: (C,)
        names: K emotions
        rounds: of the bootstrap
    """

    def score(rows: np.ndarray) -> list[float]:
        scores = score_transfer(probabilities[rows], labels[rows], names)
        return [scores.uar, scores.open_uar]

    low, high = interval(bootstrap(score, speakers, np.random.default_rng(0), rounds))
    return {
        **asdict(score_transfer(probabilities, labels, names)),
        "ci95": {"uar": (low[0], high[0]), "open_uar": (low[1], high[1])},
        "clips": len(labels),
    }


def _clip_truth(examples: Examples, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(C,) classes and (C,) speakers of clips by index."""
    labels = np.array([CLASSES.index(examples.clips[number].emotion) for number in index])
    return labels, np.array([examples.clips[number].speaker for number in index])


def _likelihood(logits: np.ndarray, temperature: float, labels: np.ndarray) -> float:
    """Mean after calibration, as in `training.emotion`."""
    probabilities = calibrate(logits, temperature)
    return float(np.log(probabilities[np.arange(len(labels)), labels]).mean())
