"""Fitting the emotion classifier; everything is chosen on the speakers it is given.

To the logits of linear heads on the components come those of a tuned branch. All are linear in the
emotion embedding, so their sum is one linear layer.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.model_selection import GroupKFold

from training.cache import Examples
from training.erasure import FittedErasure, fit_erasure
from training.linear import Choice, LinearHead, every_choice, fit_basis, fit_heads
from verhm.labels import EMOTIONS
from verhm.model.abstention import Thresholds
from verhm.model.baseline import kept_share
from verhm.model.calibration import calibrate, fit_temperature
from verhm.model.conformal import fit_set_threshold

_INNER_FOLDS = 4
_ABSTAINED = 0.05  # share of clean windows of unseen speakers that may be called uncertain
_STRANGE = 0.999  # quantile of the novelty of windows of unseen speakers, and
# how far above it strangeness begins: another language, a telephone and synthetic speech reach
# 2.3 times as far, tones, hum and noise begin there.
_MARGIN = 2.3


@dataclass(frozen=True, eq=False)
class EmotionHead:
    """A classifier of the whole emotion embedding: components, and what a tuned branch says.

    Attributes:
        linear: makes the components
        erasure: of the statement
        weights: (K, E)
        bias: (K,)
    """

    linear: LinearHead
    erasure: FittedErasure
    weights: np.ndarray
    bias: np.ndarray

    def embed(self, statistics: np.ndarray, learned: np.ndarray) -> np.ndarray:
        """(N, S) statistics and (N, E') embedding of the branch to the (N, E) emotion embedding."""
        return self.erasure(np.concatenate([self.linear.embed(statistics), learned], axis=1))

    def logits(self, embedding: np.ndarray) -> np.ndarray:
        """(N, E) to (N, K)."""
        return embedding @ self.weights.T + self.bias


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
class EmotionFit:
    """A head with all that was chosen along with it on the same speakers.

    Attributes:
        head: trained on all of them
        choice: by inner cross-validation
        share: of the branch's logits beside the components'
        temperature: fitted on logits of held-out speakers, in which the statement still is
        baseline_temperature: likewise, of logits against the speakers' usual voices
        confidence: below which a window is uncertain
        novelty: above which a window is out of domain
        plausible: probability from which an emotion is plausible
        held_out: (N, K) probabilities of each original row by heads that did not know its speaker
    """

    head: EmotionHead
    choice: Choice
    share: float
    temperature: float
    baseline_temperature: float
    confidence: float
    novelty: float
    plausible: float
    held_out: np.ndarray

    @property
    def thresholds(self) -> Thresholds:
        """Of abstention, for the checkpoint."""
        return Thresholds(
            confidence=self.confidence, novelty=self.novelty, plausible=self.plausible
        )


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
    judged, labels = originals.is_window, originals.labels
    linear, linear_bias = (part[examples.is_original] for part in (unseen.logits, unseen.bias))
    share, temperature = fit_mixture(linear[judged], learned.held_out[judged], labels[judged])
    logits = linear + share * learned.held_out
    held_out = calibrate(logits, temperature)
    usual = usual_logits(logits - linear_bias - share * learned.held_out_bias, originals)
    base = fit_basis(examples.statistics, components, seed)
    head = fit_heads(
        base,
        base.embed(examples.statistics),
        examples.labels,
        (unseen.choice,),
        speakers=examples.speakers,
    )[unseen.choice]
    strange = unseen.novelty[examples.is_window & examples.is_original]
    return EmotionFit(
        _join(head, originals, learned, share),
        unseen.choice,
        share,
        temperature,
        fit_temperature((logits - usual)[judged], labels[judged]),
        float(np.quantile(held_out[judged].max(axis=1), _ABSTAINED)),
        float(np.quantile(strange, _STRANGE) * _MARGIN),
        fit_set_threshold(held_out[judged], labels[judged]),
        held_out,
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


def usual_logits(evidence: np.ndarray, examples: Examples) -> np.ndarray:
    """What to take off for the usual voice, made of all the windows of the speaker's other clips.

    Taking an embedding off before a linear head takes the head's image of it off the logits.

    Args:
        evidence: (N, K) logits without the bias
        examples: N rows

    Returns:
        (N, K)
    """
    windows = examples.is_window
    clips, means = clip_probabilities(evidence[windows], examples.clip[windows])
    speakers = np.array([examples.clips[clip].speaker for clip in clips])
    usual = np.zeros_like(means)
    for speaker in np.unique(speakers):
        own = speakers == speaker
        others = own.sum() - 1
        usual[own] = (means[own].sum(axis=0) - means[own]) / max(1, others) * kept_share(others)
    return usual[np.searchsorted(clips, examples.clip)]


@dataclass(frozen=True, eq=False)
class _Unseen:
    """What heads say of speakers that they did not know.

    Attributes:
        choice: that did best
        logits: (N, K)
        bias: (N, K) of the head in question
        novelty: (N,)
    """

    choice: Choice
    logits: np.ndarray
    bias: np.ndarray
    novelty: np.ndarray


def _judge_unseen(examples: Examples, components: int, seed: int) -> _Unseen:
    shape = (len(examples.clip), len(EMOTIONS))
    logits = {choice: np.zeros(shape) for choice in every_choice()}
    bias = {choice: np.zeros(shape) for choice in every_choice()}
    novelty = np.zeros(len(examples.clip))
    inner = GroupKFold(_INNER_FOLDS)
    for known, unknown in inner.split(examples.statistics, groups=examples.speakers):
        base = fit_basis(examples.statistics[known], components, seed)
        embedding = base.embed(examples.statistics[known])
        unseen = base.embed(examples.statistics[unknown])
        novelty[unknown] = np.square(unseen).mean(axis=1)
        labels, speakers = examples.labels[known], examples.speakers[known]
        for choice, head in fit_heads(base, embedding, labels, speakers=speakers).items():
            logits[choice][unknown] = head.logits(unseen)
            bias[choice][unknown] = head.bias
    judged = examples.is_window & examples.is_original
    best = max(logits, key=lambda choice: _merit(logits[choice], examples, judged))
    return _Unseen(best, logits[best], bias[best], novelty)


def _join(linear: LinearHead, originals: Examples, learned: Learned, share: float) -> EmotionHead:
    """One linear layer on components and branch, from which the statement is erased."""
    components = linear.embed(originals.statistics)
    whole = np.concatenate([components, learned.embedding], axis=1)
    statements = np.unique(originals.statements, return_inverse=True)[1]
    return EmotionHead(
        linear,
        fit_erasure(whole, statements),
        np.concatenate([linear.weights, share * learned.weights], axis=1),
        linear.bias + share * learned.bias,
    )


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


def _merit(logits: np.ndarray, examples: Examples, judged: np.ndarray) -> float:
    """Log-likelihood after calibration: less erratic than a count of hits on few clips."""
    labels = examples.labels[judged]
    temperature = fit_temperature(logits[judged], labels)
    scores = log_softmax(logits[judged] / temperature, axis=-1)
    return float(scores[np.arange(len(labels)), labels].mean())
