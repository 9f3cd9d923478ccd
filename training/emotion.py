"""Fitting the emotion classifier; everything is chosen on the speakers it is given.

To the logits of a linear layer on the components come those of a tuned branch. Both are linear in
the emotion embedding, so their sum is one linear layer. There are two such layers: one classifies
a voice that nothing is known of, the other compares it with the person's usual voice.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.model_selection import GroupKFold

from training.cache import Examples
from training.erasure import FittedErasure, fit_erasure
from training.linear import (
    SHRINKAGES,
    Components,
    Layer,
    centre_voices,
    fit_components,
    fit_layer,
)
from verhm.labels import EMOTIONS
from verhm.model.abstention import Thresholds
from verhm.model.baseline import kept_share
from verhm.model.calibration import calibrate
from verhm.model.checkpoint import Reading
from verhm.model.conformal import fit_set_threshold

_INNER_FOLDS = 4
_ABSTAINED = 0.05  # share of clean windows of unseen speakers that may be called uncertain
_STRANGE = 0.999  # quantile of the novelty of windows of unseen speakers, and
# how far above it strangeness begins: another language, a telephone and synthetic speech reach
# 2.3 times as far, tones, hum and noise begin there.
_MARGIN = 2.3


@dataclass(frozen=True)
class Choice:
    """What held-out speakers decided about a layer.

    Attributes:
        shrinkage: of the discriminant's covariance
        share: of the branch's logits beside the components'
        temperature: of the sum, in which the statement still is
    """

    shrinkage: float
    share: float
    temperature: float


@dataclass(frozen=True, eq=False)
class EmotionHead:
    """Both layers on the whole emotion embedding: components, and what a tuned branch says.

    Attributes:
        components: of the statistics
        alone: classifies by the components alone
        erasure: of the statement
        classify: of embeddings
        compare: of embeddings less the speaker's usual one
    """

    components: Components
    alone: Layer
    erasure: FittedErasure
    classify: Layer
    compare: Layer

    def embed(self, statistics: np.ndarray, learned: np.ndarray) -> np.ndarray:
        """(N, S) statistics and (N, E') embedding of the branch to the (N, E) emotion embedding."""
        return self.erasure(np.concatenate([self.components(statistics), learned], axis=1))


@dataclass(frozen=True, eq=False)
class Learned:
    """What tuned branches say of N windows.

    Attributes:
        embedding: (N, E') by the branch that is to be used
        weights: (K, E') of its head
        bias: (K,)
        held_out: (N, K) logits by branches that did not hear the window's speaker
        held_out_bias: (N, K) of the heads of these branches
    """

    embedding: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    held_out: np.ndarray
    held_out_bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Answer:
    """What heads say of N rows.

    Attributes:
        logits: (N, K)
        bias: (N, K) of the head in question
    """

    logits: np.ndarray
    bias: np.ndarray

    def where(self, rows: np.ndarray) -> Self:
        """The chosen rows."""
        return replace(self, logits=self.logits[rows], bias=self.bias[rows])


@dataclass(frozen=True, eq=False)
class EmotionFit:
    """A head with all that was chosen along with it on the same speakers.

    Attributes:
        head: trained on all of them
        classify: how its first layer was chosen and calibrated
        compare: likewise its second, against the speakers' usual voices
        reading: of the first layer's logits
        baseline_reading: of the second's
        held_out: (N, K) probabilities of each original row by heads that did not know its speaker
    """

    head: EmotionHead
    classify: Choice
    compare: Choice
    reading: Reading
    baseline_reading: Reading
    held_out: np.ndarray


def fit_emotion(examples: Examples, learned: Learned, components: int, seed: int = 0) -> EmotionFit:
    """Choose, fit and calibrate on the given speakers only.

    Args:
        examples: of the training speakers, every label known
        learned: about the N rows among them that are no copies
        components: of the statistics
        seed: of the principal components' solver
    """
    unseen = _judge_unseen(examples, components, seed)
    originals = examples.where(examples.is_original)
    branch = Answer(learned.held_out, learned.held_out_bias)
    alone, within = (
        {one: answer.where(examples.is_original) for one, answer in answers.items()}
        for answers in (unseen.classify, unseen.compare)
    )
    classify, held_out = choose(
        {one: answer.logits for one, answer in alone.items()}, branch.logits, originals
    )
    compare, compared = choose(
        {one: against_usual(answer, originals) for one, answer in within.items()},
        against_usual(branch, originals),
        originals,
    )
    strange = unseen.novelty[examples.is_window & examples.is_original]
    novelty = float(np.quantile(strange, _STRANGE) * _MARGIN)
    return EmotionFit(
        _fit_layers(examples, learned, (classify, compare), components, seed),
        classify,
        compare,
        _fit_reading(classify.temperature, held_out, novelty, originals),
        _fit_reading(compare.temperature, compared, novelty, originals),
        held_out,
    )


def choose(
    candidates: dict[float, np.ndarray], learned: np.ndarray, examples: Examples
) -> tuple[Choice, np.ndarray]:
    """Choose how to shrink and to mix, so that the true emotions are likeliest.

    Args:
        candidates: (N, K) logits of held-out speakers by shrinkage
        learned: (N, K) of the branch
        examples: N rows

    Returns:
        the choice, and (N, K) calibrated probabilities
    """
    judged, labels = examples.is_window, examples.labels[examples.is_window]
    tried = {}
    for shrinkage, linear in candidates.items():
        share, temperature = fit_mixture(linear[judged], learned[judged], labels)
        choice = Choice(shrinkage, share, temperature)
        tried[choice] = calibrate(linear + share * learned, temperature)
    truth = np.arange(len(labels)), labels
    best = max(tried, key=lambda one: float(np.log(tried[one][judged][truth]).mean()))
    return best, tried[best]


def _fit_reading(
    temperature: float, held_out: np.ndarray, novelty: float, examples: Examples
) -> Reading:
    """Thresholds for probabilities like those of N held-out rows."""
    judged, labels = examples.is_window, examples.labels[examples.is_window]
    confidence = float(np.quantile(held_out[judged].max(axis=1), _ABSTAINED))
    plausible = fit_set_threshold(held_out[judged], labels)
    return Reading(
        temperature, Thresholds(confidence=confidence, novelty=novelty, plausible=plausible)
    )


def fit_mixture(linear: np.ndarray, learned: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Find the share and the temperature under which the true labels are likeliest.

    Args:
        linear: (N, K) logits of speakers that the classifier has not been trained on
        learned: (N, K) likewise
        labels: (N,) indices of the true emotions

    Returns:
        the weight of the learned logits beside the linear ones, and the temperature of the sum
    """

    def surprise(scales: np.ndarray) -> float:
        scores = log_softmax(np.exp(scales[0]) * linear + np.exp(scales[1]) * learned, axis=-1)
        return -float(np.mean(scores[np.arange(len(labels)), labels]))

    found = np.exp(minimize(surprise, np.log([0.3, 1.0]), method="Nelder-Mead").x)
    return float(found[1] / found[0]), float(1 / found[0])


def against_usual(answer: Answer, examples: Examples) -> np.ndarray:
    """Logits against the usual voice, made of all the windows of the speaker's other clips.

    Taking an embedding off before a linear head takes the head's image of it off the logits.

    Args:
        answer: to N rows
        examples: the rows

    Returns:
        (N, K)
    """
    windows = examples.is_window
    evidence = answer.logits - answer.bias
    clips, means = clip_probabilities(evidence[windows], examples.clip[windows])
    speakers = np.array([examples.clips[clip].speaker for clip in clips])
    usual = np.zeros_like(means)
    for speaker in np.unique(speakers):
        own = speakers == speaker
        others = own.sum() - 1
        usual[own] = (means[own].sum(axis=0) - means[own]) / max(1, others) * kept_share(others)
    return answer.logits - usual[np.searchsorted(clips, examples.clip)]


@dataclass(frozen=True, eq=False)
class _Unseen:
    """What heads say of speakers that they did not know.

    Attributes:
        classify: by shrinkage
        compare: likewise, by layers for what moves within a voice
        novelty: (N,)
    """

    classify: dict[float, Answer]
    compare: dict[float, Answer]
    novelty: np.ndarray


def _judge_unseen(examples: Examples, components: int, seed: int) -> _Unseen:
    shape = (len(examples.clip), len(EMOTIONS))
    classify, compare = (
        {one: Answer(np.zeros(shape), np.zeros(shape)) for one in SHRINKAGES} for _ in range(2)
    )
    novelty = np.zeros(len(examples.clip))
    inner = GroupKFold(_INNER_FOLDS)
    for known, unknown in inner.split(examples.statistics, groups=examples.speakers):
        base = fit_components(examples.statistics[known], components, seed)
        embedding, unseen = base(examples.statistics[known]), base(examples.statistics[unknown])
        novelty[unknown] = np.square(unseen).mean(axis=1)
        within = centre_voices(embedding, examples.speakers[known])
        for answers, rows in ((classify, embedding), (compare, within)):
            for shrinkage, answer in answers.items():
                layer = fit_layer(base, rows, examples.labels[known], shrinkage)
                answer.logits[unknown] = layer(unseen)
                answer.bias[unknown] = layer.bias
    return _Unseen(classify, compare, novelty)


def _fit_layers(
    examples: Examples,
    learned: Learned,
    choices: tuple[Choice, Choice],
    components: int,
    seed: int,
) -> EmotionHead:
    """Both layers on components and branch, from which the statement is erased."""
    base = fit_components(examples.statistics, components, seed)
    embedding = base(examples.statistics)
    seen = (embedding, centre_voices(embedding, examples.speakers))
    alone, within = (
        fit_layer(base, rows, examples.labels, choice.shrinkage)
        for rows, choice in zip(seen, choices, strict=True)
    )
    originals = examples.where(examples.is_original)
    whole = np.concatenate([base(originals.statistics), learned.embedding], axis=1)
    statements = np.unique(originals.statements, return_inverse=True)[1]
    classify, compare = (
        Layer(
            np.concatenate([layer.weights, choice.share * learned.weights], axis=1),
            layer.bias + choice.share * learned.bias,
        )
        for layer, choice in zip((alone, within), choices, strict=True)
    )
    return EmotionHead(base, alone, fit_erasure(whole, statements), classify, compare)


def clip_probabilities(
    probabilities: np.ndarray, clip: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the windows of each clip.

    Args:
        probabilities: (N, K) of windows
        clip: (N,) index of each window's clip

    Returns:
        (C,) indices, ascending, and (C, K) probabilities
    """
    clips, row = np.unique(clip, return_inverse=True)
    sums = np.zeros((len(clips), probabilities.shape[1]))
    np.add.at(sums, row, probabilities)
    return clips, sums / np.bincount(row)[:, None]
